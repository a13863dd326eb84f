#include <QtTest>

#include <cstdio>

#include "core/base/check.h"
#include "tests/cluster/expiry_sim.h"
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

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kSeeds = 60;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 300;
#endif
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 300;

/// Prints the seed if a CHECK ends the run.
class SeedContext : public CheckContext {
public:
    explicit SeedContext(std::uint64_t seed) : m_seed(seed) {}
    void describe() const override {
        std::fprintf(stderr, "ORRERY_SEED=%llu cluster_tests --class ExpirySimTest\n",
                     static_cast<unsigned long long>(m_seed));
    }

private:
    const std::uint64_t m_seed;
};

ExpirySimReport runSeed(std::uint64_t seed, PlantedBug bug = PlantedBug::None) {
    const SeedContext context(seed);
    return ExpirySim(seed, bug).run();
}

QByteArray replayLine(std::uint64_t seed, const ExpirySimReport& report) {
    return QByteArray::fromStdString(report.violation + "\n    ORRERY_SEED=" +
                                     std::to_string(seed) + " cluster_tests --class ExpirySimTest");
}

/// The first seed from 1 on at which the promise is seen to be broken that the bug breaks: `broken`
/// is part of what its judge says. 0 if there is none.
std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    for (std::uint64_t seed = 1; seed <= kSeedsForBugs; ++seed) {
        const ExpirySimReport report = runSeed(seed, bug);
        if (report.violation.empty()) continue;
        qInfo("seed %llu: %s", static_cast<unsigned long long>(seed), report.violation.c_str());
        if (report.violation.contains(broken)) return seed;
    }
    return 0;
}

}  // namespace

class ExpirySimTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsPromises() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(kSeeds, kSeedsLong))) {
            const ExpirySimReport report = runSeed(seed);
            QVERIFY2(report.violation.empty(), replayLine(seed, report));
        }
    }

    void keepsItsPromisesWhereItOnceDidNot() {
        for (const std::uint64_t seed :
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/expiry_seeds.txt")) {
            const ExpirySimReport report = runSeed(seed);
            QVERIFY2(report.violation.empty(), replayLine(seed, report));
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 5; ++seed)
            QCOMPARE(runSeed(seed).hash, runSeed(seed).hash);
        QVERIFY(runSeed(1).hash != runSeed(2).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kRuns = 20;
        ExpirySimReport sum;
        for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
            const ExpirySimReport one = runSeed(seed);
            QVERIFY2(one.violation.empty(), replayLine(seed, one));
            sum.writesDone += one.writesDone;
            sum.expired += one.expired;
            sum.changes += one.changes;
            sum.kills += one.kills;
        }
        qInfo("%d writes, %d reads of expired items, %d changes, %d kills", sum.writesDone,
              sum.expired, sum.changes, sum.kills);
        QVERIFY(sum.writesDone > 80 * kRuns && sum.expired > 5 * kRuns);
        QVERIFY(sum.changes > 5 * kRuns && sum.kills > 3 * kRuns);
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
