#include <QtTest>

#include <cstdio>

#include "core/base/check.h"
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

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kSeeds = 100;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 400;
#endif
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 300;

/// Prints the seed if a CHECK ends the run.
class SeedContext : public CheckContext {
public:
    explicit SeedContext(std::uint64_t seed) : m_seed(seed) {}
    void describe() const override {
        std::fprintf(stderr, "ORRERY_SEED=%llu cluster_tests --class TableSimTest\n",
                     static_cast<unsigned long long>(m_seed));
    }

private:
    const std::uint64_t m_seed;
};

TableSimReport runSeed(std::uint64_t seed, PlantedBug bug = PlantedBug::None) {
    const SeedContext context(seed);
    return TableSim(seed, bug).run();
}

QByteArray replayLine(std::uint64_t seed, const TableSimReport& report) {
    return QByteArray::fromStdString(report.violation + "\n    ORRERY_SEED=" +
                                     std::to_string(seed) + " cluster_tests --class TableSimTest");
}

/// The first seed from 1 on at which the promise is seen to be broken that the bug breaks: `broken`
/// is part of what its judge says. 0 if there is none.
std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    for (std::uint64_t seed = 1; seed <= kSeedsForBugs; ++seed) {
        const TableSimReport report = runSeed(seed, bug);
        if (report.violation.empty()) continue;
        qInfo("seed %llu: %s", static_cast<unsigned long long>(seed), report.violation.c_str());
        if (report.violation.contains(broken)) return seed;
    }
    return 0;
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
            const TableSimReport report = runSeed(seed);
            QVERIFY2(report.violation.empty(), replayLine(seed, report));
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
            const TableSimReport report = runSeed(seed);
            QVERIFY2(report.violation.empty(), replayLine(seed, report));
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 10; ++seed)
            QCOMPARE(runSeed(seed).hash, runSeed(seed).hash);
        QVERIFY(runSeed(1).hash != runSeed(2).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kRuns = 20;
        TableSimReport sum;
        for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
            const TableSimReport one = runSeed(seed);
            QVERIFY2(one.violation.empty(), replayLine(seed, one));
            sum.tablesMade += one.tablesMade;
            sum.tablesDeleted += one.tablesDeleted;
            sum.indexesMade += one.indexesMade;
            sum.indexesDeleted += one.indexesDeleted;
            sum.kills += one.kills;
            sum.restarts += one.restarts;
            sum.writesDone += one.writesDone;
            sum.strongReads += one.strongReads;
        }
        qInfo(
            "%d tables made, %d deleted, %d indexes made, %d deleted, %d kills, %d restarts, %d "
            "writes, %d strong reads",
            sum.tablesMade, sum.tablesDeleted, sum.indexesMade, sum.indexesDeleted, sum.kills,
            sum.restarts, sum.writesDone, sum.strongReads);
        QVERIFY(sum.tablesMade > 2 * kRuns && sum.tablesDeleted > kRuns);
        QVERIFY(sum.indexesMade > 2 * kRuns && sum.indexesDeleted > kRuns / 2);
        QVERIFY(sum.kills > 4 * kRuns && sum.restarts > 2 * kRuns);
        QVERIFY(sum.writesDone > 200 * kRuns && sum.strongReads > 100 * kRuns);
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
    void findsTimestampsThatBeginAgain() {
        QVERIFY(foundBy(PlantedBug::TimestampsForgotten, "its commit timestamp is back") != 0);
    }
    void findsAGroupThatIsLeftBehind() {
        QVERIFY(foundBy(PlantedBug::GroupLeftBehind, " and no owner") != 0);
    }
    void findsReadsFromAnUnsettledTail() {
        QVERIFY(foundBy(PlantedBug::TailUnsettled, "did not show after the kill") != 0);
    }
};

ORRERY_TEST_CLASS(TableSimTest)
#include "table_sim_test.moc"
