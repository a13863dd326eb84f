#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/global/replica_sender.h"
#include "core/cluster/replicas/jobs.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {

/// Fills a new replica of a global table with what its source has: the items and the tombstones.
/// They go through the same outboxes as changes, while clients write on; versions decide what
/// stays. One job per partition of the source.
class ReplicaFill : public JobWorker {
public:
    /// Called when a new replica has everything.
    using Filled = std::function<void(KeySpaceId table)>;

    ReplicaFill(WorldState& world, Replicator& replicator, Jobs& jobs, ReplicaSender& sender);

    void setFilled(Filled filled) { m_filled = std::move(filled); }

    /// Starts filling `table`, which has joined from its source.
    void begin(const GlobalTable& global, KeySpaceId table);
    /// Resumes after a restart from the saved cursors. What has none begins anew.
    storage::StorageResult<void> resume();
    /// Forgets a replica that is removed.
    void forget(KeySpaceId table);

    std::optional<Duration> step(JobId id) override;
    /// Another replica has taken a batch of this partition.
    void acknowledged(const Group& source);
    /// The leader that read the items was lost: those without an answer are read again.
    void leaderLost(const Group& source);

private:
    /// The progress from one partition of the source.
    struct Cursor {
        /// The end of the log of the first leader that was seen to serve. The fill has what was
        /// applied before; what follows is sent as changes.
        Lsn barrier{};
        std::string nextKey;   ///< Of the items, then of the tombstones; empty before the first.
        std::string savedKey;  ///< The replica has everything before it.
        std::uint64_t savedDone = 0;
        std::size_t sinceSaved = 0;  ///< Items read since the last save.
        bool atEnd = false;
        bool isFilled = false;
        JobId job{};
    };
    /// A tombstone that was read.
    struct Deleted {
        std::string key;  ///< The storage key of the item.
        table::StoredHeader header;
    };
    using Cursors = std::map<GroupId, Cursor>;  ///< By partition of the source.

    void add(KeySpaceId table, const Job& job);
    Job newJob(const TableDescription& table, const Group& source) const;
    Cursor* find(KeySpaceId table, GroupId source);
    /// Saves what the replica is known to have.
    void save(Cursor& cursor);
    bool hasBegun(const Group& source, ZoneIndex leader, Cursor& cursor);
    /// As in IndexBackfill.
    bool isItsTurn(const Group& source, KeySpaceId table);
    /// Reads a bounded number of items. False if the next one needs more room than there is.
    bool readSome(Group& source, ZoneIndex leader, KeySpaceId table, Cursor& cursor);
    storage::StorageResult<void> addDeleted(Group& source, ZoneIndex leader, KeySpaceId table,
                                            const std::vector<Deleted>& deleted);
    void checkFilled(const Group& source, KeySpaceId table, Cursor& cursor);

    WorldState& m_world;
    Replicator& m_replicator;
    Jobs& m_jobs;
    ReplicaSender& m_sender;
    Filled m_filled;
    std::map<KeySpaceId, Cursors> m_fillings;  ///< By the table that is filled.
    /// Which read last while room was limited.
    std::pair<GroupId, KeySpaceId> m_lastReader;
};

}  // namespace orrery::cluster
