#include <QTest>

#include "core/base/sanitizers.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/cluster/strong_sim.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: a global table with strong consistency is linearizable over all Regions and loses nothing
// that it has acknowledged, whatever happens. Method: strong_sim.h. Each run takes fresh seeds;
// strong_seeds.txt keeps those that once found a mistake. Planted bugs show that the judge finds
// what it is for.

using namespace orrery;
using cluster::PlantedBug;
using test::StrongSim;
using test::StrongSimReport;

namespace {

#ifdef ORRERY_ADDRESS_SANITIZER
constexpr std::size_t kSeeds = 10;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 100;
#endif
constexpr std::size_t kSeedsLong = 5'000;
constexpr std::uint64_t kSeedsForBugs = 50;

const test::SeededRuns<StrongSim> kRuns("StrongSimTest");

}  // namespace

class StrongSimTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsPromises() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(kSeeds, kSeedsLong))) {
            const QByteArray problem = kRuns.problem(seed);
            QVERIFY2(problem.isEmpty(), problem);
        }
    }

    void keepsItsPromisesWhereItOnceDidNot() {
        for (const std::uint64_t seed :
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/strong_seeds.txt")) {
            const QByteArray problem = kRuns.problem(seed);
            QVERIFY2(problem.isEmpty(), problem);
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 2; ++seed)
            QCOMPARE(kRuns.run(seed).hash, kRuns.run(seed).hash);
        QVERIFY(kRuns.run(1).hash != kRuns.run(2).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kMixed = 20;
        StrongSimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const StrongSimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.added += one.added;
            sum.conflicts += one.conflicts;
            sum.failures += one.failures;
            sum.reads += one.reads;
            sum.faults += one.faults;
            sum.kills += one.kills;
        }
        qInfo("%d added, %d conflicts, %d failures, %d reads, %d faults, %d kills", sum.added,
              sum.conflicts, sum.failures, sum.reads, sum.faults, sum.kills);
        QVERIFY(sum.added > 20 * kMixed && sum.reads > 20 * kMixed && sum.conflicts > kMixed);
        QVERIFY(sum.failures > kMixed && sum.faults > 5 * kMixed && sum.kills > kMixed);
    }

    void findsWritesOfOldVersions() {
        QVERIFY(kRuns.foundBy(PlantedBug::JournalTakesStale, "the same number", kSeedsForBugs) !=
                0);
    }
    void findsReadsThatDoNotWait() {
        QVERIFY(kRuns.foundBy(PlantedBug::FencesOpenAtOnce, "shows too little", kSeedsForBugs) !=
                0);
    }
    void findsRecordsThatOneRegionHas() {
        QVERIFY(kRuns.foundBy(PlantedBug::JournalCommitsAlone, "", kSeedsForBugs) != 0);
    }
};

ORRERY_TEST_CLASS(StrongSimTest)
#include "strong_sim_test.moc"
