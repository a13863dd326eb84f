#include <QtTest>

#include <cstdio>

#include "core/base/check.h"
#include "tests/cluster/stream_sim.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: a stream shows each change once and in order, through any stop, change of leader, trimmed
// log and expired record. Method: stream_sim.h. Each run takes fresh seeds; stream_seeds.txt keeps
// those that once found a mistake. A failure prints the command that repeats it. Planted bugs show
// that the judges find what they are for.

using namespace orrery;
using cluster::PlantedBug;
using test::StreamSim;
using test::StreamSimReport;

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
        std::fprintf(stderr, "ORRERY_SEED=%llu cluster_tests --class StreamSimTest\n",
                     static_cast<unsigned long long>(m_seed));
    }

private:
    const std::uint64_t m_seed;
};

StreamSimReport runSeed(std::uint64_t seed, PlantedBug bug = PlantedBug::None) {
    const SeedContext context(seed);
    return StreamSim(seed, bug).run();
}

QByteArray replayLine(std::uint64_t seed, const StreamSimReport& report) {
    return QByteArray::fromStdString(report.violation + "\n    ORRERY_SEED=" +
                                     std::to_string(seed) + " cluster_tests --class StreamSimTest");
}

/// The first seed from 1 on at which the promise is seen to be broken that the bug breaks: `broken`
/// is part of what its judge says. 0 if there is none.
std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    for (std::uint64_t seed = 1; seed <= kSeedsForBugs; ++seed) {
        const StreamSimReport report = runSeed(seed, bug);
        if (report.violation.empty()) continue;
        qInfo("seed %llu: %s", static_cast<unsigned long long>(seed), report.violation.c_str());
        if (report.violation.contains(broken)) return seed;
    }
    return 0;
}

}  // namespace

class StreamSimTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsPromises() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(kSeeds, kSeedsLong))) {
            const StreamSimReport report = runSeed(seed);
            QVERIFY2(report.violation.empty(), replayLine(seed, report));
        }
    }

    void keepsItsPromisesWhereItOnceDidNot() {
        for (const std::uint64_t seed :
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/stream_seeds.txt")) {
            const StreamSimReport report = runSeed(seed);
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
        StreamSimReport sum;
        for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
            const StreamSimReport one = runSeed(seed);
            QVERIFY2(one.violation.empty(), replayLine(seed, one));
            sum.writesDone += one.writesDone;
            sum.entriesSeen += one.entriesSeen;
            sum.streams += one.streams;
            sum.segments += one.segments;
            sum.trimmed += one.trimmed;
            sum.kills += one.kills;
        }
        qInfo("%d writes, %d entries, %d streams, %d segments, %d trimmed reads, %d kills",
              sum.writesDone, sum.entriesSeen, sum.streams, sum.segments, sum.trimmed, sum.kills);
        QVERIFY(sum.writesDone > 100 * kRuns && sum.entriesSeen > 50 * kRuns);
        QVERIFY(sum.streams > 2 * kRuns && sum.segments > 5 * kRuns);
        QVERIFY(sum.trimmed > 0 && sum.kills > 2 * kRuns);
    }

    void findsASegmentThatSkipsARecord() { QVERIFY(foundBy(PlantedBug::SegmentSkips, "") != 0); }
    void findsAStreamThatEndsEarly() {
        QVERIFY(foundBy(PlantedBug::StreamEndsEarly, " lacks write ") != 0);
    }
    void findsAMarkThatIsForgotten() {
        QVERIFY(foundBy(PlantedBug::StreamMarkForgotten, "a stream stays ") != 0);
    }
    void findsChangesThatChangeNothing() {
        QVERIFY(foundBy(PlantedBug::StreamShowsNoChange, " is shown after ") != 0);
    }
};

ORRERY_TEST_CLASS(StreamSimTest)
#include "stream_sim_test.moc"
