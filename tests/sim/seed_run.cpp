#include "tests/sim/seed_run.h"

#include <chrono>
#include <optional>

#include "core/base/check.h"

namespace orrery::test {
namespace {

using namespace std::chrono_literals;

constexpr Instant kFaultsUntil{6000ms};
/// After the faults, and after the last one: when the clients stop, and whether the group serves.
constexpr Duration kMixFor = 2500ms;
constexpr Duration kWritesAfter = 5000ms;
constexpr Duration kWritesFor = 400ms;
constexpr Duration kPhase = 6000ms;
/// Thirty times what an ordinary seed needs.
constexpr std::uint64_t kEventsMax = 300'000;

/// One run: the group, its clients, and the script that the seed draws.
class SeedRun : public GroupListener {
public:
    SeedRun(std::uint64_t seed, SimBug bug)
        : m_options(SwarmOptions::draw(seed, bug)),
          m_faults(Prng::stream(seed, "faults")),
          m_group(m_options.group, firstState(), *this),
          m_clients(m_options, m_group, m_verdict),
          m_healAt(m_options.lastFault ? kFaultsUntil + kPhase : kFaultsUntil) {}

    Report run() {
        m_group.schedule(Instant(1ms), tokenOf(Token::Operate));
        m_group.schedule(nextFault(), tokenOf(Token::Fault));
        if (m_options.trimEvery > Duration{})
            m_group.schedule(Instant(m_options.trimEvery), tokenOf(Token::Trim));
        if (m_options.handOverEvery > Duration{})
            m_group.schedule(Instant(m_options.handOverEvery), tokenOf(Token::HandOver));
        if (m_options.lastFault) {
            m_group.schedule(kFaultsUntil, tokenOf(Token::LastFault));
            writeAfter(kFaultsUntil);
            runUntil(m_healAt);
            expectWrites("two zones hear each other and take no writes");
        }
        m_group.schedule(m_healAt, tokenOf(Token::HealAll));
        writeAfter(m_healAt);
        runUntil(m_healAt + kPhase);
        expectWrites("the group is healed and takes no writes");
        if (m_verdict.ok()) m_clients.finish();
        return report();
    }

    void committed(ZoneIndex zone, LsnRange range) override { m_clients.committed(zone, range); }

    void changed(ZoneIndex zone) override {
        m_clients.changed(zone);
        if (m_serveQueued[zone.value()] || !m_clients.mayServeWaiting(zone)) return;
        m_serveQueued[zone.value()] = true;
        m_group.schedule(m_group.now(), tokenOf(Token::Serve, zone.value()));
    }

    bool hasWholeTree(ZoneIndex zone) override {
        // The replicas start before there are clients.
        return m_group.now() == Instant() || m_clients.hasWholeTree(zone);
    }
    bool fillRequest(ZoneIndex zone, replication::CopyRequest& request) override {
        return m_clients.fillRequest(zone, request);
    }
    std::shared_ptr<const replication::CopiedRange> readRange(ZoneIndex zone,
                                                              const SharedBytes& cursor) override {
        return m_clients.readRange(zone, cursor);
    }
    void takeRange(ZoneIndex zone, const replication::CopyChunk& chunk, bool begins) override {
        m_clients.takeRange(zone, chunk, begins);
    }

    void scheduled(std::uint64_t token) override {
        const std::uint64_t payload = token & 0xffff'ffff;
        switch (static_cast<Token>(token >> 32)) {
            case Token::Operate:
                operate();
                break;
            case Token::Serve:
                m_serveQueued[payload] = false;
                m_clients.serveWaiting(ZoneIndex(static_cast<std::uint8_t>(payload)));
                break;
            case Token::Fault:
                fault();
                break;
            case Token::Heal:
                heal(static_cast<FaultKind>(payload >> 8), payload & 0xff);
                break;
            case Token::LastFault:
                lastFault();
                break;
            case Token::HealAll:
                healAll();
                break;
            case Token::Trim:
                m_clients.trim();
                m_group.schedule(m_group.now() + m_options.trimEvery, tokenOf(Token::Trim));
                break;
            case Token::HandOver:
                handOver();
                break;
            case Token::LastWrite:
                m_clients.write();
                if (m_group.now() < m_writesFrom + kWritesFor)
                    m_group.schedule(m_group.now() + 50ms, tokenOf(Token::LastWrite));
                break;
        }
    }

private:
    enum class Token : std::uint8_t {
        Operate,
        Serve,
        Fault,
        Heal,
        LastFault,
        HealAll,
        LastWrite,
        Trim,
        HandOver
    };

