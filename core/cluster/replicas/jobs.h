#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/kernel/world_state.h"
#include "core/observe/job_view.h"

namespace orrery::cluster {

// Work that is longer than a turn (section 3, "Turns and jobs"): it has a cursor and goes on in
// bounded steps. A job that changes what is stored is kept in the store with its cursor and goes on
// after a stop; one that only looks ends with the process.

using observe::JobKind;

/// One such work.
struct Job {
    JobId id{};
    JobKind kind{};
    KeySpaceId space{};   ///< What it works on: an index, a table, a space to give back.
    GroupId group{};      ///< The partition, where it works on one.
    ZoneIndex zone{};     ///< The replica, where it works on one.
    std::string subject;  ///< For people.
    CalendarTime since;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::string cursor;  ///< Where it goes on after a stop, in its worker's own form.
    bool isStopped = false;
};

std::string encodeJob(const Job& job);
/// All but the id, which the name of the value says. Nothing if the bytes are damaged or of a later
/// version.
std::optional<Job> decodeJob(std::string_view bytes);

/// Does the jobs of one kind.
class JobWorker {
public:
    virtual ~JobWorker() = default;
    /// A bounded step. Returns how long to wait before the next one; nothing if none is due before
    /// somebody wakes the job. It may end the job.
    virtual std::optional<Duration> step(JobId) { return std::nullopt; }
    /// Ends the job at the wish of a user; only for a kind whose spec says that this can be.
    virtual void cancel(JobId) {}
};

/// All jobs of a world.
class Jobs {
public:
    explicit Jobs(WorldState& world) : m_world(world) {}

    /// Before anything else is done with jobs of this kind. The worker must outlive the jobs.
    void setWorker(JobKind kind, JobWorker& worker);
    /// Finds what the store kept. Nothing goes on before its worker wakes it.
    storage::StorageResult<void> reopen();

    /// A job that is kept in the store, from the open turn on. `job.id` and `since` are set here.
    JobId begin(Job job);
    /// One that is not: it is listed while it lasts.
    JobId beginUnkept(Job job);
    /// Null once it has ended.
    Job* find(JobId id);
    /// Those of one kind, in the order in which they began.
    std::vector<JobId> ofKind(JobKind kind) const;
    /// Keeps the job as it is now with the open turn.
    void save(const Job& job);
    /// Queues the next step, unless one is queued.
    void wake(JobId id, Duration after = {});
    void end(JobId id);
    /// Why it cannot be, in a sentence; nothing if it was done.
    std::optional<std::string> cancel(JobId id);

    void on(const JobStep& step);

    /// What is listed: work on the partitions of one index is one job.
    std::vector<observe::JobView> views() const;

private:
    struct Entry {
        Job job;
        bool isKept = false;
        bool stepQueued = false;
    };

    JobId add(Job job, bool isKept);

    WorldState& m_world;
    std::array<JobWorker*, 4> m_workers{};  ///< By kind.
    std::map<JobId, Entry> m_jobs;
    std::uint64_t m_next = 1;
};

}  // namespace orrery::cluster
