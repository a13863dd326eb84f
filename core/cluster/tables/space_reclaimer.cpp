#include "core/cluster/tables/space_reclaimer.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ranges>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/table/private_key.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {

//   cursor of the job := (group:varint)…
//
// Earlier versions kept the same bytes in the value "dropped/<space>".

namespace {

constexpr std::string_view kOldPrefix = "dropped/";

std::string cursorOf(const std::vector<GroupId>& groups) {
    std::string bytes;
    ByteWriter out(bytes);
    for (const GroupId id : groups)
        out.varint(id.value());
    return bytes;
}

std::optional<std::vector<GroupId>> groupsIn(std::string_view cursor) {
    std::vector<GroupId> groups;
    ByteReader in(cursor);
    while (in.ok() && !in.atEnd())
        groups.emplace_back(in.varint());
    if (!in.ok()) return std::nullopt;
    return groups;
}

storage::StorageError damaged(std::string_view name) {
    return {"decode " + std::string(name), EBADMSG, "log.mdb",
            "A key space to be erased (" + std::string(name) +
                ") is corrupt in log.mdb; restore the data folder from a backup."};
}

}  // namespace

SpaceReclaimer::SpaceReclaimer(WorldState& world, Jobs& jobs) : m_world(world), m_jobs(jobs) {
    m_jobs.setWorker(JobKind::ReclaimSpace, *this);
}

void SpaceReclaimer::drop(KeySpaceId space, std::vector<GroupId> groups, std::string subject,
                          std::uint64_t keys) {
    Job job;
    job.kind = JobKind::ReclaimSpace;
    job.space = space;
    job.subject = std::move(subject);
    job.total = keys;
    job.cursor = cursorOf(groups);
    const JobId id = m_jobs.begin(std::move(job));
    m_dropped.push_back({space, std::move(groups), m_world.openTicket, false, 0, id});
}

storage::StorageResult<void> SpaceReclaimer::reopen() {
    for (const JobId id : m_jobs.ofKind(JobKind::ReclaimSpace)) {
        const Job& job = *m_jobs.find(id);
        auto groups = groupsIn(job.cursor);
        if (!groups) return std::unexpected(damaged("job/" + std::to_string(id.value())));
        m_dropped.push_back({job.space, *std::move(groups), {}, false, 0, id});
    }
    TRY_ASSIGN(const auto old, m_world.store.values(kOldPrefix));
    for (const auto& [name, bytes] : old) {
        std::uint32_t space = 0;
        std::from_chars(name.data() + kOldPrefix.size(), name.data() + name.size(), space);
        auto groups = groupsIn(bytes);
        if (!groups || space == 0) return std::unexpected(damaged(name));
        m_world.turn.eraseValue(name);
        drop(KeySpaceId(space), *std::move(groups), "a table or index that was deleted", 0);
        m_dropped.back().since = {};
    }
    return {};
}

// The groups of a key space usually have consecutive ids, so this is mostly one range.
void SpaceReclaimer::dropInStore(Dropped& dropped) {
    dropped.lastRange = m_world.store.dropRange(types::keySpaceBegin(dropped.space),
                                                types::keySpaceEnd(dropped.space));
    const std::vector<GroupId>& groups = dropped.groups;
    for (std::size_t first = 0; first < groups.size();) {
        std::size_t last = first;
        while (last + 1 < groups.size() && groups[last + 1] == groups[last].next())
            ++last;
        dropped.lastRange = m_world.store.dropRange(table::privateKeysBegin(groups[first]),
                                                    table::privateKeysEnd(groups[last]));
        first = last + 1;
    }
    dropped.isDroppedInStore = true;
}

void SpaceReclaimer::turnEnds(storage::Ticket synced) {
    if (m_dropped.empty()) return;
    for (Dropped& dropped : m_dropped) {
        if (!dropped.isDroppedInStore && dropped.since <= synced) dropInStore(dropped);
    }
    measure();
    const std::uint64_t left = m_world.store.firstRangeLeft();
    std::erase_if(m_dropped, [&](const Dropped& dropped) {
        if (!dropped.isDroppedInStore || dropped.lastRange >= left) return false;
        m_jobs.end(dropped.job);
        return true;
    });
}

// The store counts what is left of all of them, and goes in order: the last ones are untouched.
void SpaceReclaimer::measure() {
    std::uint64_t left = m_world.store.droppedKeysLeft();
    for (const Dropped& dropped : std::views::reverse(m_dropped)) {
        Job& job = *m_jobs.find(dropped.job);
        const std::uint64_t own = dropped.isDroppedInStore ? std::min(left, job.total) : job.total;
        if (dropped.isDroppedInStore) left -= own;
        job.done = std::max(job.done, job.total - own);
    }
}

}  // namespace orrery::cluster
