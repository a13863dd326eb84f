#include <QTest>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "core/base/prng.h"
#include "core/types/item_codec.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: the effects of a fault heal without any request, and a table created during a fault works.
// Method: each seed creates its table during a fault, writes and scans while faults come and go,
// and stops writing before the last of them ends. Then it is quiet: replicas are compared without a
// read in between, and a strong scan must show every acknowledged write.

using namespace orrery;
using namespace std::chrono_literals;
using cluster::PlantedBug;
using test::WorldHarness;

namespace {

constexpr int kKeys = 24;
constexpr std::uint64_t kSeedsForBugs = 300;

struct Writer {
    int asked = 0;
    int acknowledged = 0;
    std::uint64_t inFlight = 0;
};

cluster::WorldOptions drawOptions(std::uint64_t seed, Prng& prng, PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 3}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.seed = seed;
    options.plantedBug = bug;
    return options;
}

class QuietRun {
public:
    explicit QuietRun(std::uint64_t seed, PlantedBug bug = PlantedBug::None)
        : m_prng(Prng::stream(seed, "quiet-sim")), m_t(drawOptions(seed, m_prng, bug)) {}

    /// Empty, or the broken promise.
    std::string run() {
        m_t.createTable();
        const std::uint8_t apart = breakSomething();
        // The other zones know the fault already, or not yet, or never learn of it.
        m_t.run(1ms * static_cast<std::int64_t>(m_prng.below(2000)));
        m_t.createTableNamed("Late");
        checkLife(apart);
        for (int step = 0; step < 60 && m_problem.empty(); ++step) {
            if (m_prng.chance({1, 12})) changeFaults();
            clients();
            pass(1 + m_prng.below(60));
            collect();
        }
        if (m_problem.empty()) endQuietly();
        return m_problem;
    }
    std::uint64_t hash() { return m_t.world().eventHash(); }

private:
    static std::string zoneName(std::uint64_t zone) {
        return std::string("us-east-1") + static_cast<char>('a' + zone % 3);
    }

    /// Loses a zone or cuts a link. Returns a zone that is not affected.
    std::uint8_t breakSomething() {
        const std::uint64_t zone = m_prng.below(3);
        if (m_prng.chance({1, 2})) {
            static_cast<void>(test::failZone(m_t.world(), zoneName(zone), std::nullopt));
        } else {
            static_cast<void>(
                test::cutLink(m_t.world(), zoneName(zone), zoneName(zone + 1), std::nullopt));
        }
        return static_cast<std::uint8_t>((zone + 2) % 3);
    }

    /// One fault, and time for an election: writes from another zone must succeed.
    void checkLife(std::uint8_t zone) {
        m_t.run(4s);
        std::vector<std::uint64_t> puts;
        for (Writer& writer : m_writers) {
            const auto key = static_cast<int>(&writer - m_writers.data());
            puts.push_back(m_t.put(name(key), {{"v", std::to_string(++writer.asked)}}, zone));
        }
        m_t.run(2s);
        for (std::size_t key = 0; key < puts.size(); ++key) {
            if (!m_t.done(puts[key]) || m_t.failed(puts[key]))
                return problem("a table made during a fault is dead");
            m_writers[key].acknowledged = m_writers[key].asked;
        }
    }

    /// The fault comes while the leader's last notice is in flight, and no request follows.
    void loseTheLastWord() {
        m_t.run(10s);
        for (int key = 0; key < kKeys; ++key) {
            Writer& writer = m_writers[key];
            writer.inFlight = m_t.put(name(key), {{"v", std::to_string(++writer.asked)}});
        }
        m_t.run(1us * static_cast<std::int64_t>(m_prng.below(5000)));
        breakSomething();
        m_t.run(5s);
        collect();
        test::healAll(m_t.world());
        m_t.run(20s);
        compareReplicas();
    }

    /// A resting leader gets a request for a page while it cannot get its lease.
    void scanAlone() {
        m_t.run(10s);
        const std::uint64_t zone = m_prng.below(3);
        const Duration lasts = 1ms * static_cast<std::int64_t>(500 + m_prng.below(450));
        static_cast<void>(test::failZone(m_t.world(), zoneName(zone + 1), lasts));
        static_cast<void>(test::failZone(m_t.world(), zoneName(zone + 2), lasts));
        startScan(static_cast<std::uint8_t>(zone));
        m_t.run(4s);
        collect();
    }

    void changeFaults() {
        const auto faults = m_t.world().faults();
        const auto active = std::ranges::count_if(faults, [](const auto& f) { return f.active; });
        if (active < 2 && m_prng.chance({1, 2})) {
            breakSomething();
        } else if (active > 0) {
            test::heal(m_t.world(), faults[m_prng.below(static_cast<std::uint64_t>(active))].id);
        }
    }

