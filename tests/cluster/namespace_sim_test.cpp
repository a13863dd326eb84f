#include <QTest>

#include "tests/cluster/namespace_sim.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: tables of one name in different namespaces never meet, and after a reset nothing of its
// namespace is left, while the others keep everything; through any stop. Method: namespace_sim.h.
// Each run takes fresh seeds; namespace_seeds.txt keeps those that once found a mistake. A failure
// prints the command that repeats it. Planted bugs show that the judges find what they are for.

using namespace orrery;
using cluster::PlantedBug;
using test::NamespaceSim;
using test::NamespaceSimReport;

namespace {

constexpr std::size_t kSeeds = 80;
constexpr std::size_t kSeedsLong = 4'000;
constexpr std::uint64_t kSeedsForBugs = 200;

const test::SeededRuns<NamespaceSim> kRuns("NamespaceSimTest");

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class NamespaceSimTest : public QObject {
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
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/namespace_seeds.txt")) {
            const QByteArray problem = kRuns.problem(seed);
            QVERIFY2(problem.isEmpty(), problem);
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 5; ++seed)
            QCOMPARE(kRuns.run(seed).hash, kRuns.run(seed).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kMixed = 20;
        NamespaceSimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const NamespaceSimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.resets += one.resets;
            sum.interrupted += one.interrupted;
            sum.tablesMade += one.tablesMade;
            sum.writesDone += one.writesDone;
            sum.strongReads += one.strongReads;
            sum.tokens += one.tokens;
            sum.streamEntries += one.streamEntries;
            sum.kills += one.kills;
        }
        qInfo(
            "%d resets, %d interrupted, %d tables made, %d writes, %d strong reads, %d tokens, %d "
            "stream records, %d kills",
            sum.resets, sum.interrupted, sum.tablesMade, sum.writesDone, sum.strongReads,
            sum.tokens, sum.streamEntries, sum.kills);
        QVERIFY(sum.resets > 3 * kMixed && sum.interrupted > kMixed / 4);
        QVERIFY(sum.tablesMade > 6 * kMixed && sum.kills > 4 * kMixed);
        QVERIFY(sum.writesDone > 100 * kMixed && sum.strongReads > 100 * kMixed);
        QVERIFY(sum.tokens > 20 * kMixed && sum.streamEntries > 10 * kMixed);
    }

    void findsTokensThatOutliveAReset() {
        QVERIFY(foundBy(PlantedBug::TokensOutliveResets, "a token did not count once") != 0);
    }
    void findsAResetThatIsForgotten() {
        QVERIFY(foundBy(PlantedBug::ResetTimesForgotten, "a token did not count once") != 0);
    }
    void findsAResetOfAnotherNamespace() {
        QVERIFY(foundBy(PlantedBug::NamesakesDropped, " is lost") != 0);
    }
    void findsPrivateKeysThatAreLeftBehind() {
        QVERIFY(foundBy(PlantedBug::PrivateKeysLeft, "a private key of ") != 0);
    }
    void findsStreamsThatOutliveAReset() {
        QVERIFY(foundBy(PlantedBug::StreamsOutliveResets, "outlives ") != 0);
    }
};

ORRERY_TEST_CLASS(NamespaceSimTest)
#include "namespace_sim_test.moc"
