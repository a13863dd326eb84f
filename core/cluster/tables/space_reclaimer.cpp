#include "core/cluster/tables/space_reclaimer.h"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/storage/storage_error.h"
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
    while (in.ok() && !in.atEnd()) {
        groups.emplace_back(in.varint());
        if (groups.back() > kGroupIdMax) return std::nullopt;
    }
    if (!in.ok()) return std::nullopt;
    return groups;
}

storage::StorageError damaged(std::string_view name) {
    return {"decode " + std::string(name), EBADMSG, "log.mdb",
            "A key space to be erased (" + std::string(name) + ") is corrupt in log.mdb; " +
                std::string(storage::kRestoreOrRepair) + "."};
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
    m_dropped.push_back({space, std::move(groups), m_world.openTicket, 0, keys, id});
}

storage::StorageResult<void> SpaceReclaimer::reopen() {
    for (const JobId id : m_jobs.ofKind(JobKind::ReclaimSpace)) {
        const Job& job = *m_jobs.find(id);
        auto groups = groupsIn(job.cursor);
        if (!groups) return std::unexpected(damaged("job/" + std::to_string(id.value())));
        m_dropped.push_back({job.space, *std::move(groups), {}, 0, job.total, id});
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
    if (m_world.plantedBug != PlantedBug::SpaceLeftBehind)
        dropped.lastRange = m_world.store.dropRange(types::keySpaceBegin(dropped.space),
                                                    types::keySpaceEnd(dropped.space));
    if (m_world.plantedBug == PlantedBug::PrivateKeysLeft) return;
    const std::vector<GroupId>& groups = dropped.groups;
    for (std::size_t first = 0; first < groups.size();) {
        std::size_t last = first;
        while (last + 1 < groups.size() && groups[last + 1] == groups[last].next())
            ++last;
        dropped.lastRange = m_world.store.dropRange(table::privateKeysBegin(groups[first]),
                                                    table::privateKeysEnd(groups[last]));
        first = last + 1;
    }
}

void SpaceReclaimer::turnEnds(storage::Ticket synced) {
    for (; m_told < m_dropped.size() && m_dropped[m_told].since <= synced; ++m_told) {
        dropInStore(m_dropped[m_told]);
        m_toldKeys += m_dropped[m_told].keys;
    }
    if (m_told == 0) return;
    const std::uint64_t left = m_world.store.firstRangeLeft();
    while (m_told > 0 && m_dropped.front().lastRange < left) {
        m_jobs.end(m_dropped.front().job);
        m_toldKeys -= m_dropped.front().keys;
        m_dropped.pop_front();
        --m_told;
    }
    if (m_told > 0) measureFirst();
}

// The store counts what is left of all of them, and goes in order: the others are untouched.
void SpaceReclaimer::measureFirst() {
    const Dropped& first = m_dropped.front();
    const std::uint64_t others = m_toldKeys - first.keys;
    const std::uint64_t left = m_world.store.droppedKeysLeft();
    const std::uint64_t own = std::min(left > others ? left - others : 0, first.keys);
    m_jobs.setDone(first.job, std::max(m_jobs.find(first.job)->done, first.keys - own));
}

}  // namespace orrery::cluster
