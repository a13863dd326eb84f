#include <QTest>

#include "core/base/sanitizers.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/cluster/table_sim.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: tables and indexes are created, changed and deleted through any stop, and no promise is
// broken. Method: table_sim.h. Each run takes fresh seeds; table_seeds.txt keeps those that once
// found a mistake. A failure prints the command that repeats it. Planted bugs show that the judges
// find what they are for.

using namespace orrery;
using cluster::PlantedBug;
using test::TableSim;
using test::TableSimReport;

namespace {

#ifdef ORRERY_ADDRESS_SANITIZER
constexpr std::size_t kSeeds = 100;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 400;
#endif
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 300;

const test::SeededRuns<TableSim> kRuns("TableSimTest");

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

bool findsRefusalsForEver(std::string_view broken) {
    for (std::uint64_t seed = 1; seed <= kSeedsForBugs; ++seed) {
        const std::string violation =
            TableSim(seed, PlantedBug::None, test::RandomDisk::Mistake::RefusesForEver)
                .run()
                .violation;
        if (violation.contains(broken)) return true;
    }
    return false;
}

}  // namespace

class TableSimTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsPromises() {
        const auto seeds = test::freshSeeds(test::seedCount(kSeeds, kSeedsLong));
        QElapsedTimer timer;
        timer.start();
        std::uint64_t records = 0;
        for (const std::uint64_t seed : seeds) {
            const TableSimReport report = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, report);
            QVERIFY2(problem.isEmpty(), problem);
            records += report.records;
        }
        const qint64 milliseconds = std::max<qint64>(1, timer.elapsed());
        qInfo("%zu seeds, %llu records: %lld seeds per second", seeds.size(),
              static_cast<unsigned long long>(records),
              static_cast<long long>(seeds.size()) * 1000 / milliseconds);
    }

    void keepsItsPromisesWhereItOnceDidNot() {
        for (const std::uint64_t seed :
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/table_seeds.txt")) {
            const QByteArray problem = kRuns.problem(seed);
            QVERIFY2(problem.isEmpty(), problem);
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 10; ++seed)
            QCOMPARE(kRuns.run(seed).hash, kRuns.run(seed).hash);
        QVERIFY(kRuns.run(1).hash != kRuns.run(2).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kMixed = 20;
        TableSimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const TableSimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.tablesMade += one.tablesMade;
            sum.tablesDeleted += one.tablesDeleted;
            sum.indexesMade += one.indexesMade;
            sum.indexesDeleted += one.indexesDeleted;
            sum.kills += one.kills;
            sum.restarts += one.restarts;
            sum.writesDone += one.writesDone;
            sum.strongReads += one.strongReads;
            sum.refusals += one.refusals;
            sum.lows += one.lows;
        }
        qInfo(
            "%d tables made, %d deleted, %d indexes made, %d deleted, %d kills, %d restarts, %d "
            "writes, %d strong reads, %d refusals, %d lows",
            sum.tablesMade, sum.tablesDeleted, sum.indexesMade, sum.indexesDeleted, sum.kills,
            sum.restarts, sum.writesDone, sum.strongReads, sum.refusals, sum.lows);
        QVERIFY(sum.tablesMade > 2 * kMixed && sum.tablesDeleted > kMixed);
        QVERIFY(sum.indexesMade > 2 * kMixed && sum.indexesDeleted > kMixed / 2);
        QVERIFY(sum.kills > 4 * kMixed && sum.restarts > 2 * kMixed);
        QVERIFY(sum.writesDone > 200 * kMixed && sum.strongReads > 100 * kMixed);
        QVERIFY(sum.refusals > kMixed && sum.lows > kMixed);
    }

    void findsCountersThatAreSavedEarly() {
        QVERIFY(foundBy(PlantedBug::CountersEarly, "has two owners") != 0);
    }
    void findsAnIndexCursorThatIsSavedLate() {
        QVERIFY(foundBy(PlantedBug::IndexCursorLate, ": takes record ") != 0);
    }
    void findsASpaceThatIsUsedAgainAtOnce() {
        QVERIFY(foundBy(PlantedBug::SpaceUsedAgain, "is in use and to be given back") != 0);
    }
    void findsAnOutboxThatIsForgotten() {
        QVERIFY(foundBy(PlantedBug::OutboxForgotten, "is not its table") != 0);
    }
    void findsAFillingThatIsSavedEarly() {
        QVERIFY(foundBy(PlantedBug::FillCursorEarly, "is not its table") != 0);
    }
    void findsABackfillThatSkipsWrites() {
        QVERIFY(foundBy(PlantedBug::BackfillSkips, "is not its table") != 0);
    }
    void findsLocalIndexesThatAreCountedAnew() {
        QVERIFY(foundBy(PlantedBug::CopyForgetsIndexes, "does not count the entries") != 0);
    }
    void findsTimestampsThatBeginAgain() {
        QVERIFY(foundBy(PlantedBug::TimestampsForgotten, "its commit timestamp is back") != 0);
    }
    void findsTimestampsThatIgnoreTheEndOfALog() {
        QVERIFY(foundBy(PlantedBug::LogEndUnread, "its commit timestamp is back") != 0);
    }
    void findsAGroupThatIsLeftBehind() {
        QVERIFY(foundBy(PlantedBug::GroupLeftBehind, " has a log and no owner") != 0);
    }
    void findsTreesThatDiffer() {
        QVERIFY(foundBy(PlantedBug::SpaceLeftBehind, " and is not that of zone 0 ") != 0);
    }
    void findsKeysThatAreLeftBehind() {
        QVERIFY(foundBy(PlantedBug::SpaceLeftBehind, " has keys and no owner") != 0);
    }
    void findsIdsOfJobsThatBeginAgain() {
        QVERIFY(foundBy(PlantedBug::JobIdsForgotten, " was another job before") != 0);
    }
    void findsAnIndexThatWaitsForACutLink() {
        QVERIFY(foundBy(PlantedBug::IndexTakesNoDetour, " though it can be reached") != 0);
    }
    void findsWritesForWhichThereIsNoRoom() {
        QVERIFY(foundBy(PlantedBug::RoomUncounted, "though the disk is low on room") != 0);
    }
    // What the world holds back while writes are refused is as good as lost then.
    void findsATableThatSettlesNoMore() {
        QVERIFY(findsRefusalsForEver("a table does not become ACTIVE"));
    }
    void findsReplicasThatCatchUpNoMore() { QVERIFY(findsRefusalsForEver(" differs from zone 0")); }
    void findsIndexesThatGetNoMoreChanges() {
        QVERIFY(findsRefusalsForEver(" records though it can be reached"));
    }
    void findsReadsFromAnUnsettledTail() {
        QVERIFY(foundBy(PlantedBug::TailUnsettled, "did not show after the kill") != 0);
    }
};

ORRERY_TEST_CLASS(TableSimTest)
#include "table_sim_test.moc"
