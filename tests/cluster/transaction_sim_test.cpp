#include <QTest>

#include "tests/cluster/seeded_runs.h"
#include "tests/cluster/transaction_sim.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: transactions keep their promises (S15 to S17) under outages, cuts and kills. Method: each
// seed draws a profile, a table (with a local index, a stream, a time to live) and a script of
// faults; a kill may be followed by a new process on the same disk, and a disk may refuse writes
// for a while. Clients move money between accounts by transactions that read first and check the
// versions that they read, mixed with single writes; they put and delete pairs of items; and they
// count by transactions with a token, which they repeat until they succeed, and at times once more.
// The judges: the money,
// whenever it is read in one transaction; pairs are equal; a token counts once; a cancelled
// transaction never shows; all operations have a serial order; and at the end nothing is left
// prepared, replicas, maintained checksums and sizes and the indexes agree, the stream tells all
// that became of each item, and what had an expiry is gone.

using namespace orrery;
using cluster::PlantedBug;
using test::TransactionRun;

namespace {

constexpr std::uint64_t kSeedsForBugs = 200;

const test::SeededRuns<TransactionRun> kRuns("TransactionSimTest");

void checkSeed(std::uint64_t seed) {
    const QByteArray problem = kRuns.problem(seed);
    QVERIFY2(problem.isEmpty(), problem);
}

std::uint64_t foundBy(PlantedBug bug, std::string_view broken) {
    return kRuns.foundBy(bug, broken, kSeedsForBugs);
}

}  // namespace

class TransactionSimTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsPromises() {
        for (const std::uint64_t seed : test::freshSeeds(test::seedCount(60, 2'000)))
            checkSeed(seed);
    }

    void keepsItsPromisesWhereItOnceDidNot() {
        for (const std::uint64_t seed :
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/transaction_seeds.txt"))
            checkSeed(seed);
    }

    // A run without transactions that succeed, and without conflicts, proves nothing.
    void theMixReachesBoth() {
        int done = 0;
        int conflicts = 0;
        int streamed = 0;
        int refusals = 0;
        int lows = 0;
        for (std::uint64_t seed = 1; seed <= 15; ++seed) {
            TransactionRun run(seed);
            run.run();
            done += run.done();
            conflicts += run.conflicts();
            streamed += run.streamed();
            refusals += run.refusals();
            lows += run.lows();
        }
        qInfo("15 runs: %d writes done, %d conflicts, %d stream records, %d refusals, %d lows",
              done, conflicts, streamed, refusals, lows);
        QVERIFY(refusals >= 15);
        QVERIFY(lows >= 15);
        QVERIFY(streamed >= 150);
        QVERIFY(done >= 250);
        QVERIFY(conflicts >= 15);
    }

    void findsACommitWithoutAllPrepares() {
        QVERIFY(foundBy(PlantedBug::CommitsUnprepared, "sum of the accounts") != 0);
    }
    void findsAPrepareThatIgnoresAnother() {
        QVERIFY(foundBy(PlantedBug::PrepareIgnoresOthers, "sum of the accounts") != 0);
    }
    void findsARecoveryThatCommits() {
        QVERIFY(foundBy(PlantedBug::RecoveryCommits, "sum of the accounts") != 0);
    }
    void findsAForgottenToken() {
        QVERIFY(foundBy(PlantedBug::TokensForgotten, "a token did not count once") != 0);
    }
    void findsAReadOfOneRound() {
        QVERIFY(foundBy(PlantedBug::ReadsOnce, "sum of the accounts") != 0);
    }
    void findsStampsThatAreIgnored() {
        QVERIFY(foundBy(PlantedBug::StampsIgnored, "the stamp of an item goes back") != 0);
    }

    void endsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            TransactionRun first(seed);
            TransactionRun second(seed);
            first.run();
            second.run();
            QCOMPARE(first.hash(), second.hash());
        }
    }
};

ORRERY_TEST_CLASS(TransactionSimTest)
#include "transaction_sim_test.moc"