    static std::uint64_t tokenOf(Token token, std::uint64_t payload = 0) {
        return static_cast<std::uint64_t>(token) << 32 | payload;
    }

    replication::DurableState firstState() {
        if (!m_options.appointed) return {};
        const auto leader = static_cast<std::uint8_t>(m_faults.below(kZonesPerRegion));
        return replication::DurableState::appoint(ZoneIndex(leader));
    }

    void runUntil(Instant end) {
        while (m_group.nextEventAt() < end && m_verdict.ok()) {
            m_group.processNextEvent();
            if (m_group.eventCount() > kEventsMax)
                m_verdict.fail(m_group.now(), "the replicas keep each other busy without end");
        }
        if (m_verdict.ok()) m_group.runUntil(end);
    }

    void writeAfter(Instant start) {
        m_writesFrom = start + kWritesAfter;
        m_group.schedule(m_writesFrom, tokenOf(Token::LastWrite));
    }

    void expectWrites(const char* violation) {
        if (m_verdict.ok() && m_clients.writesDoneSince(m_writesFrom) == 0)
            m_verdict.fail(m_group.now(), violation);
    }

    Duration draw(Duration mean) {
        return Duration(static_cast<std::int64_t>(
            m_faults.exponential(static_cast<std::uint64_t>(mean.count()))));
    }

    Instant nextFault() { return m_group.now() + 50ms + draw(m_options.faultEvery); }

    void operate() {
        const Instant now = m_group.now();
        const bool quiet = now >= m_options.quietFrom && now < m_options.quietUntil;
        if (!quiet) m_clients.operate();
        if (now < m_healAt + kMixFor)
            m_group.schedule(now + m_options.operationEvery, tokenOf(Token::Operate));
    }

    void handOver() {
        const auto to = static_cast<std::uint8_t>(m_faults.below(kZonesPerRegion));
        for (const ZoneIndex zone : kZones)
            m_group.handOver(zone, ZoneIndex(to));
        if (m_group.now() + m_options.handOverEvery < m_healAt + kMixFor)
            m_group.schedule(m_group.now() + m_options.handOverEvery, tokenOf(Token::HandOver));
    }

    /// Half of the faults hit the leader, where it hurts.
    ZoneIndex drawTarget() {
        const ZoneIndex any(static_cast<std::uint8_t>(m_faults.below(kZonesPerRegion)));
        if (m_faults.chance({1, 2})) return any;
        for (const ZoneIndex zone : kZones) {
            const bool leads =
                m_group.isUp(zone) && m_group.replica(zone).role() == replication::Role::Leader;
            if (leads) return zone;
        }
        return any;
    }

    FaultKind drawKind() {
        std::uint64_t kind = m_faults.below(kFaultKinds);
        while ((m_options.faultKinds >> kind & 1) == 0)
            kind = (kind + 1) % kFaultKinds;
        return static_cast<FaultKind>(kind);
    }

    void fault() {
        if (m_group.now() >= kFaultsUntil) return;
        m_group.schedule(nextFault(), tokenOf(Token::Fault));
        const FaultKind kind = drawKind();
        const ZoneIndex zone = drawTarget();
        Duration length = draw(m_options.faultLength);
        switch (kind) {
            case FaultKind::ShortOutage:
                length = draw(20ms);
                [[fallthrough]];
            case FaultKind::ZoneOutage:
                losePower(zone);
                break;
            case FaultKind::TwoZonesOutage:
                losePower(zone);
                losePower(neighbour(zone));
                break;
            case FaultKind::LinkCut:
                m_group.cut(zone, neighbour(zone));
                m_group.cut(neighbour(zone), zone);
                break;
            case FaultKind::OneWayCut:
                m_group.cut(zone, neighbour(zone));
                break;
            case FaultKind::Isolation:
                changeLinks(zone, &Group::cut);
                break;
            case FaultKind::Loss:
                m_group.setLoss({1, 20});
                break;
            case FaultKind::StopAndResume:
                stopAndResume();
                return;
        }
        m_group.schedule(
            m_group.now() + length,
            tokenOf(Token::Heal, static_cast<std::uint64_t>(kind) << 8 | zone.value()));
    }

