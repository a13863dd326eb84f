#include "core/cluster/ttl/expiry_sweeper.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/table/expiry.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

/// Deletions of one partition in one event, and the pause before the next ones.
constexpr std::size_t kBatchMax = 25;
constexpr Duration kPause = 20ms;
/// How long a deletion waits for the leader's lease; the next sweep sends it again.
constexpr Duration kDeadline = 1s;
/// A partition without a serving leader is asked again after this long.
constexpr Duration kAskAgain = 200ms;

}  // namespace

void ExpirySweeper::begin(const TableDescription& table) {
    m_tables.insert(table.space);
    // Entries of an earlier time to live may be in the index.
    for (const GroupId id : m_world.partitions.ofSpace(table.space))
        queue(id, m_work.of(id), m_world.now);
}

void ExpirySweeper::end(const TableDescription& table) {
    m_tables.erase(table.space);
    for (const GroupId id : m_world.partitions.ofSpace(table.space))
        m_work.forget(id);
}

// The first sweep reads the next due time from the tree.
void ExpirySweeper::resume() {
    m_world.catalog.forEach([&](const TablePtr& table) {
        if (table->timeToLive.attribute.empty()) return;
        m_tables.insert(table->space);
        for (const GroupId id : m_world.partitions.ofSpace(table->space)) {
            Work& work = m_work.of(id);
            if (m_world.plantedBug != PlantedBug::ExpiryTimerLost) queue(id, work, m_world.now);
        }
    });
}

void ExpirySweeper::queue(GroupId group, Work& work, Instant at) {
    at = std::max(at, work.notBefore);
    if (work.dueAt <= at) return;
    work.dueAt = at;
    m_world.queue.add(at, ExpirySweep{group, at});
}

std::optional<Instant> ExpirySweeper::nextDue(const Group& group, ZoneIndex zone) const {
    std::optional<std::int64_t> first;
    const auto scanned = m_world.store.scan(
        volumeOf(group.region, zone), table::expiryBegin(group.id), table::expiryEnd(group.id),
        storage::ScanDirection::Forward, [&](std::string_view key, std::string_view) {
            if (const auto entry = table::parseExpiryKey(key)) first = entry->expiry;
            return storage::ScanStep::Stop;
        });
    if (!scanned) m_world.reportDamage(scanned.error());
    if (!first) return std::nullopt;
    const Duration due = std::chrono::seconds(*first) + m_world.profile.expiryDelay;
    return std::max(m_world.now, Instant(due - m_world.calendarOffset));
}

void ExpirySweeper::moved(Group& group) {
    Work* work = m_work.find(group.id);
    if (work == nullptr) return;
    const auto leader = group.servingLeader(m_world.now);
    if (!leader) return;
    if (const auto due = nextDue(group, *leader)) queue(group.id, *work, *due);
}

void ExpirySweeper::on(const ExpirySweep& sweep) {
    Group* group = m_world.findGroup(sweep.group);
    Work* work = m_work.find(sweep.group);
    if (group == nullptr || work == nullptr || work->dueAt != sweep.at) return;
    work->dueAt = Instant::never();
    // Found corrupt data: nothing is written any more.
    if (m_world.damage) return;
    const auto leader = group->servingLeader(m_world.now);
    if (leader) return sendBatch(*group, *leader, *work);
    // A leader at rest has an index too, so a partition with nothing to expire is not woken.
    // After a stop, the end of a log may have more entries than the tree.
    const auto due = nextDue(*group, group->leaderHint);
    const bool isBehind = std::ranges::any_of(group->members, [](const Member& member) {
        return member.replica && member.replica->lastPosition().lsn > member.mark.applied;
    });
    if (!due && !isBehind) return;
    if (!isBehind && *due > m_world.now) return queue(group->id, *work, *due);
    m_replicator.wakeLeader(*group);
    queue(group->id, *work, m_world.now + kAskAgain);
}

void ExpirySweeper::sendBatch(Group& group, ZoneIndex leader, Work& work) {
    const Duration horizon = m_world.calendar().sinceEpoch() - m_world.profile.expiryDelay;
    const std::int64_t until = std::chrono::floor<std::chrono::seconds>(horizon).count() + 1;
    std::vector<std::string> due;
    const auto scanned = m_world.store.scan(
        volumeOf(group.region, leader), table::expiryBegin(group.id),
        table::expiryBound(group.id, until), storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view) {
            due.emplace_back(key);
            return due.size() < kBatchMax ? storage::ScanStep::Continue : storage::ScanStep::Stop;
        });
    if (!scanned) return m_world.reportDamage(scanned.error());
    if (due.empty()) {
        if (const auto next = nextDue(group, leader)) queue(group.id, work, *next);
        return;
    }
    const TablePtr table = m_world.catalog.find(group.table);
    for (const std::string& key : due) {
        const auto entry = table::parseExpiryKey(key);
        if (!entry) continue;
        WriteItem expire;
        expire.table = table;
        expire.action = ExpireAction{entry->expiry};
        OpRequest request;
        request.call = std::make_shared<const Request>(std::move(expire));
        request.key = entry->storageKey;
        request.access = Access::Write;
        request.deadline = m_world.now + kDeadline;
        OpId op;
        op.router = leader;
        m_serve(group, {op, leader, std::make_shared<const OpRequest>(std::move(request))});
    }
    work.notBefore = m_world.now + kPause;
    queue(group.id, work, work.notBefore);
}

void ExpirySweeper::calendarJumped() {
    for (const KeySpaceId table : m_tables) {
        for (const GroupId id : m_world.partitions.ofSpace(table)) {
            if (Work* work = m_work.find(id)) queue(id, *work, m_world.now);
        }
    }
}

}  // namespace orrery::cluster
