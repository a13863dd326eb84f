#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/indexes/index_sender.h"
#include "core/cluster/replicas/jobs.h"

namespace orrery::cluster {

/// Fills a new global index with the existing items. They go through the same outboxes as changes,
/// and a step first reads all records that its replica has applied, so that no old version of an
/// item arrives after a newer one. One job per base partition.
class IndexBackfill : public JobWorker {
public:
    /// Called when a new index has every existing item.
    using Filled = std::function<void(KeySpaceId table, KeySpaceId index)>;

    IndexBackfill(WorldState& world, Replicator& replicator, Jobs& jobs, IndexSender& sender);

    void setFilled(Filled filled) { m_filled = std::move(filled); }

    /// Starts filling a new index of a table.
    void begin(const TableDescription& table, KeySpaceId index);
    /// Resumes after a restart from the saved cursors.
    storage::StorageResult<void> resume(const TableDescription& table, KeySpaceId index);
    /// Erases the saved state of a deleted index.
    storage::StorageResult<void> eraseSaved(KeySpaceId index);
    /// Forgets an index that is deleted or filled.
    void forgetIndex(KeySpaceId table, KeySpaceId index);
    /// Forgets all indexes of a deleted table.
    void forgetTable(KeySpaceId table);

    std::optional<Duration> step(JobId id) override;
    /// An index partition has taken a batch of this base partition.
    void acknowledged(const Group& base);
    /// The leader that read the items was lost: items without an answer are read again.
    void leaderLost(const Group& base);

    /// The number of checks whether a partition is filled. Only a count shows that an answer costs
    /// nothing for the other partitions; a test compares it with its bound.
    std::uint64_t partitionsChecked() const { return m_partitionsChecked; }

private:
    /// The progress from one base partition.
    struct Cursor {
        /// Records up to here may have been proposed before the index existed, and then lack the
        /// old image that it needs. The scan replaces them: it begins once they are applied. The
        /// barrier is the end of the log of the first leader seen to serve: records not in that log
        /// are lost, and later ones know the index. While it holds its lease, no leader of a later
        /// term has proposed any, though a replica that does not hear it may have a later term.
        Lsn barrier{UINT64_MAX};
        bool hasBegun = false;
        std::string nextKey;
        std::string savedKey;  ///< Everything before it is in the index's log.
        std::uint64_t savedDone = 0;
        std::size_t sinceSaved = 0;  ///< Items visited since the last save.
        bool atEnd = false;
        bool isFilled = false;  ///< The index has every item.
        JobId job{};
    };
    struct Filling {
        std::map<GroupId, Cursor> cursors;  ///< By base partition.
        std::size_t partitionsLeft = 0;     ///< Those that are not filled.

        /// Null: not a partition of the table.
        Cursor* find(GroupId base) {
            const auto cursor = cursors.find(base);
            return cursor == cursors.end() ? nullptr : &cursor->second;
        }
    };
    enum class Progress : std::uint8_t { Moved, Waits, WaitsForRoom };

    void add(const TableDescription& table, KeySpaceId index, GroupId base, JobId job);
    Job newJob(const TableDescription& table, KeySpaceId index, const Group& base) const;
    storage::StorageResult<JobId> findJob(const TableDescription& table, KeySpaceId index,
                                          const Group& base);
    Progress advance(Group& base, const TableDescription& table, const SecondaryIndex& index,
                     Cursor& cursor);
    bool hasBegun(const Group& base, ZoneIndex leader, KeySpaceId index, Cursor& cursor);
    /// True if this partition may read on. While room is limited, only one reads at a time: what
    /// others have sent has not taken its room yet.
    bool isItsTurn(const Group& base, KeySpaceId index);
    /// Reads a bounded number of items from the leader.
    Progress readSome(Group& base, ZoneIndex leader, const TableDescription& table,
                      const SecondaryIndex& index, Cursor& cursor);
    void setBarrier(GroupId base, KeySpaceId index, Cursor& cursor, Lsn barrier);
    void save(Cursor& cursor);
    /// Null: the index is not being filled.
    Filling* find(KeySpaceId table, KeySpaceId index);
    void checkFilled(const Group& base, KeySpaceId index);
    void endFilling(KeySpaceId index, const Filling& filling);

    WorldState& m_world;
    Replicator& m_replicator;
    Jobs& m_jobs;
    IndexSender& m_sender;
    Filled m_filled;
    std::map<KeySpaceId, std::map<KeySpaceId, Filling>> m_fillings;  ///< By table, then index.
    /// Which read last while room was limited.
    std::pair<GroupId, KeySpaceId> m_lastReader;
    std::uint64_t m_partitionsChecked = 0;
};

}  // namespace orrery::cluster
