#include "core/cluster/replicas/copy_jobs.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kWhole = 1u << 20;

/// The position of a key, without its key space, among all keys, in parts of 2^20.
std::uint64_t placeOf(std::string_view key) {
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < 3; ++i)
        place = place << 8 | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0);
    return place >> 4;
}

/// The share of the partition before `key`, in parts of 2^20.
std::uint64_t shareBefore(const Group& group, std::string_view key) {
    const KeyBounds bounds = group.boundsIn(group.space);
    if (key <= bounds.begin) return 0;
    if (key >= bounds.end) return kWhole;
    const std::uint64_t begin = placeOf(group.begin);
    const std::uint64_t end = group.end.empty() ? kWhole : placeOf(group.end);
    const std::uint64_t place = std::clamp(placeOf(key.substr(types::kKeySpaceBytes)), begin, end);
    return (place - begin) * kWhole / std::max<std::uint64_t>(end - begin, 1);
}

bool isCopied(const Member& member) {
    return member.replica && member.standing() != replication::Standing::Whole;
}

}  // namespace

std::string CopyJobs::subjectOf(const Group& group, const Member& member) const {
    const TablePtr table = m_world.catalog.find(group.table);
    const auto nameOf = [&](ZoneIndex zone) {
        return zoneName(m_world.region(group.regionOf(zone)), zone);
    };
    std::string subject = "partition " + std::to_string(group.id.value()) + " of table " +
                          (table == nullptr ? "" : table->name) + " to " + nameOf(member.zone);
    if (member.copying.stoppedBy)
        subject += " (corrupt in " + nameOf(*member.copying.stoppedBy) + ")";
    return subject;
}

Job CopyJobs::newJob(const Group& group, ZoneIndex zone) {
    Job job;
    job.kind = JobKind::CopyReplica;
    job.space = group.space;
    job.group = group.id;
    job.zone = zone;
    return job;
}

void CopyJobs::look(const Group& group, const Member& member) {
    const auto known = m_copies.find({group.id, member.zone});
    if (!isCopied(member)) {
        if (known == m_copies.end()) return;
        m_jobs.end(known->second);
        m_copies.erase(known);
        return;
    }
    const JobId id = known != m_copies.end() ? known->second
                                             : m_copies[{group.id, member.zone}] =
                                                   m_jobs.beginUnsaved(newJob(group, member.zone));
    const bool isStopped = member.copying.stoppedBy.has_value();
    const Job& job = *m_jobs.find(id);
    if (job.subject.empty() || job.isStopped != isStopped) {
        m_jobs.setSubject(id, subjectOf(group, member));
        m_jobs.setStopped(id, isStopped);
    }
    std::int64_t items = 0;
    for (const Member& other : group.members)
        items = std::max(items, other.mark.itemCount);
    const auto total = static_cast<std::uint64_t>(items);
    const std::string cursor = member.mark.copiedTo.value_or("");
    m_jobs.setProgress(id, total * shareBefore(group, cursor) / kWhole, total);
}

void CopyJobs::turnEnds() {
    for (const GroupId id : m_replicator.unsaved().groups()) {
        const Group* group = m_world.findGroup(id);
        if (group == nullptr) continue;
        for (const Member& member : group->members)
            look(*group, member);
    }
}

void CopyJobs::forget(GroupId group) {
    auto copy = m_copies.lower_bound({group, ZoneIndex(0)});
    while (copy != m_copies.end() && copy->first.first == group) {
        m_jobs.end(copy->second);
        copy = m_copies.erase(copy);
    }
}

}  // namespace orrery::cluster
