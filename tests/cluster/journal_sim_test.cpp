#include <QTest>

#include "core/base/sanitizers.h"
#include "tests/cluster/journal_sim.h"
#include "tests/cluster/seeded_runs.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

// Goal: a journal loses nothing that it has acknowledged and ends the same in all three Regions,
// whatever happens to zones, Regions, links and the process. Method: journal_sim.h. Each run takes
// fresh seeds; journal_seeds.txt keeps those that once found a mistake. A failure prints the
// command that repeats it. Planted bugs show that the judges find what they are for.

using namespace orrery;
using cluster::PlantedBug;
using test::JournalSim;
using test::JournalSimReport;

namespace {

#ifdef ORRERY_ADDRESS_SANITIZER
constexpr std::size_t kSeeds = 30;  // Each takes ten times as long.
#else
constexpr std::size_t kSeeds = 300;
#endif
constexpr std::size_t kSeedsLong = 10'000;
constexpr std::uint64_t kSeedsForBugs = 50;

const test::SeededRuns<JournalSim> kRuns("JournalSimTest");

}  // namespace

class JournalSimTest : public QObject {
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
             test::keptSeeds(ORRERY_TEST_SOURCE_DIR "/journal_seeds.txt")) {
            const QByteArray problem = kRuns.problem(seed);
            QVERIFY2(problem.isEmpty(), problem);
        }
    }

    void aSeedEndsTheSameTwice() {
        for (std::uint64_t seed = 1; seed <= 3; ++seed)
            QCOMPARE(kRuns.run(seed).hash, kRuns.run(seed).hash);
        QVERIFY(kRuns.run(1).hash != kRuns.run(2).hash);
    }

    // A run in which nothing happens proves nothing.
    void theMixReachesWhatItIsFor() {
        constexpr int kMixed = 20;
        JournalSimReport sum;
        for (std::uint64_t seed = 1; seed <= kMixed; ++seed) {
            const JournalSimReport one = kRuns.run(seed);
            const QByteArray problem = kRuns.problem(seed, one);
            QVERIFY2(problem.isEmpty(), problem);
            sum.written += one.written;
            sum.lost += one.lost;
            sum.faults += one.faults;
            sum.kills += one.kills;
            sum.copies += one.copies;
            sum.elections += one.elections;
        }
        qInfo("%d written, %d lost, %d faults, %d kills, %d copies, %d elections", sum.written,
              sum.lost, sum.faults, sum.kills, sum.copies, static_cast<int>(sum.elections));
        QVERIFY(sum.written > 60 * kMixed && sum.lost > kMixed);
        QVERIFY(sum.faults > 20 * kMixed && sum.kills > 4 * kMixed);
        QVERIFY(sum.copies > kMixed / 2 && sum.elections > 2 * kMixed);
    }

    void findsRecordsThatOneRegionHas() {
        QVERIFY(kRuns.foundBy(PlantedBug::JournalCommitsAlone, "on one disk only", kSeedsForBugs) !=
                0);
    }
    void findsAMemberThatIsNotToldOfItsOutage() {
        QVERIFY(kRuns.foundBy(PlantedBug::SeatKeepsPower, " runs without power", kSeedsForBugs) !=
                0);
    }
};

ORRERY_TEST_CLASS(JournalSimTest)
#include "journal_sim_test.moc"
