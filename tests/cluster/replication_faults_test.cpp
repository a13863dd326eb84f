// Goal: each fault between Regions holds back the changes of a global table, in its direction, and
// they arrive once it heals, also after a kill. Method: a table with replicas in two Regions.

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
};

ORRERY_TEST_CLASS(ReplicationFaultsTest)
#include "replication_faults_test.moc"
