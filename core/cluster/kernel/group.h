#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/observe/event.h"
#include "core/replication/replica.h"
#include "core/sim/network.h"
#include "core/storage/store.h"
#include "core/table/apply.h"

namespace orrery::cluster {

/// Names a call that is under way in a world; in order of admission, never used again.
using CallNumber = NamedType<std::uint64_t, struct CallNumberTag>;

/// One of the requests that a call is made of: a batch has several.
struct OpId {
    CallNumber call{};
    std::uint32_t part = 0;
    std::uint32_t sending = 0;  ///< The router sends an op again under a new number.
    ZoneIndex router{};         ///< The zone whose router waits for the answer.
    bool operator==(const OpId&) const = default;
};

struct OpRequest;  // op.h
struct OpResult;   // op.h

/// A record on its way to the modelled disk of one replica.
struct WritingRecord {
    replication::LogPosition position;
    SharedBytes bytes;
    bool written = false;  ///< In the open turn, where the store cannot show it yet.
};

/// One member of a group, and what its node keeps of it.
struct Member {
    sim::NodeId node = 0;
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
    /// All has come: what the mark is once the record is applied that it names. It goes along with
    /// what is applied after that.
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

    replication::Standing standing() const {
        return replica ? replica->standing() : durable.standing;
    }
    /// What it will have applied when its power is back: what it knows to be committed.
    Lsn knownApplied() const {
        return replica || mark.copiedTo ? mark.applied : std::max(mark.applied, durable.commit);
    }
};

/// A record that the world still has at hand, with its effect on a tree.
struct RecentRecord {
    replication::LogPosition position;
    SharedBytes bytes;
    std::shared_ptr<const table::AppliedRecord> applied;  ///< Null until somebody needs it.
    /// When a replica first knew it to be committed.
    Instant committedAt = Instant::never();
};

/// A reply that waits at the leader until a record is committed.
struct Waiter {
    Lsn lsn{};
    ZoneIndex zone{};          ///< The leader that has it,
    replication::Term term{};  ///< and in which term.
    OpId op;
    std::unique_ptr<OpResult> result;
};

/// A request that waits at a leader for its lease.
struct ParkedOp {
    OpId op;
    ZoneIndex zone{};
    std::shared_ptr<const OpRequest> request;
};

/// A reply whose record is committed and that waits until the global indexes show it.
struct IndexWaiter {
    Lsn lsn{};
    ZoneIndex zone{};
    OpId op;
    std::unique_ptr<OpResult> result;
    Instant since;
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

/// The range of a partition in a key space. `begin` and `end` are without it; an empty end means no
/// end.
KeyBounds boundsIn(KeySpaceId keySpace, const std::string& begin, const std::string& end);

/// What the replicas of a group hold.
enum class GroupKind : std::uint8_t {
    Table,  ///< Items of a table and the entries of its local indexes.
    Index,  ///< Entries of a global index.
};

/// A partition: a range of the hash space of a table or a global index, and its three replicas.
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

    std::array<Member, kZonesPerRegion> members;
    /// The zone whose replica led first, as the partition map tells routers.
    ZoneIndex appointed{};
    /// The zone that was elected last.
    ZoneIndex leaderHint{};
    /// The newest record that any replica knew to be committed.
    Lsn committed{};
    std::deque<RecentRecord> recent;
    CalendarTime lastCommitTimestamp;

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
    std::uint64_t bytesAtTrim = 0;  ///< `committedBytes` when the mark was moved last.
    std::uint64_t heldBytes = 0;    ///< What members that are away hold back.

    // At the leader; forgotten when another zone leads.
    std::map<std::string, TailItem, std::less<>> tail;
    std::vector<Waiter> waiters;
    std::vector<ParkedOp> parked;
    std::vector<IndexWaiter> indexWaiters;
    bool isLeaseAwaited = false;  ///< By others than the requests that are parked here.

    /// What a reply must wait for that shows anything of this partition.
    storage::Ticket gate{};
    bool stateDirty = false;   ///< Among the groups whose state the end of the turn saves.
    bool isMisplaced = false;  ///< Among those whose leader is to be handed back.
    bool changeNoted = false;  ///< Among those that an inspector is to look at anew.

    /// Those of one second, and of the whole one before it, of virtual time.
    struct Requests {
        std::uint32_t reads = 0;
        std::uint32_t writes = 0;
        std::uint32_t readsLastSecond = 0;
        std::uint32_t writesLastSecond = 0;
        bool operator==(const Requests&) const = default;
    };
    std::int64_t countedSecond = 0;
    Requests counted;  ///< In `countedSecond`.

    Member& member(ZoneIndex zone) { return members[zone.value()]; }
    const Member& member(ZoneIndex zone) const { return members[zone.value()]; }
    /// The partition's range in a key space: its own, or that of a local index of its table.
    KeyBounds boundsIn(KeySpaceId keySpace) const {
        return cluster::boundsIn(keySpace, begin, end);
    }
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
    /// The record at hand, or null.
    RecentRecord* findRecent(Lsn lsn);
    /// How long `member` has lacked a record that is committed; zero if it lacks none.
    Duration lagOf(const Member& member, Instant now) const;
    /// A record was committed or applied: says of each member since when it is behind.
    void measureLag(Instant now);
    void countRead(Instant now);
    void countWrite(Instant now);
    /// The requests of the second of `now`.
    Requests requestsAt(Instant now) const;
};

/// Three zones, numbered.
inline constexpr std::array<ZoneIndex, kZonesPerRegion> kZones = {ZoneIndex(0), ZoneIndex(1),
                                                                  ZoneIndex(2)};

}  // namespace orrery::cluster
