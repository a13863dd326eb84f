// Goal: the leader of a journal takes a write only if it was made from the newest version of its
// item, answers once two Regions have it, and takes none twice.

#include "core/cluster/global/journal_server.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/cluster/journal_clients.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::JournalClients;
using test::JournalOptions;
using test::kA;
using test::kB;
using test::kC;
using test::seatRegion;

namespace {

/// Clients in all Regions write a few items, over faults. Each Region writes from what it last
/// learnt, sends again what is not answered, and has one write of an item under way.
class Writers {
public:
    explicit Writers(std::uint64_t seed)
        : m_prng(Prng::stream(seed, "writers")), m_journal(optionsOf(seed)) {}

    /// What is wrong; empty: nothing.
    QString run() {
        for (int i = 0; i < 200 && m_wrong.isEmpty(); ++i) {
            if (m_prng.chance({1, 12})) beginFault();
            write();
            m_journal.run(std::chrono::milliseconds(m_prng.below(300)));
            std::erase_if(m_underWay, [this](Write& one) { return handle(one); });
        }
        return m_wrong;
    }
    int done() const { return static_cast<int>(m_done.size()); }
    int others() const { return m_others; }

private:
    using Known = std::optional<KnownVersion>;
    struct Write {
        std::uint64_t number = 0;
        ZoneIndex from{};
        std::string name;
        Known base;
        Instant sentAt;
        bool isRepeated = false;  ///< Some sending was not answered.
    };

    static JournalOptions optionsOf(std::uint64_t seed) {
        JournalOptions options;
        options.seed = seed;
        if (seed % 2 == 0) options.profile = Profile::serviceLike();
        return options;
    }

    ZoneIndex drawZone() { return ZoneIndex(static_cast<std::uint8_t>(m_prng.below(3))); }

    void beginFault() {
        const std::string region = seatRegion(drawZone());
        FaultRequest fault = m_prng.chance({1, 2}) ? test::lost(region) : test::isolated(region);
        fault.duration = std::chrono::milliseconds(100 + m_prng.below(5000));
        static_cast<void>(m_journal.tryBegin(fault));
    }

    void write() {
        const ZoneIndex from = drawZone();
        const std::string name = std::to_string(m_prng.below(3));
        const bool isUnderWay = std::ranges::any_of(
            m_underWay, [&](const Write& one) { return one.from == from && one.name == name; });
        if (isUnderWay) return;
        const Known base = m_known[{from, name}];
        const bool removes = m_prng.chance({1, 5});
        const auto number =
            removes ? m_journal.remove(from, name, base) : m_journal.propose(from, name, base);
        m_underWay.push_back({number, from, name, base, {}, false});
        send(m_underWay.back());
    }

    void send(Write& write) {
        write.sentAt = m_journal.world().now;
        m_journal.send(write.number, m_journal.journal().leaderHint, write.isRepeated);
    }

    /// True if nothing more comes of it.
    bool handle(Write& write) {
        const auto outcome = m_journal.outcome(write.number);
        if (!outcome && m_journal.world().now < write.sentAt + 1s) return false;
        if (!outcome || outcome == JournalOutcome::NotLeader) {
            write.isRepeated = write.isRepeated || !outcome;
            send(write);
            return false;
        }
        Known& known = m_known[{write.from, write.name}];
        known = m_journal.newest(write.name);
        if (outcome != JournalOutcome::Done) ++m_others;
        if (outcome != JournalOutcome::Done) return true;
        const auto from = write.base ? std::pair(write.base->at, write.base->region)
                                     : std::pair(CalendarTime(), std::string());
        if (!m_done.emplace(write.name, from).second)
            m_wrong = "two writes of an item were made from the same version";
        return true;
    }

    Prng m_prng;
    JournalClients m_journal;
    std::vector<Write> m_underWay;
    std::map<std::pair<ZoneIndex, std::string>, Known> m_known;
    /// The items and versions from which acknowledged writes were made.
    std::set<std::pair<std::string, std::pair<CalendarTime, std::string>>> m_done;
    int m_others = 0;
    QString m_wrong;
};

JournalOptions serviceLike() {
    JournalOptions options;
    options.profile = Profile::serviceLike();
    return options;
}

}  // namespace

class JournalServerTest : public QObject {
    Q_OBJECT
private slots:
    void commitsAWriteInTwoRegions() {
        JournalClients t(serviceLike());
        const auto first = t.propose(kB, "one", std::nullopt);
        t.send(first, kA);
        for (int i = 0; i < 1000 && !t.outcome(first); ++i)
            t.run(1ms);
        QVERIFY(t.outcome(first) == JournalOutcome::Done);
        int have = 0;
        for (const ZoneIndex zone : kZones)
            have += t.at(zone).durableLast >= t.journal().committed ? 1 : 0;
        QVERIFY(have >= 2);
        QVERIFY(t.newest("one") == t.versionOf(first));
    }

