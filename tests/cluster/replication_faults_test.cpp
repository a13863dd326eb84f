// Goal: each fault between Regions holds back the changes of a global table, in its direction, and
// they arrive once it heals, also after a kill. A write that waits for another Region is answered
// all the same. Method: a table with replicas in two or three Regions.

#include <QTest>

#include "tests/cluster/region_faults.h"
#include "tests/cluster/replicas_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::FaultRequest;
using test::ReplicasHarness;

namespace {

const std::string kHome = "us-east-1";
const std::string kDublin = "eu-west-1";
const std::string kTokyo = "ap-northeast-1";

struct Row {
    const char* name;
    FaultRequest fault;
    bool isHeld;
};

// Changes go from home to Dublin.
std::vector<Row> rows() {
    return {{"isolation", test::isolated(kHome), true},
            {"isolation of the other", test::isolated(kDublin), true},
            {"loss of the other", test::lost(kDublin), true},
            {"cut", test::regionCut(kHome, kDublin), true},
            {"cut of this way", test::regionCut(kHome, kDublin, true), true},
            {"cut of the way back", test::regionCut(kDublin, kHome, true), false},
            {"slow", test::regionSlow(kHome, kDublin, {60s, 0s, {0, 1}}), true},
            {"loses all", test::regionSlow(kHome, kDublin, {0s, 0s, {1, 1}}), true},
            {"slow the way back", test::regionSlow(kDublin, kHome, {60s, 0s, {0, 1}}, true), false},
            {"pause", test::paused({kDublin, kHome}), true},
            {"pause of a Region", test::paused({kDublin}), true},
            {"pause everywhere", test::paused({}), true},
            {"pause of the table", test::paused({kHome}, "T"), true},
            {"pause of another table", test::paused({kHome}, "U"), false}};
}

}  // namespace

class ReplicationFaultsTest : public QObject {
    Q_OBJECT
private slots:
    void holdChangesBack_data() {
        QTest::addColumn<int>("row");
        QTest::addColumn<bool>("isKilled");
        for (int i = 0; i < int(rows().size()); ++i) {
            const char* name = rows()[std::size_t(i)].name;
            QTest::addRow("%s", name) << i << false;
            QTest::addRow("%s, then a kill", name) << i << true;
        }
    }
    void holdChangesBack() {
        QFETCH(int, row);
        QFETCH(bool, isKilled);
        const Row fault = rows()[std::size_t(row)];
        ReplicasHarness t(cluster::Profile::serviceLike());
        t.createTable();
        t.addReplica(kHome, kDublin);
        const auto id = t.world().admit(fault.fault);
        QVERIFY2(id.has_value(), id ? "" : id.error().c_str());
        t.run(5s);
        const auto put = t.put("k", {{"v", "1"}});
        t.run(20s);
        QVERIFY(t.done(put) && !t.failed(put));
        if (isKilled) {
            t.sync();
            t.kill();
            t.run(20s);
        }
        const bool isLost = fault.fault.kind == observe::FaultKind::RegionLoss;
        if (!isLost && !isKilled) QCOMPARE(t.items(kDublin).contains("k"), !fault.isHeld);
        QVERIFY(test::heal(t.world(), *id));
        t.run(90s);
        QCOMPARE(t.items(kDublin).size(), std::size_t{1});
        QVERIFY(t.items(kDublin) == t.items(kHome));
    }

    // A change is on its way over a slow link, which becomes fast while the write waits for an
    // index. So it is to wait for the other Region too, though nothing is heard from there for
    // long.
    void doNotKeepAWriteWaitingAfterAnIndex() {
        cluster::Profile profile = cluster::Profile::dropIn();
        profile.betweenZones = 40ms;
        for (Duration passes = 0ms; passes <= 400ms; passes += 20ms) {
            ReplicasHarness t(profile);
            t.createTable(false, {test::colourIndex()});
            t.run(1s);
            t.addReplica(kHome, kDublin);
            t.slowLink(kHome, kDublin, 60s);
            const auto put = t.put("k", {{"v", "1"}, {"colour", "red"}});
            t.run(passes);
            t.slowLink(kHome, kDublin, 0s);
            t.run(800ms);
            QVERIFY(t.done(put) && !t.failed(put));
        }
    }

    // A write waits for a change that is on its way, and the replica is removed meanwhile.
    void doNotKeepAWriteWaitingForAReplicaThatIsGone_data() {
        QTest::addColumn<bool>("isLast");
        QTest::addRow("another one is left") << false;
        QTest::addRow("the table is regional then") << true;
    }
    void doNotKeepAWriteWaitingForAReplicaThatIsGone() {
        QFETCH(bool, isLast);
        ReplicasHarness t(cluster::Profile::dropIn());
        t.createTable();
        t.addReplica(kHome, kDublin);
        if (!isLast) t.addReplica(kHome, kTokyo);
        t.slowLink(kHome, kDublin, 60s);
        const auto first = t.put("k", {{"v", "1"}});
        t.run(0s);
        QVERIFY(t.done(first));
        t.slowLink(kHome, kDublin, 0s);
        const auto second = t.put("k", {{"v", "2"}});
        t.run(0s);
        QVERIFY(!t.done(second));
        QVERIFY(!t.failed(t.change(kHome, cluster::ReplicaChange::Kind::Delete, kDublin)));
        QVERIFY(t.tableIn(kDublin) == nullptr);
        t.run(400ms);
        QVERIFY(t.done(second) && !t.failed(second));
    }
};

ORRERY_TEST_CLASS(ReplicationFaultsTest)
#include "replication_faults_test.moc"
