#include <QTest>

#include "core/base/sanitizers.h"
#include "tests/cluster/seeded_runs.h"
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

#ifdef ORRERY_ADDRESS_SANITIZER
constexpr std::size_t kSeeds = 60;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 300;
#endif
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 300;

const test::SeededRuns<StreamSim> kRuns("StreamSimTest");

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class StreamSimTest : public QObject {
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
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/stream_seeds.txt")) {
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
        StreamSimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const StreamSimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.writesDone += one.writesDone;
            sum.entriesSeen += one.entriesSeen;
            sum.streams += one.streams;
            sum.segments += one.segments;
            sum.trimmed += one.trimmed;
            sum.kills += one.kills;
            sum.children += one.children;
            sum.settings += one.settings;
            sum.refusals += one.refusals;
        }
        qInfo(
            "%d writes, %d entries, %d streams, %d children, %d segments, %d trimmed reads, "
            "%d kills, %d changes of tags, %d refusals",
            sum.writesDone, sum.entriesSeen, sum.streams, sum.children, sum.segments, sum.trimmed,
            sum.kills, sum.settings, sum.refusals);
        QVERIFY(sum.writesDone > 100 * kMixed && sum.entriesSeen > 50 * kMixed);
        QVERIFY(sum.streams > 2 * kMixed && sum.segments > 5 * kMixed);
        QVERIFY(sum.trimmed > 0 && sum.kills > 2 * kMixed && sum.children > 2 * kMixed);
        QVERIFY(sum.settings > 5 * kMixed && sum.refusals > kMixed);
    }

    void findsASegmentThatSkipsARecord() {
        QVERIFY(foundBy(PlantedBug::SegmentSkips, " are trimmed") != 0);
    }
    void findsAStreamThatEndsEarly() {
        QVERIFY(foundBy(PlantedBug::StreamEndsEarly, " lacks write ") != 0);
    }
    void findsAMarkThatIsForgotten() {
        QVERIFY(foundBy(PlantedBug::StreamMarkForgotten, "a stream stays ") != 0);
    }
    void findsAChildThatBeginsLate() {
        QVERIFY(foundBy(PlantedBug::ChildBeginsLate, " lacks write ") != 0);
    }
    void findsTagsThatAreNotSaved() {
        QVERIFY(foundBy(PlantedBug::StreamTagsUnsaved, " has other tags or another policy ") != 0);
    }
    void findsChangesThatChangeNothing() {
        QVERIFY(foundBy(PlantedBug::StreamShowsNoChange, " is shown after ") != 0);
    }
};

ORRERY_TEST_CLASS(StreamSimTest)
#include "stream_sim_test.moc"
