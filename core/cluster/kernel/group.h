#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/kernel/group_log.h"
#include "core/observe/event.h"
#include "core/replication/replica.h"
#include "core/sim/network.h"
#include "core/storage/store.h"
#include "core/table/apply.h"

namespace orrery::cluster {

/// A record being written to the modelled disk of one replica.
struct WritingRecord {
    replication::LogPosition position;
    SharedBytes bytes;
    bool written = false;  ///< Written in the open turn; the store cannot return it yet.
};

/// A record that a leader has been given and that has not left yet.
struct ProposedRecord {
    replication::LogPosition position;
    SharedBytes bytes;
};

/// The copy of a tree to one member.
struct Copying {
    /// The next chunk has been requested: nothing is applied until it arrives.
    bool waitsForRange = false;
    bool stepQueued = false;  ///< A step that applies more records.
    /// The zone whose tree is corrupt where the copy stopped; none: it has not stopped.
    std::optional<ZoneIndex> stoppedBy;
    /// All chunks have arrived: the mark to set once the record that it names is applied. Records
    /// applied after that one advance it.
    std::optional<storage::TreeMark> wholeMark;
    /// The turn that completed the tree. Until the trees on disk have that turn, a kill undoes it.
    storage::Ticket wholeSince{};
};

/// What the trace last showed of a replica.
struct Traced {
    replication::Role role = replication::Role::Follower;
    Instant leaseEnd;
    /// The replica's deadline, and the event that last changed it.
    Instant deadline = Instant::never();
    EventId deadlineCause{};
};

/// One member of a group, and what its node stores for it.
struct Member {
    sim::NodeId node = 0;
    ZoneIndex zone{};  ///< The node's; replication addresses members by it.
    replication::MemberRole role = replication::MemberRole::Storage;
    /// Null while the zone has no power.
    std::unique_ptr<replication::Replica> replica;
    /// As on the modelled disk: what remains after a power loss.
    replication::DurableState durable;
    Lsn durableLast{};
    /// Records proposed here in this instant, in order; they leave together.
    std::vector<ProposedRecord> proposed;
    EventId proposedCause{};  ///< What caused the first of them.
    /// Records given to the disk, in order, that the store cannot return yet.
    std::deque<WritingRecord> writing;
    /// When the modelled disk has finished everything given to it.
    Instant diskFreeAt;
    storage::TreeMark mark;
    /// The commit timestamp of the newest record in its tree. On the modelled disk, like the tree.
    CalendarTime lastCommitTimestamp;
    /// The first record that its log still has.
    Lsn firstKept{1};
    /// The size of the log up to the applied record, on the scale of GroupLog::committedBytes.
    std::uint64_t appliedBytes = 0;

    Copying copying;

    // What it has assigned as leader, in its memory; see Replicator::beginTerm.
    /// The last commit timestamp.
    CalendarTime assignedTimestamp;
    /// The highest version stamp of a deletion.
    std::uint64_t deletedStampMax = 0;

    Traced traced;
    /// Increases with each power loss, so that reports from before it are recognized.
    std::uint32_t life = 0;
    /// Commit time of the oldest committed record not applied yet; never() if there is none. May be
    /// too late, but only while the replica catches up on old records.
    Instant behindFrom = Instant::never();
    /// The due time of the queued tick.
    Instant tickAt = Instant::never();

    /// A zone's node and volume have the same number.
    VolumeId volume() const { return VolumeId(node); }
    /// The shape of its log: the replica's, or what its disk has while it has no power.
    const replication::LogShape& log() const {
        return replica ? replica->state().log : durable.log;
    }
    replication::Standing standing() const {
        return replica ? replica->standing() : durable.standing;
    }
    /// The position up to which it will have applied once power is back: its known commit LSN.
    Lsn knownApplied() const {
        return replica || mark.copiedTo ? mark.applied : std::max(mark.applied, durable.commit);
    }
};

/// An item in the tail of the leader's log, newer than the one in the tree.
struct TailItem {
    Lsn lsn{};
    SharedBytes stored;  ///< Null: deleted.
};

/// Storage keys: [begin, end).
struct KeyBounds {
    std::string begin;
    std::string end;
};

/// The range of a partition in a key space. `begin` and `end` lack the key space; an empty end
/// means no end.
KeyBounds boundsIn(KeySpaceId keySpace, const std::string& begin, const std::string& end);

/// What the replicas of a group store.
enum class GroupKind : std::uint8_t {
    Table,  ///< Items of a table and the entries of its local indexes.
    Index,  ///< Entries of a global index.
    /// The transactions of a Region, as ordinary records, under keys that belong to no table.
    Ledger,
    /// The writes of a partition of a strong global table. Its members are in three Regions.
    Journal,
};

/// The Region of each member, by its zone. All three differ.
using SeatRegions = std::array<RegionId, kZonesPerRegion>;

/// What only a group in several Regions has.
struct Seats {
    /// What a member knows of another one by its heartbeats. Only faults/ changes it.
    struct Hearing {
        bool heard = true;         ///< Heartbeats arrive, or will again.
        bool suspected = false;    ///< The last verdict.
        std::uint32_t number = 0;  ///< Changes so far; an older verdict is ignored.
    };
    using Row = std::array<Hearing, kZonesPerRegion>;