    void takesOnlyWhatWasMadeFromTheNewestVersion() {
        JournalClients t;
        const auto first = t.propose(kB, "one", std::nullopt);
        QVERIFY(t.ask(first, kA) == JournalOutcome::Done);
        QVERIFY(t.ask(t.propose(kC, "one", std::nullopt), kA) == JournalOutcome::Stale);
        QVERIFY(t.newest("one") == t.versionOf(first));
        const auto second = t.propose(kC, "one", t.versionOf(first));
        QVERIFY(t.ask(second, kA) == JournalOutcome::Done);
        QVERIFY(t.ask(t.propose(kB, "one", t.versionOf(first)), kA) == JournalOutcome::Stale);
        QVERIFY(t.newest("one") == t.versionOf(second));
        QVERIFY(t.ask(t.propose(kB, "other", std::nullopt), kA) == JournalOutcome::Done);
    }

    // The service calls it a conflict if the other write is in flight.
    void saysThatAWriteOfAnotherRegionIsInFlight() {
        JournalClients t(serviceLike());
        QVERIFY(t.awaitLeader() == kA);
        const auto first = t.propose(kA, "one", std::nullopt);
        const auto second = t.propose(kB, "one", std::nullopt);
        const auto own = t.propose(kA, "one", std::nullopt);
        t.send(first, kA);
        t.run(1ms);
        t.send(own, kA);
        t.send(second, kA);
        t.run(2s);
        QVERIFY(t.outcome(first) == JournalOutcome::Done);
        QVERIFY(t.outcome(own) == JournalOutcome::Stale);
        QVERIFY(t.outcome(second) == JournalOutcome::Conflict);
        QVERIFY(t.ask(t.propose(kB, "one", std::nullopt), kA) == JournalOutcome::Stale);
    }

    void remembersWhatWasDeleted() {
        JournalClients t;
        const auto first = t.propose(kB, "one", std::nullopt);
        QVERIFY(t.ask(first, kA) == JournalOutcome::Done);
        const auto deletion = t.remove(kC, "one", t.versionOf(first));
        QVERIFY(t.ask(deletion, kA) == JournalOutcome::Done);
        t.run(1s);
        QVERIFY(t.stored(kA, "one") == nullptr && t.areEqual());
        QCOMPARE(t.at(kA).mark.itemCount, 0);
        QVERIFY(t.ask(t.propose(kB, "one", std::nullopt), kA) == JournalOutcome::Stale);
        QVERIFY(t.ask(t.propose(kB, "one", t.versionOf(deletion)), kA) == JournalOutcome::Done);
        t.run(1s);
        QVERIFY(t.stored(kA, "one") != nullptr && t.areEqual());
        QCOMPARE(t.at(kA).mark.itemCount, 1);
    }

    void takesAWriteThatIsSentTwiceOnce() {
        JournalClients t;
        const auto first = t.propose(kB, "one", std::nullopt);
        QVERIFY(t.ask(first, kA) == JournalOutcome::Done);
        const Lsn last = t.journal().committed;
        QVERIFY(t.ask(first, kA, true) == JournalOutcome::Done);
        QCOMPARE(t.journal().committed.value(), last.value());
        // Even if something was written since.
        QVERIFY(t.ask(t.propose(kC, "one", t.versionOf(first)), kA) == JournalOutcome::Done);
        QVERIFY(t.ask(first, kA, true) == JournalOutcome::Done);
        QCOMPARE(t.journal().committed.value(), last.value() + 1);
    }

    // Whether an earlier leader took it, only the sender could tell.
    void cannotTellWhatAnEarlierLeaderTook() {
        JournalClients t;
        const auto taken = t.propose(kB, "taken", std::nullopt);
        QVERIFY(t.ask(taken, kA) == JournalOutcome::Done);
        const auto lost = t.propose(kB, "lost", std::nullopt);
        t.begin(test::lost(seatRegion(kA)));
        t.send(lost, kA);
        const auto leader = t.awaitLeader();
        QVERIFY(leader && *leader != kA && !t.outcome(lost));
        QVERIFY(t.ask(taken, *leader, true) == JournalOutcome::Unknown);
        QVERIFY(t.ask(lost, *leader, true) == JournalOutcome::Done);
        QVERIFY(t.newest("lost") == t.versionOf(lost));
    }

