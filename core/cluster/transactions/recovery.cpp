#include "core/cluster/transactions/recovery.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/cluster/transactions/leader_wait.h"

namespace orrery::cluster {
namespace {

/// Recoveries that one job runs at a time, and that one sweep begins.
constexpr std::size_t kStartedMax = 32;
/// When a sweep that could not begin all goes on.
constexpr Duration kNextSweep = std::chrono::milliseconds(100);

}  // namespace

// --- transactions that a ledger reports

void Recovery::stalled(const Group& ledger, ZoneIndex leader, const std::string& id) {
    if (m_world.damage) return;  // Nothing can be decided in this world.
    Stalled& stalled = m_stalled[ledger.id];
    stalled.zone = leader;
    if (m_jobs.find(stalled.job) == nullptr) {
        Job job;
        job.kind = JobKind::RecoverTransactions;
        job.space = ledger.space;
        job.group = ledger.id;
        job.subject = m_world.region(ledger.region).name;
        stalled.job = m_jobs.beginUnsaved(std::move(job));
    }
    stalled.started.erase(id);  // Its coordinator may be lost too; if not, it is not begun twice.
    stalled.waiting.insert(id);
    m_jobs.wake(stalled.job);
}

std::optional<Duration> Recovery::step(JobId id) {
    const Job* job = m_jobs.find(id);
    const Group* ledger = m_world.findGroup(job->group);
    Stalled& stalled = m_stalled[job->group];
    const bool isDone = stalled.waiting.empty() && stalled.started.empty();
    if (ledger == nullptr || m_world.damage || isDone) {
        m_stalled.erase(job->group);
        m_jobs.end(id);
        return std::nullopt;
    }
    const std::size_t left = stalled.waiting.size() + stalled.started.size();
    m_jobs.setProgress(id, job->done, job->done + left);
    std::vector<std::string> begun;
    while (!stalled.waiting.empty() && stalled.started.size() < kStartedMax) {
        auto one = stalled.waiting.extract(stalled.waiting.begin());
        begun.push_back(one.value());
        stalled.started.insert(std::move(one));
    }
    const ZoneIndex zone = stalled.zone;
    const GroupId group = ledger->id;
    for (const std::string& transaction : begun)
        m_coordinator.recover(ledger->region, zone, group, transaction, {});
    return std::nullopt;
}

void Recovery::recovered(RegionId region, const std::string& id) {
    const auto found = m_stalled.find(m_world.region(region).ledger);
    if (found == m_stalled.end() || found->second.started.erase(id) == 0) return;
    const JobId job = found->second.job;
    if (const Job* known = m_jobs.find(job)) m_jobs.setDone(job, known->done + 1);
    m_jobs.wake(job);
}

// --- items that a partition's leader knows to be prepared

void Recovery::watch(const Group& group) {
    sweepLater(group.id, m_watched.of(group.id), m_world.profile.stalledTransaction);
}

void Recovery::sweepLater(GroupId group, Watched& watched, Duration after) {
    if (std::exchange(watched.isQueued, true)) return;
    m_world.queue.add(m_world.now + after, PreparedSweep{group});
}

void Recovery::moved(Group& group) {
    if (m_world.region(group.region).ledger == GroupId{} || group.kind != GroupKind::Table) return;
    const auto leader = group.servingLeader(m_world.now);
    if (!leader) return;
    // Earlier lookups of the prepared items do not start a watch.
    const std::pair now(*leader, group.member(*leader).replica->term());
    Watched& watched = m_watched.of(group.id);
    if (watched.leader == now) return;
    watched.leader = now;
    const auto items = m_prepared.of(group, *leader);
    if (!items) return m_world.reportDamage(items.error());
    if (!(*items)->empty()) watch(group);
}

void Recovery::on(const PreparedSweep& sweep) {
    Group* group = m_world.findGroup(sweep.group);
    if (group == nullptr) return;
    Watched& watched = m_watched.of(group->id);
    watched.isQueued = false;
    if (m_world.damage) return;
    const auto leader = group->servingLeader(m_world.now);
    if (!leader) {
        m_replicator.wakeLeader(*group);
        return sweepLater(group->id, watched, leaderWait(watched.waits));
    }
    watched.waits = 0;
    const auto items = m_prepared.of(*group, *leader);
    if (!items) return m_world.reportDamage(items.error());
    const Duration limit = m_world.profile.stalledTransaction;
    Duration next = limit;
    std::map<std::pair<GroupId, std::string>, std::vector<std::string>> late;  // Keys, by id.
    for (const auto& [key, ongoing] : **items) {
        const Duration held = m_world.now - ongoing.since;
        if (held < limit) {
            next = std::min(next, limit - held);
            continue;
        }
        const std::pair id(ongoing.ledger, ongoing.transactionId);
        if (late.contains(id) || late.size() < kStartedMax) {
            late[id].push_back(key);
        } else {
            next = std::min(next, kNextSweep);
        }
    }
    if (!(*items)->empty()) sweepLater(group->id, watched, next);
    for (auto& [id, keys] : late)
        m_coordinator.recover(group->region, *leader, id.first, id.second, std::move(keys));
}

}  // namespace orrery::cluster