    void clients() {
        for (int key = 0; key < kKeys; ++key) {
            Writer& writer = m_writers[key];
            const auto zone = static_cast<std::uint8_t>(m_prng.below(3));
            if (writer.inFlight != 0 || !m_prng.chance({1, 4})) continue;
            writer.inFlight = m_t.put(name(key), {{"v", std::to_string(++writer.asked)}}, zone);
        }
        if (m_scan != 0 || !m_prng.chance({1, 3})) return;
        startScan(static_cast<std::uint8_t>(m_prng.below(3)));
    }

    void startScan(std::uint8_t zone) {
        m_scan = m_t.scan(true, zone);
        for (int key = 0; key < kKeys; ++key)
            m_floors[key] = m_writers[key].acknowledged;
    }

    void pass(std::uint64_t milliseconds) {
        m_t.run(1ms * static_cast<std::int64_t>(milliseconds));
    }

    void collect() {
        for (Writer& writer : m_writers) {
            if (writer.inFlight == 0 || !m_t.done(writer.inFlight)) continue;
            if (!m_t.failed(writer.inFlight)) writer.acknowledged = writer.asked;
            writer.inFlight = 0;
        }
        if (m_scan == 0 || !m_t.done(m_scan)) return;
        if (!m_t.failed(m_scan)) judge(m_scan);
        m_scan = 0;
    }

    /// A scan shows each key at most once, and nothing older than what was acknowledged before it
    /// began.
    void judge(std::uint64_t scan) {
        std::map<std::string, int> shown;
        const auto& page = std::get<cluster::RangeReply>(*m_t.answer(scan)->result);
        for (const auto& view : page.items) {
            const types::EncodedItem item(view.attributes());
            const std::string key = *item.find("pk")->as<std::string>();
            const int value = std::stoi(*item.find("v")->as<std::string>());
            if (!shown.emplace(key, value).second) problem("a strong scan shows " + key + " twice");
        }
        for (int key = 0; key < kKeys; ++key) {
            const int value = shown.contains(name(key)) ? shown[name(key)] : 0;
            if (value < m_floors[key]) problem("a strong scan misses a write of " + name(key));
            if (value > m_writers[key].asked) problem("a strong scan shows what nobody wrote");
        }
    }

    void endQuietly() {
        m_t.run(5s);
        collect();
        test::healAll(m_t.world());
        m_t.run(20s);
        compareReplicas();
        for (int round = 0; round < 4; ++round) {
            scanAlone();
            loseTheLastWord();
        }
        startScan(0);
        const auto scan = m_scan;
        m_t.run(5s);
        if (!m_t.done(scan) || m_t.failed(scan)) return problem("no answer after healing");
        collect();
        m_t.sync();
        problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    }

    void compareReplicas() {
        const auto sums = m_t.world().checksums("Late", "us-east-1", true);
        for (const auto& partition : *sums) {
            for (const auto& zone : partition.zones) {
                if (zone.applied != partition.zones[0].applied ||
                    zone.checksum != partition.zones[0].checksum)
                    problem("zone " + std::to_string(zone.zone.value()) + " of group " +
                            std::to_string(partition.group.value()) + " stays behind");
                if (*zone.scanned != zone.checksum) problem("kept and scanned differ");
            }
        }
    }

    static std::string name(int key) { return "key-" + std::to_string(key); }
    void problem(std::string what) {
        if (m_problem.empty()) m_problem = std::move(what);
    }

    Prng m_prng;
    WorldHarness m_t;
    test::LastingJudges m_lasting;
    std::array<Writer, kKeys> m_writers;
    std::array<int, kKeys> m_floors{};
    std::uint64_t m_scan = 0;
    std::string m_problem;
};

const test::SeededRuns<QuietRun> kRuns("QuietSimTest");

void check(std::uint64_t seed) {
    const QByteArray problem = kRuns.problem(seed);
    QVERIFY2(problem.isEmpty(), problem);
}

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class QuietSimTest : public QObject {
    Q_OBJECT
private slots:
    void recoversWithoutRequests() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(200, 4'000)))
            check(seed);
    }

    void recoversWhereItOnceDidNot() {
        for (const std::uint64_t seed : test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/quiet_seeds.txt"))
            check(seed);
    }

    void findsAHealingThatIsUnheard() {
        QVERIFY(foundBy(PlantedBug::HealingUnheard, " stays behind") != 0);
    }

    void endsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            QuietRun first(seed);
            QuietRun second(seed);
            QuietRun another(seed + 1);
            for (QuietRun* run : {&first, &second, &another})
                run->run();
            QCOMPARE(first.hash(), second.hash());
            QVERIFY(first.hash() != another.hash());
        }
    }
};

ORRERY_TEST_CLASS(QuietSimTest)
#include "quiet_sim_test.moc"
