#include <QTest>

#include "tests/cluster/global_sim.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: the replicas of a global table become equal, with the latest version of each item, and no
// Region refuses anything for a reason in another one. Method: global_sim.h. Each run takes fresh
// seeds; global_seeds.txt keeps those that once found a mistake. A failure prints the command that
// repeats it. Planted bugs show that the judges find what they are for.

using namespace orrery;
using cluster::PlantedBug;
using test::GlobalSim;
using test::GlobalSimReport;

namespace {

constexpr std::size_t kSeeds = 60;
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 200;

const test::SeededRuns<GlobalSim> kRuns("GlobalSimTest");

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class GlobalSimTest : public QObject {
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
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/global_seeds.txt")) {
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
        constexpr int kMixed = 60;
        GlobalSimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const GlobalSimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.writesDone += one.writesDone;
            sum.transactions += one.transactions;
            sum.strongReads += one.strongReads;
            sum.replicasMade += one.replicasMade;
            sum.replicasDeleted += one.replicasDeleted;
            sum.tablesMade += one.tablesMade;
            sum.tablesDeleted += one.tablesDeleted;
            sum.regionFaults += one.regionFaults;
            sum.kills += one.kills;
            sum.refusals += one.refusals;
            sum.replicated += one.replicated;
            sum.judgedCalls += one.judgedCalls;
            sum.gaps += one.gaps;
            sum.lost += one.lost;
            sum.lostAgain += one.lostAgain;
            sum.unclear += one.unclear;
        }
        qInfo(
            "%d writes, %d transactions, %d strong reads, %d replicas made, %d deleted, %d tables "
            "made, %d deleted, %d faults of Regions, %d kills, %d refusals, %llu replicated, %llu "
            "calls judged, %llu gaps, %llu writes lost, %llu of them again, %llu items unclear",
            sum.writesDone, sum.transactions, sum.strongReads, sum.replicasMade,
            sum.replicasDeleted, sum.tablesMade, sum.tablesDeleted, sum.regionFaults, sum.kills,
            sum.refusals, static_cast<unsigned long long>(sum.replicated),
            static_cast<unsigned long long>(sum.judgedCalls),
            static_cast<unsigned long long>(sum.gaps), static_cast<unsigned long long>(sum.lost),
            static_cast<unsigned long long>(sum.lostAgain),
            static_cast<unsigned long long>(sum.unclear));
        QVERIFY(sum.writesDone > 100 * kMixed && sum.strongReads > 40 * kMixed);
        QVERIFY(sum.transactions > 10 * kMixed && sum.replicated > 50 * kMixed);
        QVERIFY(sum.replicasMade > kMixed && sum.replicasDeleted > kMixed / 3);
        QVERIFY(sum.tablesMade > kMixed && sum.tablesDeleted > kMixed / 4);
        QVERIFY(sum.regionFaults > kMixed && sum.kills > kMixed && sum.refusals > 0);
        QVERIFY(sum.judgedCalls > 50 * kMixed);
        QVERIFY(sum.lost > 20 * kMixed && sum.lostAgain > 0 && sum.unclear < kMixed);
    }

    void findsAWriteThatWinsByComingLast() {
        QVERIFY(foundBy(PlantedBug::LastArrivalWins, "falls from") != 0);
    }
    void findsReplicatedWritesThatAreSentOn() {
        QVERIFY(foundBy(PlantedBug::ReplicatedEchoes, "while the link from there is cut") != 0);
    }
    void findsACursorThatIsSavedEarly() {
        QVERIFY(foundBy(PlantedBug::ReplicaCursorEarly, " differs: ") != 0);
    }
    void findsDeletionsThatAreForgotten() {
        QVERIFY(foundBy(PlantedBug::TombstonesForgotten, "falls from") != 0);
    }
    void findsAFillingThatSkipsItems() {
        QVERIFY(foundBy(PlantedBug::ReplicaFillSkips, " differs: ") != 0);
    }
    void findsAReplicaThatMissesWhatIsUnderWay() {
        QVERIFY(foundBy(PlantedBug::JoinSkipsInFlight, " differs: ") != 0);
    }
    void findsALossThatIsNotedOnce() {
        QVERIFY(foundBy(PlantedBug::LossesOnce, " lost writes of ") != 0);
    }
    void findsADeletionThatDoesNotWait() {
        QVERIFY(foundBy(PlantedBug::DrainNotAwaited, " differs: ") != 0);
    }
};

ORRERY_TEST_CLASS(GlobalSimTest)
#include "global_sim_test.moc"