    void heal(FaultKind kind, std::uint64_t zoneNumber) {
        if (m_group.now() >= kFaultsUntil) return;
        const ZoneIndex zone(static_cast<std::uint8_t>(zoneNumber));
        switch (kind) {
            case FaultKind::ShortOutage:
            case FaultKind::ZoneOutage:
                restorePower(zone);
                break;
            case FaultKind::TwoZonesOutage:
                restorePower(zone);
                restorePower(neighbour(zone));
                break;
            case FaultKind::LinkCut:
                m_group.heal(neighbour(zone), zone);
                [[fallthrough]];
            case FaultKind::OneWayCut:
                m_group.heal(zone, neighbour(zone));
                break;
            case FaultKind::Isolation:
                changeLinks(zone, &Group::heal);
                break;
            case FaultKind::Loss:
                m_group.setLoss({0, 1});
                break;
            case FaultKind::StopAndResume:
                break;
        }
    }

    void lastFault() {
        healAll();
        const ZoneIndex zone = *m_options.lastFault;
        if (m_options.lastFaultIsOutage) {
            losePower(zone);
        } else {
            changeLinks(zone, &Group::cut);
        }
    }

    void healAll() {
        m_group.setLoss({0, 1});
        for (const ZoneIndex zone : kZones) {
            restorePower(zone);
            changeLinks(zone, &Group::heal);
        }
    }

    void losePower(ZoneIndex zone) {
        if (!m_group.isUp(zone)) return;
        m_clients.dropped(zone);
        m_group.losePower(zone);
    }

    void restorePower(ZoneIndex zone) {
        if (m_group.isUp(zone)) return;
        m_group.restorePower(zone);
        m_clients.restarted(zone);
    }

    void stopAndResume() {
        for (const ZoneIndex zone : kZones) {
            if (m_group.isUp(zone)) m_clients.dropped(zone);
        }
        m_group.stopAndResume();
        for (const ZoneIndex zone : kZones) {
            if (m_group.isUp(zone)) m_clients.restarted(zone);
        }
    }

    static ZoneIndex neighbour(ZoneIndex zone) {
        return ZoneIndex(static_cast<std::uint8_t>((zone.value() + 1) % kZonesPerRegion));
    }

    void changeLinks(ZoneIndex zone, void (Group::*change)(ZoneIndex, ZoneIndex)) {
        for (const ZoneIndex other : kZones) {
            if (other == zone) continue;
            (m_group.*change)(zone, other);
            (m_group.*change)(other, zone);
        }
    }

    Report report() const {
        using check::OperationKind;
        using check::Outcome;
        const check::History& history = m_clients.history();
        Hash64 hash;
        hash.add(m_group.traceHash());
        hash.add(history.count());
        hash.add(m_verdict.violation());
        Report report;
        report.violation = m_verdict.violation();
        report.options = m_options.describe();
        report.traceHash = hash.value();
        report.events = m_group.eventCount();
        report.writesDone = history.count(OperationKind::Write, Outcome::Done);
        report.readsDone = history.count(OperationKind::StrongRead, Outcome::Done);
        report.failedConditions = history.count(OperationKind::FailedCondition, Outcome::Done);
        report.lastTerm = m_clients.lastTerm();
        report.copies = m_clients.copies();
        return report;
    }

    SwarmOptions m_options;
    Prng m_faults;
    check::Verdict m_verdict;
    Group m_group;
    Clients m_clients;
    std::array<bool, kZonesPerRegion> m_serveQueued{};
    Instant m_healAt;  ///< From then on there are no faults.
    Instant m_writesFrom;
};

}  // namespace

Report runSeed(std::uint64_t seed, SimBug bug) {
    return SeedRun(seed, bug).run();
}

}  // namespace orrery::test
