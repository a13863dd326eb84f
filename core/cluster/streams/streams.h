#pragma once

#include <map>
#include <set>
#include <tuple>

#include "core/cluster/streams/stream_archiver.h"
#include "core/cluster/streams/stream_server.h"

namespace orrery::cluster {

/// The life of streams: enabling, disabling, the next generation of shards, expiry. A stream of an
/// existing table begins and ends in each partition with a Configuration record, which the leader
/// proposes before it takes another write. So every write that is answered after the change is on
/// the new side of it. A shard ends, and its child begins, with such a record too.
class Streams {
public:
    Streams(WorldState& world, Replicator& replicator, const LogBounds& bounds,
            const OpAnswer& answer)
        : server(world, replicator, m_archiver, bounds, answer),
          m_world(world),
          m_replicator(replicator),
          m_archiver(world, replicator, bounds) {}
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    // --- tables; the description of a table names its stream by view and label

    /// The creation time, and so the label, of a stream that is enabled now.
    CalendarTime creationOf(const TableDescription& table) const;
    enum class Table : std::uint8_t { New, Existing };
    /// Begins the stream that `table` names. Its partitions exist; those of a new table have no
    /// records yet.
    void begin(const TableDescription& table, CalendarTime createdAt, Table which);
    /// Disables the stream of a table.
    void end(const TableDescription& table);
    /// The table and its partitions are about to be removed. Its streams stay.
    void tableRemoved(const TableDescription& table);

    /// Changes tags and policy, also of a stream that is disabled or whose table is gone.
    ApiResult<Reply> update(const UpdateStream& update);
    /// Removes a stream at once, with its records. Its table is gone.
    void drop(const StreamDescription& stream);

    /// Loads the streams, before the tables.
    storage::StorageResult<void> reopen();
    /// Resumes work in progress. Call it once tables and groups are loaded. An error if the log of
    /// a partition ends before its archive does.
    storage::StorageResult<void> resume();

    // --- groups

    /// True if the group needs its leader: to propose a Configuration record, or to take its
    /// lease, for which a read waits.
    bool waits(const Group& group) const;
    void moved(Group& group);
    /// Call it before a write that may change items is served. Even while the store refuses writes,
    /// the world serves those that were sent before, and they belong to the stream.
    void writeArrives(Group& group);
    /// A copied replica cannot finish before the archive has passed its first record.
    void awaitsReaders(Group& group) { m_archiver.orderAll(group); }
    void forget(GroupId group);

    void on(const StreamTick& tick);
    /// The calendar jumped, so more may have expired.
    void calendarJumped();
    /// Saves the streams that changed. Call it before a turn ends.
    void turnEnds();

    /// The room that the archive needs for the images of all items that have a stream, once they
    /// are deleted.
    std::uint64_t imagesOwed() const { return m_images; }
    /// The same for the items of one partition.
    static std::uint64_t imagesIn(const Group& group);

    StreamServer server;

private:
    /// A Configuration record that the shards of one partition need.
    struct Mark {
        bool isWanted = false;
        bool isProposing = false;
        bool writeFollows = false;  ///< A write waits for its turn at the leader, or did.
        /// The leader that proposed it; another one proposes its own.
        std::optional<ZoneIndex> zone;
        replication::Term term{};
        Lsn lsn{};
    };
    struct Work {
        Mark mark;
        bool isTimed = false;       ///< The table's tick covers the expiry of its records.
        bool isChildTimed = false;  ///< … and the end of its open shard.
        std::uint64_t images = 0;   ///< What the deletions of all its items would add.
    };
    using Name = std::pair<KeySpaceId, CalendarTime>;
    /// A leader that has not committed a Configuration record is asked again after this long.
    static constexpr Duration kAskAgain = std::chrono::milliseconds(200);

    storage::StorageResult<void> checkArchive(KeySpaceId table) const;
    /// Ends the open shards at what is committed.
    void endAtOnce(StreamDescription& stream) const;
    /// A planted bug: one record too early.
    void endEarly(StreamDescription& stream) const;
    void noteImages(const Group& group, Work& work);
    void forgetWork(GroupId group);
    void wantMark(Group& group);
    void advanceMark(Group& group, Mark& mark);
    void settleMark(const Group& group, Lsn lsn);
    /// When the shard is to be closed for its age; nothing if it stays open.
    std::optional<CalendarTime> closesAt(const StreamDescription& stream, const StreamShard& shard,
                                         const Group& group) const;
    /// The same for the open shards of a table, by partition.
    std::map<GroupId, CalendarTime> closings(KeySpaceId table) const;
    /// From now on the table's tick covers the end of the group's open shard.
    void timeChild(const Group& group, Work& work);
    void askLeader(Group& group);
    void store(StreamDescription stream);
    void erase(const StreamDescription& stream);
    void tickBy(KeySpaceId table, Instant at);
    Instant instantOf(CalendarTime time) const;
    CalendarTime horizon() const;
    /// When the archive of the table next loses a segment, after losing those that are due.
    Instant expireSegments(KeySpaceId table);
    Instant expireStreams(KeySpaceId table);
    Instant expireShards(KeySpaceId table);
    Instant tendGroups(KeySpaceId table);

    WorldState& m_world;
    Replicator& m_replicator;
    StreamArchiver m_archiver;
    PerGroup<Work> m_work;
    std::map<KeySpaceId, Instant> m_ticks;  ///< The next one of each table.
    std::set<Name> m_changed;               ///< To be saved.
    std::uint64_t m_images = 0;             ///< Work::images of all groups.
};

}  // namespace orrery::cluster
