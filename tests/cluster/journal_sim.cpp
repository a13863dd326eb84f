#include "tests/cluster/journal_sim.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/cluster/world_harness.h"

namespace orrery::test {

using namespace std::chrono_literals;
using cluster::kZones;
using cluster::Member;

namespace {

constexpr int kActions = 400;
constexpr std::int64_t kFaultsAtOnce = 2;

JournalOptions optionsOf(std::uint64_t seed, cluster::PlantedBug bug) {
    Prng prng = Prng::stream(seed, "journal-options");
    JournalOptions options;
    if (prng.chance({1, 2})) options.profile = cluster::Profile::serviceLike();
    options.seed = seed;
    options.bounds = drawLogBounds(seed);
    options.bug = bug;
    return options;
}

std::int64_t activeIn(JournalWorld& journal) {
    const auto faults = journal.zones().faults();
    return std::ranges::count_if(faults, &observe::FaultView::active);
}

}  // namespace

JournalSim::JournalSim(std::uint64_t seed, cluster::PlantedBug bug)
    : m_prng(Prng::stream(seed, "journal-sim")), m_journal(optionsOf(seed, bug)) {
    m_journal.setAfterEvent([this] { judge(); });
}

JournalSimReport JournalSim::run() {
    for (int i = 0; i < kActions && m_report.violation.empty(); ++i)
        act();
    if (m_report.violation.empty()) end();
    m_report.elections += m_journal.replicator().totals().elections;
    m_report.hash = m_journal.world().recorder.hash();
    return m_report;
}

void JournalSim::act() {
    const std::uint64_t kind = m_prng.below(100);
    if (kind < 60) {
        write();
    } else if (kind < 75) {
        m_journal.wake();
    } else if (kind < 90) {
        changeFault();
    } else if (kind < 92) {
        kill();
    } else if (kind < 95) {
        m_journal.flush();
    }
    const bool isLong = m_prng.chance({1, 20});
    const std::uint64_t most = isLong ? 10'000'000 : 200'000;
    m_journal.run(std::chrono::microseconds(m_prng.below(most)), m_prng.chance({3, 4}));
}

void JournalSim::write() {
    for (const ZoneIndex zone : kZones) {
        const replication::Replica* const replica = m_journal.replicaAt(zone);
        if (replica == nullptr || !replica->takesRequests(m_journal.world().now)) continue;
        const std::string name = "item " + std::to_string(m_next++);
        const Lsn lsn = m_journal.put(zone, name);
        m_proposed.push_back({name, zone, {replica->term(), lsn}});
    }
}

std::string JournalSim::drawRegion() {
    return seatRegion(ZoneIndex(static_cast<std::uint8_t>(m_prng.below(kZonesPerRegion))));
}

cluster::FaultRequest JournalSim::drawFault() {
    const std::string one = drawRegion();
    const std::string other = drawRegion();
    const bool oneWay = m_prng.chance({1, 2});
    const std::uint64_t kind = one == other ? m_prng.below(3) : m_prng.below(5);
    if (kind == 0) return lost(one);
    if (kind == 1) return isolated(one);
    if (kind == 3) return regionCut(one, other, oneWay);
    if (kind == 4) {
        cluster::RegionLink slow;
        slow.delay = std::chrono::milliseconds(m_prng.below(200));
        slow.jitter = std::chrono::milliseconds(1 + m_prng.below(50));
        slow.loss = {static_cast<std::uint32_t>(m_prng.below(30)), 100};
        return regionSlow(one, other, slow, oneWay);
    }
    const char zone = static_cast<char>('a' + m_prng.below(kZonesPerRegion));
    return {observe::FaultKind::ZoneOutage, {one + zone}, std::nullopt};
}

void JournalSim::changeFault() {
    if (activeIn(m_journal) >= kFaultsAtOnce || m_prng.chance({1, 3})) {
        const auto faults = m_journal.zones().faults();
        if (!faults.empty()) m_journal.heal(faults[m_prng.below(faults.size())].id);
        return;
    }
    cluster::FaultRequest fault = drawFault();
    if (m_prng.chance({2, 3})) fault.duration = std::chrono::milliseconds(50 + m_prng.below(8000));
    if (m_journal.tryBegin(fault)) ++m_report.faults;
}

void JournalSim::kill() {
    const storage::Ticket synced = m_journal.store().synced();
    // Nobody was told of what was not on disk.
    std::erase_if(m_acknowledged, [&](const auto& one) { return one.second > synced; });
    for (auto& [name, ticket] : m_acknowledged)
        ticket = {};
    m_report.lost += static_cast<int>(m_proposed.size());
    m_proposed.clear();
    m_report.elections += m_journal.replicator().totals().elections;
    m_journal.kill();
    ++m_report.kills;
}

void JournalSim::end() {
    m_journal.healAll();
    for (int i = 0; i < 60; ++i) {
        m_journal.wake();
        m_journal.run(500ms);
        m_journal.flush();
    }
    m_journal.run(10s);
    if (!m_report.violation.empty()) return;
    if (!m_journal.awaitLeader()) return violated("no member leads, though all is healed");
    m_journal.run(10s);
    if (!m_journal.areEqual()) return violated("members differ at rest");
    for (const auto& [name, ticket] : m_acknowledged) {
        for (const ZoneIndex zone : kZones)
            if (m_journal.stored(zone, name) == nullptr)
                return violated(name + ", acknowledged, is missing in " + seatRegion(zone));
    }
}

void JournalSim::judge() {
    if (!m_report.violation.empty()) return;
    judgeMembers();
    judgeProposed();
}

void JournalSim::judgeMembers() {
    cluster::WorldState& world = m_journal.world();
    int leases = 0;
    for (const ZoneIndex zone : kZones) {
        const Member& member = m_journal.at(zone);
        if (member.replica && !world.hasPower(m_journal.journal(), zone))
            violated("the member in " + seatRegion(zone) + " runs without power");
        if (member.replica && member.replica->holdsLease(world.now)) ++leases;
        const bool isCopied = member.standing() != replication::Standing::Whole;
        if (isCopied && !std::exchange(m_isCopied[zone], isCopied)) ++m_report.copies;
        if (!isCopied) m_isCopied[zone] = false;
    }
    if (leases > 1) violated("two members hold the lease");
}

void JournalSim::judgeProposed() {
    std::erase_if(m_proposed, [this](const Proposed& one) {
        const Member& leader = m_journal.at(one.zone);
        const bool leads = leader.replica && leader.replica->term() == one.position.term &&
                           leader.replica->role() == replication::Role::Leader;
        if (!leads) {
            ++m_report.lost;
            return true;
        }
        if (leader.replica->commitLsn() < one.position.lsn) return false;
        const auto onDisk = std::ranges::count_if(
            m_journal.journal().members,
            [&](const Member& member) { return isOnDisk(member, one.position); });
        if (onDisk < 2) violated(one.name + " is acknowledged, but on one disk only");
        m_acknowledged[one.name] = m_journal.world().openTicket;
        ++m_report.written;
        return true;
    });
}

bool JournalSim::isOnDisk(const Member& member, replication::LogPosition position) const {
    if (member.durableLast < position.lsn) return false;
    // What the disk has beyond the saved shape of the log, it got from this leader or a later one.
    return !member.replica || member.replica->state().log.contains(position);
}

void JournalSim::violated(const std::string& what) {
    if (!m_report.violation.empty()) return;
    m_report.violation = what;
}

}  // namespace orrery::test
