#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/cluster/indexes/index_sender.h"
#include "core/cluster/replicas/jobs.h"

namespace orrery::cluster {

/// Fills a new global index with the items that were there before it. Items go through the same
/// outboxes as changes, and a step first reads all records that its replica has applied, so that
/// what an item was never arrives after what it became. One job for each base partition.
class IndexBackfill : public JobWorker {
public:
    /// Called when a new index has every item that was there.
    using Filled = std::function<void(KeySpaceId table, KeySpaceId index)>;

    IndexBackfill(WorldState& world, Replicator& replicator, Jobs& jobs, IndexSender& sender);

    void setFilled(Filled filled) { m_filled = std::move(filled); }

    /// Begins to fill a new index of a table from its present items.
    void begin(const TableDescription& table, KeySpaceId index);
    /// Goes on with it after a restart, from where the store says that it had come to.
    storage::StorageResult<void> resume(const TableDescription& table, KeySpaceId index);
    /// Erases what the store says of the filling of an index that is gone.
    storage::StorageResult<void> eraseSaved(KeySpaceId index);
    /// Forgets the filling of an index that is gone, or those of a table.
    void forget(KeySpaceId space);

    std::optional<Duration> step(JobId id) override;
    /// An index has taken a batch of this base partition.
    void acknowledged(const Group& base);
    /// The leader was lost that read the items: what no index has answered is read again.
    void leaderLost(const Group& base);

private:
    /// How far the filling of an index from one base partition has come.
    struct Cursor {
        /// Records up to here may have been proposed before the index was there, and then lack the
        /// old image that it needs. The scan stands for them: it begins when they are applied.
        /// It is the end of the log of the first leader that is seen to serve: what is not in that
        /// log is lost, and what comes after it knows the index.
        Lsn barrier{UINT64_MAX};
        replication::Term term{};  ///< A leader of an earlier one may lack what others have.
        bool hasBegun = false;
        std::string nextKey;
        std::string savedKey;  ///< What comes before it is in the log of the index.
        std::uint64_t savedDone = 0;
        std::size_t sinceSaved = 0;  ///< Items that were visited since it was saved.
        bool atEnd = false;
        JobId job{};
    };
    struct Filling {
        KeySpaceId table{};
        std::map<GroupId, Cursor> cursors;  ///< By base partition.
    };
    enum class Progress : std::uint8_t { Moved, Waits };

    void add(const TableDescription& table, KeySpaceId index, GroupId base, JobId job);
    Job newJob(const TableDescription& table, KeySpaceId index, const Group& base) const;
    storage::StorageResult<JobId> findJob(const TableDescription& table, KeySpaceId index,
                                          const Group& base);
    Progress goOn(Group& base, const TableDescription& table, const SecondaryIndex& index,
                  Cursor& cursor);
    bool hasBegun(const Group& base, ZoneIndex leader, KeySpaceId index, Cursor& cursor);
    /// A bounded number of items as the leader holds them.
    void readSome(Group& base, ZoneIndex leader, const TableDescription& table,
                  const SecondaryIndex& index, Cursor& cursor);
    void setBarrier(GroupId base, KeySpaceId index, Cursor& cursor, Lsn barrier);
    void save(Cursor& cursor);
    void checkFilled(KeySpaceId index);
    std::vector<KeySpaceId> fillingsOf(KeySpaceId table) const;
    void forgetFilling(KeySpaceId index);

    WorldState& m_world;
    Replicator& m_replicator;
    Jobs& m_jobs;
    IndexSender& m_sender;
    Filled m_filled;
    std::map<KeySpaceId, Filling> m_fillings;  ///< By index.
};

}  // namespace orrery::cluster
