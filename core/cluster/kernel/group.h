#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/kernel/recent_records.h"
#include "core/observe/event.h"
#include "core/replication/replica.h"
#include "core/sim/network.h"
#include "core/storage/store.h"
#include "core/table/apply.h"

namespace orrery::cluster {

/// A record on its way to the modelled disk of one replica.
struct WritingRecord {
    replication::LogPosition position;
    SharedBytes bytes;
    bool written = false;  ///< In the open turn, where the store cannot show it yet.
};

/// One member of a group, and what its node keeps of it.
struct Member {
    sim::NodeId node = 0;
    ZoneIndex zone{};  ///< The node's; replication addresses members by it.
    replication::MemberRole role = replication::MemberRole::Storage;
    /// Null while the zone has no power.
    std::unique_ptr<replication::Replica> replica;
    /// As the modelled disk has them: what is left after a loss of power.
    replication::DurableState durable;
    Lsn durableLast{};
    /// Records that are not in the store yet, in the order in which the disk was given them.
    std::deque<WritingRecord> writing;
    /// When the modelled disk is done with all that it was given.
    Instant diskFreeAt;
    storage::TreeMark mark;
    /// The first record that its log still has.
    Lsn firstKept{1};
    /// Of the log up to what it has applied, on the scale of Group::committedBytes.
    std::uint64_t appliedBytes = 0;

    // While its tree is copied.
    bool waitsForRange = false;   ///< Asked for the next piece: nothing is applied until it comes.
    bool copyStepQueued = false;  ///< To go on applying.
    /// Where the copy will begin that was sent last; 0: none was, or it has begun.
    Lsn copyOffered{};
    std::uint64_t bytesAtOffer = 0;  ///< Group::committedBytes then.
    /// All has come: what the mark is once the record is applied that it names.
    std::optional<storage::TreeMark> wholeMark;
    /// The turn that made it whole: until the trees on the disk have that, a kill undoes it.
    storage::Ticket wholeSince{};

    replication::Role lastRole = replication::Role::Follower;  ///< As last traced.
    /// Goes up with each loss of power, so that news from before it are known as such.
    std::uint32_t life = 0;
    /// When the oldest committed record that it has not applied was committed; never() if it lacks
    /// none. Not earlier than true, and later only while it catches up on what was long ago.
    Instant behindFrom = Instant::never();
    /// When the tick that is queued is due.
    Instant tickAt = Instant::never();
    /// When the replica wants one, and what happened when it last changed its mind.
    Instant timerAt = Instant::never();
    EventId timerCause{};
    Instant leaseEnd;  ///< As last traced.

    /// The node of a zone has one volume of the same number.
    VolumeId volume() const { return VolumeId(node); }
    replication::Standing standing() const {
        return replica ? replica->standing() : durable.standing;
    }
    /// What it will have applied when its power is back: what it knows to be committed.
    Lsn knownApplied() const {
        return replica || mark.copiedTo ? mark.applied : std::max(mark.applied, durable.commit);
    }
};

/// An item as the tail of the leader's log has it, ahead of the tree.
struct TailItem {
    Lsn lsn{};
    SharedBytes stored;  ///< Null: deleted.
};

/// Storage keys: [begin, end).
struct KeyBounds {
    std::string begin;
    std::string end;
};

/// What the replicas of a group hold.
enum class GroupKind : std::uint8_t {
    Table,  ///< Items of a table and the entries of its local indexes.
    Index,  ///< Entries of a global index.
};

/// A partition: a range of the hash space of a table or a global index, and its members. It has
/// what identifies it and what replication needs; what other parts of a world keep about a group is
/// theirs (PerGroup).
struct Group {
    GroupId id{};
    GroupKind kind{};
    RegionId region{};
    KeySpaceId table{};  ///< The table; for the partition of an index too.
    KeySpaceId space{};  ///< The key space of the table or of the index.
    /// Storage keys without the key space: [begin, end); an empty end means no end.
    std::string begin;
    std::string end;
    std::shared_ptr<const table::ApplySchema> schema;
    /// The zone whose replica led first, as the partition map tells routers.
    ZoneIndex appointed{};

    /// The first three are the storage replicas of the Region's zones, in order of zone.
    std::vector<Member> members;
    /// The zone that was elected last.
    ZoneIndex leaderHint{};
    /// The newest record that any replica knew to be committed.
    Lsn committed{};
    CalendarTime lastCommitTimestamp;
    RecentRecords recent;
    /// Uncommitted changes at the leader, by key; forgotten when another zone leads.
    std::map<std::string, TailItem, std::less<>> tail;

    /// Global indexes show the records up to here; for the partition of a table only. The cursor
    /// of a registered reader of the log.
    Lsn indexedUpTo{};
    /// The cursors of the other registered readers of the log, by name (replicas/log_reader.h):
    /// each has read up to there, and the log keeps what follows. Saved with the group's state.
    std::map<std::string, Lsn, std::less<>> readers;
    /// Nobody who counts needs the records before it.
    Lsn trimMark{1};
    /// Bytes of the records that were committed since the process started, up to `countedUpTo`.
    std::uint64_t committedBytes = 0;
    Lsn countedUpTo{};

    /// What a reply must wait for that shows anything of this partition.
    storage::Ticket gate{};

    /// The storage replica in this zone.
    Member& member(ZoneIndex zone) { return members[zone.value()]; }
    const Member& member(ZoneIndex zone) const { return members[zone.value()]; }
    /// The partition's range in a key space: its own, or that of a local index of its table.
    KeyBounds boundsIn(KeySpaceId keySpace) const;
    observe::ReplicaRef ref(ZoneIndex zone) const { return {id, region, zone}; }

    /// The zone whose replica leads and serves at `now`, if there is one.
    std::optional<ZoneIndex> servingLeader(Instant now) const;
    /// Bytes of committed records that `member` has not applied.
    std::uint64_t lackedBytes(const Member& member) const {
        return committedBytes - std::min(member.appliedBytes, committedBytes);
    }
    /// Records of a table's partition that some global index does not show yet.
    std::uint64_t unindexedRecords() const {
        return committed > indexedUpTo ? committed.value() - indexedUpTo.value() : 0;
    }
    /// How long `member` has lacked a record that is committed; zero if it lacks none.
    Duration lagOf(const Member& member, Instant now) const;
    /// A record was committed or applied: says of each member since when it is behind.
    void measureLag(Instant now);
};

/// Says that the tree of the group's replica in `zone` holds damaged bytes. `what` is the subject
/// of the sentence: "An item of table Music".
storage::StorageError damagedTree(const Group& group, ZoneIndex zone, std::string_view what);

}  // namespace orrery::cluster