    SeatRegions regions;
    std::array<Row, kZonesPerRegion> hearing{};  ///< [observer][observed].
};

/// A partition: a range of the hash space of a table or a global index, and its members. Holds its
/// identity and what replication needs; other parts of a world keep their own state per group
/// (PerGroup).
struct Group {
    GroupId id{};
    GroupKind kind{};
    RegionId region{};             ///< Of a journal: that of its first member.
    std::unique_ptr<Seats> seats;  ///< Null unless it is a journal.
    KeySpaceId table{};            ///< The table; also set for a partition of an index.
    KeySpaceId space{};            ///< The key space of the table or of the index.
    /// Storage keys without the key space: [begin, end); an empty end means no end.
    std::string begin;
    std::string end;
    std::shared_ptr<const table::ApplySchema> schema;
    /// The zone of the first leader, as listed in the partition map.
    ZoneIndex appointed{};

    /// The first three are the storage replicas, in order of zone: in the zones of the Region, or
    /// of a journal each in that zone of its own Region.
    std::vector<Member> members;
    /// The zone elected last.
    ZoneIndex leaderHint{};
    /// The newest record that any replica knew to be committed.
    Lsn committed{};
    GroupLog log;
    /// Uncommitted changes at the leader, by key; cleared when another zone leads.
    std::map<std::string, TailItem, std::less<>> tail;

    /// The turn that a reply about this partition must wait for.
    storage::Ticket gate{};

    /// The storage replica in this zone.
    Member& member(ZoneIndex zone) { return members[zone.value()]; }
    const Member& member(ZoneIndex zone) const { return members[zone.value()]; }
    /// The partition's range in a key space: its own, or that of a local index of its table.
    KeyBounds boundsIn(KeySpaceId keySpace) const {
        return cluster::boundsIn(keySpace, begin, end);
    }
    /// The Region of the member in `zone`.
    RegionId regionOf(ZoneIndex zone) const {
        return seats == nullptr ? region : seats->regions[zone.value()];
    }
    /// True if one of its members is in this zone.
    bool hasMemberIn(RegionId where, ZoneIndex zone) const { return regionOf(zone) == where; }
    observe::ReplicaRef ref(ZoneIndex zone) const { return {id, regionOf(zone), zone}; }

    /// The storage replica with a whole tree that has applied the most: the one whose counts tell
    /// how large the partition is.
    const Member& mostApplied() const;
    /// The entries of a local index of the table, by its place among these. Where they are not
    /// known (TreeMark), the items and their size.
    storage::EntryCounts localIndexCounts(std::size_t place) const;
    /// The zone whose replica leads and serves at `now`, if any.
    std::optional<ZoneIndex> servingLeader(Instant now) const;
    /// The zone whose replica leads and holds the lease at `now`, if any, even if it does not serve
    /// yet. Its committed records may be read.
    std::optional<ZoneIndex> leaseHolder(Instant now) const;
    /// The size of the committed records that `member` has not applied.
    std::uint64_t lackedBytes(const Member& member) const {
        return log.committedBytes - std::min(member.appliedBytes, log.committedBytes);
    }
    /// The commit timestamp of the newest record that any replica has applied.
    CalendarTime lastCommitTimestamp() const;
    /// How long `member` has lacked a committed record; zero if it lacks none.
    Duration lagOf(const Member& member, Instant now) const;
    /// Updates `behindFrom` of each member after a commit or an apply.
    void measureLag(Instant now);
};

/// The error for corrupt data in the tree of the group's replica in `zone`. `what` is the subject
/// of the sentence: "An item of table Music".
storage::StorageError damagedTree(const Group& group, ZoneIndex zone, std::string_view what);

}  // namespace orrery::cluster
