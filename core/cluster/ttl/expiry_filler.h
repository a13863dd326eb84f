#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/cluster/replicas/jobs.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Indexes the items that a table had before its time to live, with one job per table. Writes keep
/// the index from then on, so the job adds only entries that are missing.
class ExpiryFiller : public JobWorker {
public:
    /// Called when the index of a table is complete.
    using Filled = std::function<void(KeySpaceId table)>;

    ExpiryFiller(WorldState& world, Replicator& replicator, Jobs& jobs);

    void setFilled(Filled filled) { m_filled = std::move(filled); }

    /// A job that has not begun; its total is unknown.
    static Job newJob(const TableDescription& table);

    void begin(const TableDescription& table);
    /// The time to live was disabled, or the table is deleted.
    void forget(KeySpaceId table);
    /// Resumes the saved jobs after a restart.
    void resume();

    std::optional<Duration> step(JobId id) override;

private:
    /// A job's progress: it has visited the items before `key` of partition `group`, and all of the
    /// partitions before that one.
    struct Cursor {
        GroupId group{};
        std::string key;
    };
    /// Records up to here may have been proposed before the time to live, so they note no expiry.
    /// The scan of a partition begins once they are applied. The barrier is the end of the log of
    /// the leader seen to serve: records that are not in it are lost.
    struct Barrier {
        GroupId group{};
        replication::Term term{};
        Lsn lsn{};
    };

    static std::string encode(const Cursor& cursor);
    static Cursor decode(std::string_view bytes);
    Group* currentGroup(const Job& job, Cursor& cursor);
    /// Visits some items and moves the cursor, unless it is the end of the partition. The number of
    /// items, or nothing if they have to be visited again.
    std::optional<std::size_t> visitSome(Group& group, ZoneIndex leader,
                                         const std::string& attribute, Cursor& cursor);

    WorldState& m_world;
    Replicator& m_replicator;
    Jobs& m_jobs;
    Filled m_filled;
    std::map<JobId, Barrier> m_barriers;
};

}  // namespace orrery::cluster
