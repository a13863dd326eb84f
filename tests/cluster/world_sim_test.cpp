#include <QTest>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/prng.h"
#include "core/types/item_codec.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: a whole world, with a global index, keeps its promises under outages, cuts and kills.
// Method: each seed draws a profile and a script of faults. Each key has one writer, which writes
// 1, 2, 3 …, some by transactions, so the values that a read may show follow from what was sent and
// acknowledged. A reply counts once the store has synced everything that it depends on; a kill
// forgets the others. At the end all faults are healed, and replicas, maintained checksums and the
// index must agree.

using namespace orrery;
using namespace std::chrono_literals;
using cluster::PlantedBug;
using test::WorldHarness;

namespace {

constexpr int kKeys = 12;
constexpr int kSteps = 300;
constexpr std::uint64_t kSeedsForBugs = 300;

struct Writer {
    int asked = 0;  ///< The highest number sent.
    int acknowledged = 0;
    std::uint64_t inFlight = 0;
};

struct Read {
    int key = 0;
    bool consistent = false;
    int floor = 0;  ///< Acknowledged before it began.
};

cluster::WorldOptions drawOptions(std::uint64_t seed, Prng& prng, PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 3}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.seed = seed;
    options.traceEvents = 64;
    options.logBounds = test::drawLogBounds(seed);
    options.plantedBug = bug;
    return options;
}

class SimulatedRun {
public:
    explicit SimulatedRun(std::uint64_t seed, PlantedBug bug = PlantedBug::None)
        : m_prng(Prng::stream(seed, "world-sim")),
          m_t(drawOptions(seed, m_prng, bug)),
          m_flush(m_prng.chance({1, 2}) ? Ratio{1, 8} : Ratio{1, 100}),
          m_fault(m_prng.chance({1, 2}) ? Ratio{1, 25} : Ratio{1, 10}) {
        cluster::SecondaryIndex index;
        index.name = "byValue";
        index.kind = cluster::IndexKind::Global;
        index.keys.partition = {"v", types::AttributeType::String};
        m_t.createTable(false, {index});
        m_t.sync();
    }

    /// Empty, or the broken promise.
    std::string run() {
        for (int step = 0; step < kSteps && m_problem.empty(); ++step) {
            fault();
            clients();
            m_t.run(Duration(1ms) * static_cast<std::int64_t>(1 + m_prng.below(60)));
            if (m_prng.chance({1, 2})) m_t.sync();
            if (m_prng.chance(m_flush)) m_t.flush();
            collect();
            watchLogs();
            if (m_prng.chance({1, 60})) kill();
        }
        if (m_problem.empty()) settle();
        return m_problem;
    }
    /// How often a tree was seen that is being copied.
    int copying() const { return m_copying; }
    std::uint64_t hash() { return m_t.world().eventHash(); }

private:
    void watchLogs() {
        problem(test::judgeOwners(m_t.world(), m_t.store()));
        problem(test::judgeTrimMarks(m_t.world(), m_t.store()));
        problem(m_lasting.judge(m_t.world(), m_t.store()));
        m_copying += test::treesInCopy(m_t.world(), m_t.store());
    }

    void fault() {
        const std::string a = std::string("us-east-1") + char('a' + m_prng.below(3));
        const std::string b = std::string("us-east-1") + char('a' + m_prng.below(3));
        const Duration lasts = 1ms * static_cast<std::int64_t>(100 + m_prng.below(4000));
        const auto active =
            std::ranges::count_if(m_t.world().faults(), [](const auto& f) { return f.active; });
        if (active >= 2) return;
        if (m_prng.chance(m_fault)) static_cast<void>(test::failZone(m_t.world(), a, lasts));
        if (m_prng.chance({1, 25})) static_cast<void>(test::cutLink(m_t.world(), a, b, lasts));
    }

    void clients() {
        for (int key = 0; key < kKeys; ++key) {
            Writer& writer = m_writers[key];
            const auto zone = static_cast<std::uint8_t>(m_prng.below(3));
            if (writer.inFlight == 0 && m_prng.chance({1, 3})) {
                const std::map<std::string, std::string> value{
                    {"v", std::to_string(++writer.asked)}};
                const std::string other = name((key + 1) % kKeys);
                writer.inFlight = m_prng.chance({1, 5})
                                      ? m_t.transactPut(name(key), value, other, zone)
                                      : m_t.put(name(key), value, zone);
            }
            if (m_prng.chance({1, 4})) {
                const bool consistent = m_prng.chance({1, 2});
                m_reads[m_t.get(name(key), consistent, zone)] = {key, consistent,
                                                                 writer.acknowledged};
            }
        }
    }

