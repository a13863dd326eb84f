#include <QTest>

#include "core/base/sanitizers.h"
#include "tests/cluster/expiry_sim.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: time to live deletes what has expired, and nothing else, through any stop, change of leader
// and jump of the calendar. Method: expiry_sim.h. Each run takes fresh seeds; expiry_seeds.txt
// keeps those that once found a mistake. A failure prints the command that repeats it. Planted bugs
// show that the judges find what they are for.

using namespace orrery;
using cluster::PlantedBug;
using test::ExpirySim;
using test::ExpirySimReport;

namespace {

#ifdef ORRERY_ADDRESS_SANITIZER
constexpr std::size_t kSeeds = 60;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 300;
#endif
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 300;

const test::SeededRuns<ExpirySim> kRuns("ExpirySimTest");

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class ExpirySimTest : public QObject {
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
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/expiry_seeds.txt")) {
            const QByteArray problem = kRuns.problem(seed);
            QVERIFY2(problem.isEmpty(), problem);
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 5; ++seed)
            QCOMPARE(kRuns.run(seed).hash, kRuns.run(seed).hash);
        QVERIFY(kRuns.run(1).hash != kRuns.run(2).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kMixed = 20;
        ExpirySimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const ExpirySimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.writesDone += one.writesDone;
            sum.expired += one.expired;
            sum.changes += one.changes;
            sum.kills += one.kills;
            sum.refusals += one.refusals;
        }
        qInfo("%d writes, %d reads of expired items, %d changes, %d kills, %d refusals",
              sum.writesDone, sum.expired, sum.changes, sum.kills, sum.refusals);
        QVERIFY(sum.writesDone > 80 * kMixed && sum.expired > 5 * kMixed);
        QVERIFY(sum.changes > 5 * kMixed && sum.kills > 3 * kMixed);
        QVERIFY(sum.refusals > kMixed);
    }

    void findsAnExpiryThatIsNotChecked() {
        QVERIFY(foundBy(PlantedBug::ExpiryUnchecked, " is deleted before its expiry") != 0);
    }
    void findsItemsThatAreNotIndexed() {
        QVERIFY(foundBy(PlantedBug::ExpiryFillSkips, " outlives its expiry") != 0);
    }
    void findsATimerThatIsLost() {
        QVERIFY(foundBy(PlantedBug::ExpiryTimerLost, " outlives its expiry") != 0);
    }
};

ORRERY_TEST_CLASS(ExpirySimTest)
#include "expiry_sim_test.moc"