    void checksWithoutWriting() {
        JournalClients t;
        QVERIFY(t.ask(t.check(kC, "one", std::nullopt), kA) == JournalOutcome::Done);
        const auto first = t.propose(kB, "one", std::nullopt);
        QVERIFY(t.ask(first, kA) == JournalOutcome::Done);
        const Lsn last = t.journal().committed;
        QVERIFY(t.ask(t.check(kC, "one", std::nullopt), kA) == JournalOutcome::Stale);
        QVERIFY(t.ask(t.check(kC, "one", t.versionOf(first)), kA) == JournalOutcome::Done);
        QCOMPARE(t.journal().committed.value(), last.value());
    }

    // Nobody is told of a version that may still be lost.
    void saysNothingOfAVersionThatIsNotCommitted() {
        JournalClients t(serviceLike());
        QVERIFY(t.awaitLeader() == kA);
        const auto first = t.propose(kA, "one", std::nullopt);
        t.send(first, kA);
        t.run(1ms);
        const auto look = t.check(kA, "one", t.versionOf(first));
        t.send(look, kA);
        t.run(1ms);
        QVERIFY(!t.outcome(first) && !t.outcome(look));
        t.run(1s);
        QVERIFY(t.outcome(first) == JournalOutcome::Done);
        QVERIFY(t.outcome(look) == JournalOutcome::Done);
    }

    void opensAFenceOnceTheRegionHasWhatWasCommitted() {
        JournalClients t;
        QVERIFY(t.ask(t.propose(kB, "one", std::nullopt), kA) == JournalOutcome::Done);
        t.setTaken(kC, Lsn{});
        const auto fence = t.fence(kC);
        t.send(fence, kA);
        const Lsn committed = t.journal().committed;
        t.run(1s);
        QVERIFY(!t.outcome(fence));
        t.setTaken(kC, Lsn(committed.value() - 1));
        t.run(1s);
        QVERIFY(!t.outcome(fence));
        QVERIFY(t.ask(t.propose(kB, "other", std::nullopt), kA) == JournalOutcome::Done);
        t.setTaken(kC, committed);
        t.run(1s);
        QVERIFY(t.outcome(fence) == JournalOutcome::Done);
        QVERIFY(t.ask(t.fence(kC), kA) == std::nullopt);
    }

    void answersOnlyAtTheLeader() {
        JournalClients t;
        QVERIFY(t.ask(t.fence(kC), kB) == JournalOutcome::NotLeader);
        // The lease has ended; a request renews it.
        t.run(20s);
        QVERIFY(!t.replicaAt(kA)->holdsLease(t.world().now));
        QVERIFY(t.ask(t.propose(kB, "one", std::nullopt), kA) == JournalOutcome::Done);
    }

    // What it was asked before it lost its lead may be committed by the next leader.
    void cannotTellOnceItLeadsNoMore() {
        JournalClients t;
        QVERIFY(t.ask(t.check(kA, "one", std::nullopt), kA) == JournalOutcome::Done);
        const auto fault = t.begin(test::isolated(seatRegion(kA)));
        const auto write = t.propose(kA, "one", std::nullopt);
        t.send(write, kA);
        const auto fence = t.fence(kA);
        t.setTaken(kA, Lsn{});
        t.send(fence, kA);
        t.run(20s);
        QVERIFY(t.awaitLeader().has_value());
        t.heal(fault);
        t.run(5s);
        QVERIFY(t.outcome(write) == JournalOutcome::Unknown);
        QVERIFY(t.outcome(fence) == JournalOutcome::NotLeader);
    }

    void chainsTheWritesOfAnItem() {
        int done = 0;
        int others = 0;
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            Writers writers(seed);
            const QString wrong = writers.run();
            QVERIFY2(wrong.isEmpty(), qPrintable(QString("%1, seed %2").arg(wrong).arg(seed)));
            done += writers.done();
            others += writers.others();
        }
        qInfo("%d writes done, %d others", done, others);
        QVERIFY(done > 1000 && others > 200);
    }

    void forgetsTheOldestWritesFirst() {
        JournalClients t;
        const auto first = t.propose(kB, "first", std::nullopt);
        QVERIFY(t.ask(first, kA) == JournalOutcome::Done);
        for (std::size_t i = 0; i < JournalServer::kRememberedMax; ++i) {
            t.send(t.propose(kB, "item " + std::to_string(i), std::nullopt), kA);
            if (i % 500 == 0) t.run(10ms);
        }
        t.run(1s);
        QVERIFY(t.ask(first, kA, true) == JournalOutcome::Unknown);
    }
};

ORRERY_TEST_CLASS(JournalServerTest)
#include "journal_server_test.moc"
