#include "core/cluster/replicas/jobs.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {

//   value "job/<id>" := version:uint8(1) kind:uint8 space:varint group:varint zone:uint8
//                       subject:sized since:uint64 done:varint total:varint cursor:sized
//
// `since` is in nanoseconds. The cursor has its worker's format, which this version covers: a new
// format of a cursor raises it. A later version may add a kind of job.
//
//   value "next-job" := version:uint8(1) next:uint64
//
// Earlier versions did not have it, and began after the largest id of a saved job.

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kNextVersion = 1;

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

bool isNewerJob(std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    const std::uint8_t kind = in.u8();
    if (!in.ok() || version < kVersion) return false;
    return version > kVersion || kind >= observe::jobSpecs().size();
}

std::string encodeNextJob(std::uint64_t next) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kNextVersion);
    out.u64(next);
    return bytes;
}

std::optional<std::uint64_t> decodeNextJob(std::string_view bytes) {
    ByteReader in(bytes);
    const bool isKnown = in.u8() == kNextVersion;
    const std::uint64_t next = in.u64();
    if (!isKnown || next == 0 || !in.ok() || !in.atEnd()) return std::nullopt;
    return next;
}

void Jobs::setWorker(JobKind kind, JobWorker& worker) {
    m_workers.at(static_cast<std::size_t>(kind)) = &worker;
}

storage::StorageResult<void> Jobs::reopen() {
    TRY_ASSIGN(const auto next, m_world.store.value(kNextJobValue));
    if (next && m_world.plantedBug != PlantedBug::JobIdsForgotten) {
        const auto known = decodeNextJob(*next);
        if (!known)
            return std::unexpected(refusedValue(*next, kNextVersion, "The next id of a job"));
        m_next = m_savedNext = *known;
    }
    TRY_ASSIGN(const auto values, m_world.store.values(kJobPrefix));
    for (const auto& [name, bytes] : values) {
        std::uint64_t id = 0;
        const char* end = name.data() + name.size();
        const auto parsed = std::from_chars(name.data() + kJobPrefix.size(), end, id);
        auto job = decodeJob(bytes);
        if (!job || parsed.ptr != end || id == 0) {
            const std::string what = "The progress of a job (" + name + ")";
            return std::unexpected(isNewerJob(bytes) ? newerValue(what) : corruptValue(what));
        }
        job->id = JobId(id);
        put(*std::move(job), true);
        m_next = std::max(m_next, id + 1);
    }
    return {};
}

void Jobs::turnEnds() {
    if (m_next == m_savedNext) return;
    m_world.turn.putValue(std::string(kNextJobValue), encodeNextJob(m_next));
    m_savedNext = m_next;
}

JobId Jobs::add(Job job, bool isSaved) {
    job.id = JobId(m_next++);
    job.since = m_world.calendar();
    const JobId id = job.id;
    put(std::move(job), isSaved);
    return id;
}

void Jobs::put(Job job, bool isSaved) {
    m_list.add(job);
    m_bySpace.emplace(job.kind, job.space, job.id);
    const JobId id = job.id;
    m_jobs[id] = {std::move(job), isSaved, false};
}

JobId Jobs::begin(Job job) {
    const JobId id = add(std::move(job), true);
    saveNow(m_jobs[id].job);
    return id;
}

JobId Jobs::beginUnsaved(Job job) {
    return add(std::move(job), false);
}

const Job* Jobs::find(JobId id) const {
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

std::vector<JobId> Jobs::ofSpace(JobKind kind, KeySpaceId space) const {
    std::vector<JobId> ids;
    for (auto at = m_bySpace.lower_bound({kind, space, JobId{}}); at != m_bySpace.end(); ++at) {
        const auto& [ofKind, ofSpace, id] = *at;
        if (ofKind != kind || ofSpace != space) break;
        ids.push_back(id);
    }
    return ids;
}

void Jobs::setProgress(JobId id, std::uint64_t done, std::uint64_t total) {
    Job& job = m_jobs.at(id).job;
    m_list.changes(job);
    job.done = done;
    job.total = total;
    m_list.changed(job);
}

void Jobs::setSubject(JobId id, std::string subject) {
    Job& job = m_jobs.at(id).job;
    job.subject = std::move(subject);
    m_list.renamed(job);
}

void Jobs::setStopped(JobId id, bool isStopped) {
    Job& job = m_jobs.at(id).job;
    m_list.changes(job);
    job.isStopped = isStopped;
    m_list.changed(job);
}

void Jobs::setWaitsForRoom(JobId id, bool waits) {
    Job& job = m_jobs.at(id).job;
    if (job.waitsForRoom == waits) return;
    m_list.changes(job);
    job.waitsForRoom = waits;
    m_list.changed(job);
}

void Jobs::save(JobId id, std::string cursor) {
    Job& job = m_jobs.at(id).job;
    job.cursor = std::move(cursor);
    saveNow(job);
}

void Jobs::saveNow(const Job& job) {
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
    const Job& job = found->second.job;
    if (found->second.isSaved) m_world.turn.eraseValue(valueName(id));
    m_list.remove(job);
    m_bySpace.erase({job.kind, job.space, id});
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

}  // namespace orrery::cluster
