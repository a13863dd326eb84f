#include "core/cluster/replicas/jobs.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <tuple>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {

//   value "job/<id>" := version:uint8(1) kind:uint8 space:varint group:varint zone:uint8
//                       subject:sized since:uint64 done:varint total:varint cursor:sized
//
// `since` is in nanoseconds. The cursor has its worker's format.

namespace {

constexpr std::uint8_t kVersion = 1;
/// Further ones are one row in the list for people.
constexpr std::size_t kReclaimRowsMax = 20;

std::string valueName(JobId id) {
    return std::string(kJobPrefix) + std::to_string(id.value());
}

}  // namespace

std::string encodeJob(const Job& job) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(job.kind));
    out.varint(job.space.value());
    out.varint(job.group.value());
    out.u8(job.zone.value());
    out.sized(job.subject);
    out.u64(static_cast<std::uint64_t>(job.since.sinceEpoch().count()));
    out.varint(job.done);
    out.varint(job.total);
    out.sized(job.cursor);
    return bytes;
}

std::optional<Job> decodeJob(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kVersion) return std::nullopt;
    Job job;
    const std::uint8_t kind = in.u8();
    if (kind >= observe::jobSpecs().size()) return std::nullopt;
    job.kind = static_cast<JobKind>(kind);
    job.space = KeySpaceId(static_cast<std::uint32_t>(in.varint()));
    job.group = GroupId(in.varint());
    job.zone = ZoneIndex(in.u8());
    job.subject = in.sized();
    job.since = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
    job.done = in.varint();
    job.total = in.varint();
    job.cursor = in.sized();
    const bool isPossible = job.group <= kGroupIdMax && job.zone.value() < kZonesPerRegion;
    if (!in.ok() || !in.atEnd() || !isPossible) return std::nullopt;
    return job;
}

void Jobs::setWorker(JobKind kind, JobWorker& worker) {
    m_workers.at(static_cast<std::size_t>(kind)) = &worker;
}

storage::StorageResult<void> Jobs::reopen() {
    TRY_ASSIGN(const auto values, m_world.store.values(kJobPrefix));
    for (const auto& [name, bytes] : values) {
        std::uint64_t id = 0;
        const char* end = name.data() + name.size();
        const auto parsed = std::from_chars(name.data() + kJobPrefix.size(), end, id);
        auto job = decodeJob(bytes);
        if (!job || parsed.ptr != end || id == 0) {
            return std::unexpected(storage::StorageError{
                "decode " + name, EBADMSG, "log.mdb",
                "The progress of a job (" + name +
                    ") is corrupt in log.mdb, or a newer version of Orrery wrote it; open the "
                    "data folder with that version, restore it from a backup, or run \"orreryd "
                    "repair --data DIR\"."});
        }
        job->id = JobId(id);
        m_jobs[job->id] = {std::move(*job), true, false};
        m_next = std::max(m_next, id + 1);
    }
    return {};
}

JobId Jobs::add(Job job, bool isSaved) {
    job.id = JobId(m_next++);
    job.since = m_world.calendar();
    const JobId id = job.id;
    m_jobs[id] = {std::move(job), isSaved, false};
    return id;
}

JobId Jobs::begin(Job job) {
    const JobId id = add(std::move(job), true);
    save(m_jobs[id].job);
    return id;
}

JobId Jobs::beginUnsaved(Job job) {
    return add(std::move(job), false);
}

Job* Jobs::find(JobId id) {
    const auto found = m_jobs.find(id);
    return found == m_jobs.end() ? nullptr : &found->second.job;
}

std::vector<JobId> Jobs::ofKind(JobKind kind) const {
    std::vector<JobId> ids;
    for (const auto& [id, entry] : m_jobs) {
        if (entry.job.kind == kind) ids.push_back(id);
    }
    return ids;
}

void Jobs::save(const Job& job) {
    m_world.turn.putValue(valueName(job.id), encodeJob(job));
}

void Jobs::wake(JobId id, Duration after) {
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end() || std::exchange(found->second.stepQueued, true)) return;
    m_world.queue.add(m_world.now + after, JobStep{id});
}

void Jobs::on(const JobStep& step) {
    const auto found = m_jobs.find(step.job);
    if (found == m_jobs.end()) return;
    found->second.stepQueued = false;
    JobWorker* worker = m_workers.at(static_cast<std::size_t>(found->second.job.kind));
    CHECK(worker != nullptr);
    if (const auto after = worker->step(step.job)) wake(step.job, *after);
}

void Jobs::end(JobId id) {
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) return;
    if (found->second.isSaved) m_world.turn.eraseValue(valueName(id));
    m_jobs.erase(found);
}

std::optional<std::string> Jobs::cancel(JobId id) {
    const Job* job = find(id);
    if (job == nullptr) return "There is no job " + std::to_string(id.value()) + ".";
    const observe::JobSpec& spec = specOf(job->kind);
    if (!spec.canCancel) {
        return "Job " + std::to_string(id.value()) + " (" + std::string(spec.name) +
               ") cannot be cancelled.";
    }
    m_workers.at(static_cast<std::size_t>(job->kind))->cancel(id);
    return std::nullopt;
}

std::vector<observe::JobView> Jobs::views() const {
    std::vector<observe::JobView> views;
    std::map<KeySpaceId, std::size_t> fillings;  // The position in `views` of an index's row.
    std::size_t reclaims = 0;
    std::size_t lastReclaim = 0;  // The position of their last row.
    const auto addTo = [&views](std::size_t row, const Job& job) {
        observe::JobView& whole = views[row];
        whole.done += job.done;
        whole.total += std::max(job.done, job.total);
        whole.isStopped = whole.isStopped || job.isStopped;
    };
    for (const auto& [id, entry] : m_jobs) {
        const Job& job = entry.job;
        if (job.kind == JobKind::FillIndex) {
            const auto [at, isNew] = fillings.try_emplace(job.space, views.size());
            if (!isNew) {
                addTo(at->second, job);
                continue;
            }
        }
        if (job.kind == JobKind::ReclaimSpace && ++reclaims >= kReclaimRowsMax) {
            if (reclaims > kReclaimRowsMax) {
                addTo(lastReclaim, job);
                continue;
            }
            lastReclaim = views.size();
        }
        views.push_back({id.value(), job.kind, job.subject, job.done, std::max(job.done, job.total),
                         job.since, job.isStopped});
    }
    if (reclaims > kReclaimRowsMax) {
        views[lastReclaim].subject =
            std::to_string(reclaims - kReclaimRowsMax + 1) + " more deleted tables and indexes";
    }
    return views;
}

}  // namespace orrery::cluster
