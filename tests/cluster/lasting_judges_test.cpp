#include <QTest>

#include <chrono>

#include "tests/cluster/lasting_judges.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: a judge that is asked over the whole life of a world remembers what logs no longer show.
// Method: the calendar stands still, so that commit timestamps run ahead of it, and logs are
// trimmed to their end; a restart with a planted bug then assigns the same timestamps again.

using namespace orrery;
using namespace std::chrono_literals;
using test::LastingJudges;
using test::WorldHarness;

namespace {

cluster::WorldOptions forgetfulOptions() {
    cluster::WorldOptions options;
    options.plantedBug = cluster::PlantedBug::TimestampsForgotten;
    options.logBounds.stepRecords = 1;
    return options;
}

void putItems(WorldHarness& t) {
    for (int i = 0; i < 40; ++i) {
        test::noteWallClock(t.world(), t.world().calendar(), cluster::Pace::Stopped);
        t.put("k" + std::to_string(i));
        t.run(0ms);
    }
    t.sync();
}

void trim(WorldHarness& t) {
    for (int i = 0; i < 5; ++i) {
        t.flush();
        t.run(0ms);
    }
}

/// How many records the logs of the table still have.
int recordsOf(WorldHarness& t) {
    int count = 0;
    const auto partitions = t.world().checksums("T", "us-east-1", false);
    for (const auto& partition : *partitions) {
        for (const auto& zone : partition.zones) {
            for (Lsn lsn{1}; lsn <= zone.applied; lsn = lsn.next()) {
                const auto record =
                    t.store().record(volumeOf(RegionId(0), zone.zone), partition.group, lsn);
                count += *record != nullptr ? 1 : 0;
            }
        }
    }
    return count;
}

QString judged(LastingJudges& judges, WorldHarness& t) {
    return QString::fromStdString(judges.judge(t.world(), t.store()));
}

}  // namespace

class LastingJudgesTest : public QObject {
    Q_OBJECT
private slots:
    void rememberTrimmedRecordsOverAKill() {
        WorldHarness t(forgetfulOptions());
        t.createTable();
        t.sync();
        test::setClockSetting(t.world(), {.paused = true});
        LastingJudges judges;
        QCOMPARE(judged(judges, t), QString());
        putItems(t);
        QCOMPARE(judged(judges, t), QString());
        QVERIFY(judges.records() > 0);
        trim(t);
        t.kill();
        QCOMPARE(recordsOf(t), 0);
        putItems(t);
        QVERIFY(judged(judges, t).endsWith("its commit timestamp is back"));
    }

    // What they see then may be lost in a kill.
    void lookAtNothingWhileATurnIsNotSynced() {
        WorldHarness t;
        t.createTable();
        t.put("k");
        t.run(1s);
        LastingJudges judges;
        QCOMPARE(judged(judges, t), QString());
        QCOMPARE(judges.records(), 0u);
        t.sync();
        QCOMPARE(judged(judges, t), QString());
        QVERIFY(judges.records() > 0);
    }
};

ORRERY_TEST_CLASS(LastingJudgesTest)
#include "lasting_judges_test.moc"
