#include "core/cluster/replicas/job_list.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/cluster/replicas/jobs.h"

namespace orrery::cluster {
namespace {

std::string_view furtherOnes(JobKind kind) {
    switch (kind) {
        case JobKind::FillIndex:
            return "more indexes";
        case JobKind::ReclaimSpace:
            return "more deleted tables and indexes";
        case JobKind::ScanChecksums:
            return "more tables";
        case JobKind::CopyReplica:
            return "more replicas";
        case JobKind::RecoverTransactions:
            return "more Regions";
        case JobKind::FillExpiry:
            return "more tables by expiry";
        case JobKind::FillReplica:
            return "more replicas in other Regions";
    }
    CHECK(false);
    return {};
}

}  // namespace

JobList::Sum& JobList::Sum::operator+=(const Sum& other) {
    jobs += other.jobs;
    stopped += other.stopped;
    waitForRoom += other.waitForRoom;
    done += other.done;
    total += other.total;
    return *this;
}

JobList::Sum& JobList::Sum::operator-=(const Sum& other) {
    jobs -= other.jobs;
    stopped -= other.stopped;
    waitForRoom -= other.waitForRoom;
    done -= other.done;
    total -= other.total;
    return *this;
}

JobList::Sum JobList::sumOf(const Job& job) {
    return {1, job.isStopped ? std::size_t{1} : 0, job.waitsForRoom ? std::size_t{1} : 0, job.done,
            std::max(job.done, job.total)};
}

JobList::Kind& JobList::kindOf(const Job& job) {
    return m_kinds.at(static_cast<std::size_t>(job.kind));
}

JobId JobList::rowOf(const Job& job) const {
    return job.kind == JobKind::FillIndex ? m_fillings.at(job.space) : job.id;
}

void JobList::add(const Job& job) {
    if (job.kind == JobKind::FillIndex) m_fillings.try_emplace(job.space, job.id);
    kindOf(job).rows.try_emplace(rowOf(job), Row{job.subject, job.since, {}});
    changed(job);
}

void JobList::changes(const Job& job) {
    Kind& kind = kindOf(job);
    kind.rows.at(rowOf(job)).sum -= sumOf(job);
    kind.sum -= sumOf(job);
}

void JobList::changed(const Job& job) {
    Kind& kind = kindOf(job);
    kind.rows.at(rowOf(job)).sum += sumOf(job);
    kind.sum += sumOf(job);
}

void JobList::renamed(const Job& job) {
    kindOf(job).rows.at(rowOf(job)).subject = job.subject;
}

// The row of an index keeps its id until its last job has ended.
void JobList::remove(const Job& job) {
    changes(job);
    const auto row = kindOf(job).rows.find(rowOf(job));
    if (row->second.sum.jobs > 0) return;
    kindOf(job).rows.erase(row);
    if (job.kind == JobKind::FillIndex) m_fillings.erase(job.space);
}

void JobList::addRows(JobKind kind, std::vector<observe::JobView>& views) const {
    const Kind& all = m_kinds.at(static_cast<std::size_t>(kind));
    const bool isCut = all.rows.size() > kRowsMax && !specOf(kind).canCancel;
    Sum left = all.sum;
    std::size_t shown = 0;
    for (const auto& [id, row] : all.rows) {
        const bool isLast = isCut && ++shown == kRowsMax;
        const Sum& sum = isLast ? left : row.sum;
        std::string subject = row.subject;
        if (isLast)
            subject = std::to_string(all.rows.size() - kRowsMax + 1) + " " +
                      std::string(furtherOnes(kind));
        views.push_back({id.value(), kind, std::move(subject), sum.done, sum.total, row.since,
                         sum.stopped > 0, sum.waitForRoom > 0});
        if (isLast) return;
        left -= row.sum;
    }
}

std::vector<observe::JobView> JobList::rows() const {
    std::vector<observe::JobView> views;
    for (const observe::JobSpec& spec : observe::jobSpecs())
        addRows(spec.kind, views);
    std::ranges::sort(views, {}, &observe::JobView::id);
    return views;
}

}  // namespace orrery::cluster
