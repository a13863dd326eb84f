#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/job_list.h"
#include "core/observe/job_view.h"

namespace orrery::cluster {

// A job is work that is longer than a turn (section 3, "Turns and jobs"): it has a cursor and runs
// in bounded steps. A job that changes stored data is saved with its cursor and continues after a
// stop; one that only reads ends with the process.

using observe::JobKind;

/// One job.
struct Job {
    JobId id{};
    JobKind kind{};
    KeySpaceId space{};   ///< What it works on: an index, a table, a space to reclaim.
    GroupId group{};      ///< The partition, if it works on one.
    ZoneIndex zone{};     ///< The replica, if it works on one.
    std::string subject;  ///< For people.
    CalendarTime since;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::string cursor;  ///< Where it continues after a stop, in its worker's format.
    bool isStopped = false;
    bool waitsForRoom = false;
};

/// The name of the value that keeps a job: this, then its id.
inline constexpr std::string_view kJobPrefix = "job/";

/// The name of the value that keeps the next id. An id is never given out twice in a data folder.
inline constexpr std::string_view kNextJobValue = "next-job";

std::string encodeJob(const Job& job);
/// Decodes all but the id, which is in the name of the value. Returns nothing if the bytes are
/// damaged or of a later version.
std::optional<Job> decodeJob(std::string_view bytes);
/// True if a later version wrote the bytes: it has another version, or a kind of job that this one
/// does not know.
bool isNewerJob(std::string_view bytes);

std::string encodeNextJob(std::uint64_t next);
/// Returns nothing if the bytes are damaged or of a later version.
std::optional<std::uint64_t> decodeNextJob(std::string_view bytes);

/// Does the jobs of one kind.
class JobWorker {
public:
    virtual ~JobWorker() = default;
    /// Does a bounded step, which may end the job. Returns the delay until the next one, or nothing
    /// if the job waits for `Jobs::wake`.
    virtual std::optional<Duration> step(JobId) { return std::nullopt; }
    /// Ends the job for a user. Called only for kinds that can be cancelled.
    virtual void cancel(JobId) {}
};

/// All jobs of a world.
class Jobs {
public:
    explicit Jobs(WorldState& world) : m_world(world) {}

    /// Call it before any other call for this kind. The worker must outlive the jobs.
    void setWorker(JobKind kind, JobWorker& worker);
    /// Loads the saved jobs. None runs before its worker wakes it.
    storage::StorageResult<void> reopen();

    /// Begins a job that is saved, from the open turn on. Sets `job.id` and `since`.
    JobId begin(Job job);
    /// Begins a job that is only listed, not saved.
    JobId beginUnsaved(Job job);
    /// Null once it has ended.
    const Job* find(JobId id) const;
    /// The jobs of one kind, in the order in which they began. Looks at all jobs: for starts.
    std::vector<JobId> ofKind(JobKind kind) const;
    /// Those that work on one key space.
    std::vector<JobId> ofSpace(JobKind kind, KeySpaceId space) const;
    /// Sets what the list shows of the progress.
    void setProgress(JobId id, std::uint64_t done, std::uint64_t total);
    void setDone(JobId id, std::uint64_t done) { setProgress(id, done, find(id)->total); }
    void setSubject(JobId id, std::string subject);
    /// The job met corrupt data, or goes on.
    void setStopped(JobId id, bool isStopped);
    /// The job would go on if the store had more room.
    void setWaitsForRoom(JobId id, bool waits);
    /// Saves the job with the open turn, and this cursor.
    void save(JobId id, std::string cursor);
    /// Queues the next step, unless one is queued.
    void wake(JobId id, Duration after = {});
    void end(JobId id);
    /// Returns why the job cannot be cancelled, in a sentence; nothing on success.
    std::optional<std::string> cancel(JobId id);

    void on(const JobStep& step);
    /// Saves the next id if it has changed. Before a turn ends.
    void turnEnds();

    /// The list for people, of a bounded length.
    std::vector<observe::JobView> views() const { return m_list.rows(); }

private:
    struct Entry {
        Job job;
        bool isSaved = false;
        bool stepQueued = false;
    };

    JobId add(Job job, bool isSaved);
    void put(Job job, bool isSaved);
    void saveNow(const Job& job);

    WorldState& m_world;
    std::array<JobWorker*, static_cast<std::size_t>(JobKind::FillReplica) + 1> m_workers{};
    std::map<JobId, Entry> m_jobs;
    std::set<std::tuple<JobKind, KeySpaceId, JobId>> m_bySpace;
    JobList m_list;
    std::uint64_t m_next = 1;
    std::uint64_t m_savedNext = 1;
};

}  // namespace orrery::cluster