    bool released(std::uint64_t id) {
        return m_t.done(id) && m_t.answer(id)->gate <= m_t.store().synced();
    }

    void collect() {
        for (Writer& writer : m_writers) {
            if (writer.inFlight == 0 || !released(writer.inFlight)) continue;
            if (!m_t.failed(writer.inFlight)) writer.acknowledged = writer.asked;
            writer.inFlight = 0;
        }
        std::erase_if(m_reads, [&](const auto& entry) {
            if (!released(entry.first)) return false;
            if (!m_t.failed(entry.first)) judge(entry.first, entry.second);
            return true;
        });
    }

    void judge(std::uint64_t id, const Read& read) {
        const std::string shown = m_t.read(id);
        const int value = shown.empty() ? 0 : std::stoi(shown);
        if (value > m_writers[read.key].asked) problem("a read showed what nobody wrote");
        if (read.consistent && value < read.floor) {
            problem("a strong read of " + name(read.key) + " showed " + std::to_string(value) +
                    ", acknowledged was " + std::to_string(read.floor));
        }
    }

    void kill() {
        m_t.kill();
        for (Writer& writer : m_writers)
            writer.inFlight = 0;
        m_reads.clear();
    }

    void settle() {
        test::healAll(m_t.world());
        m_t.run(30s);
        m_t.sync();
        collect();
        std::map<std::string, std::string> last;
        for (int key = 0; key < kKeys; ++key) {
            const auto get = m_t.get(name(key), true);
            m_t.run(5s);
            if (!m_t.done(get) || m_t.failed(get)) return problem("no answer after healing");
            const std::string shown = m_t.read(get);
            const int value = shown.empty() ? 0 : std::stoi(shown);
            if (value < m_writers[key].acknowledged || value > m_writers[key].asked)
                return problem("an acknowledged write of " + name(key) + " is lost");
            if (!shown.empty()) last[name(key)] = shown;
        }
        m_t.sync();
        problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
        checkIndex(last);
    }

    void checkIndex(const std::map<std::string, std::string>& last) {
        cluster::ItemsLookRequest request;
        request.region = "us-east-1";
        request.table = "T";
        request.index = "byValue";
        request.limit = 1000;
        const auto look = m_t.world().lookItems(request);
        std::map<std::string, std::string> shown;
        for (const auto& row : look->rows) {
            const types::EncodedItem item(row.item.attributes());
            shown[*item.find("pk")->as<std::string>()] = *item.find("v")->as<std::string>();
        }
        if (look->rows.size() != shown.size()) problem("the index has two entries of one item");
        if (shown != last) problem("the index is not the projection of the table");
    }

    static std::string name(int key) { return "key-" + std::to_string(key); }
    void problem(std::string what) {
        if (m_problem.empty()) m_problem = std::move(what);
    }

    int m_copying = 0;
    Prng m_prng;
    WorldHarness m_t;
    test::LastingJudges m_lasting;
    const Ratio m_flush;
    const Ratio m_fault;
    std::array<Writer, kKeys> m_writers;
    std::map<std::uint64_t, Read> m_reads;
    std::string m_problem;
};

const test::SeededRuns<SimulatedRun> kRuns("WorldSimTest");

void check(std::uint64_t seed) {
    const QByteArray problem = kRuns.problem(seed);
    QVERIFY2(problem.isEmpty(), problem);
}

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class WorldSimTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsPromises() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(200, 4'000)))
            check(seed);
    }

    void keepsItsPromisesWhereItOnceDidNot() {
        for (const std::uint64_t seed : test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/world_seeds.txt"))
            check(seed);
    }

    // A run in which nothing is copied proves nothing of copies.
    void theMixReachesCopies() {
        int runs = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            SimulatedRun run(seed);
            run.run();
            runs += run.copying() > 0 ? 1 : 0;
        }
        qInfo("%d of 40 runs copy", runs);
        QVERIFY(runs >= 8);
    }

    void findsCountsThatAreTakenEarly() {
        QVERIFY(foundBy(PlantedBug::CopyCountsEarly, "kept and scanned sums differ") != 0);
    }
    void findsThatTwoAreLeftBehind() {
        QVERIFY(foundBy(PlantedBug::LeavesTwoBehind, ", and fewer than two replicas have ") != 0);
    }

    void endsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            SimulatedRun first(seed);
            SimulatedRun second(seed);
            first.run();
            second.run();
            QCOMPARE(first.hash(), second.hash());
            SimulatedRun another(seed + 1);
            another.run();
            QVERIFY(first.hash() != another.hash());
        }
    }
};

ORRERY_TEST_CLASS(WorldSimTest)
#include "world_sim_test.moc"
