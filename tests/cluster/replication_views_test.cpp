// Goal: a snapshot shows global tables, links between Regions and the replication between them with
// exact numbers, and nothing that was not measured. Method: a world in memory whose table has
// replicas in two Regions; links that are slow, cut or paused, so that the test knows what waits.

#include <QTest>

#include "tests/cluster/region_faults.h"
#include "tests/cluster/replicas_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using observe::ReplicationPairView;
using test::ReplicasHarness;

namespace {

constexpr const char* kHome = "us-east-1";
constexpr const char* kIreland = "eu-west-1";
constexpr Duration kDelay = 80ms;

std::uint64_t fail(ReplicasHarness& t, const FaultRequest& fault) {
    return *t.world().admit(fault);
}

void heal(ReplicasHarness& t, std::uint64_t fault) {
    static_cast<void>(t.world().admit(HealFault{fault}));
}

ReplicationPairView pairOf(ReplicasHarness& t, const std::string& from, const std::string& to) {
    const auto snapshot = t.world().makeSnapshot();
    for (const ReplicationPairView& pair : snapshot->replication)
        if (pair.from == from && pair.to == to) return pair;
    return {};
}

observe::RegionLinkView linkOf(ReplicasHarness& t, const std::string& from, const std::string& to) {
    const auto snapshot = t.world().makeSnapshot();
    for (const observe::RegionLinkView& link : snapshot->regionLinks)
        if (link.from == from && link.to == to) return link;
    return {};
}

/// A Region exists once it has a table.
void makeRegion(ReplicasHarness& t, const std::string& region) {
    t.submitIn(region, "CreateTable", [](const auto&, const auto&) {
        CreateTable create;
        create.table.name = "Other";
        create.table.keys.partition = {"pk", types::AttributeType::String};
        create.table.throughput = {1, 1};
        return ApiResult<Request>(create);
    });
    t.run(0s);
}

/// The table "T" with replicas in two Regions.
void makeGlobal(ReplicasHarness& t) {
    t.createTable();
    t.addReplica(kHome, kIreland);
}

}  // namespace

class ReplicationViewsTest : public QObject {
    Q_OBJECT
private slots:
    void aTableThatIsNotGlobalIsInNoList() {
        ReplicasHarness t;
        t.createTable();
        const auto snapshot = t.world().makeSnapshot();
        QVERIFY(snapshot->globalTables.empty() && snapshot->replication.empty());
        QVERIFY(snapshot->regionLinks.empty());
    }

    void showsReplicasUntilTheyAreGone() {
        ReplicasHarness t;
        makeGlobal(t);
        const auto snapshot = t.world().makeSnapshot();
        QCOMPARE(snapshot->globalTables.size(), std::size_t{1});
        const observe::GlobalTableView& table = snapshot->globalTables.front();
        QCOMPARE(table.name, std::string("T"));
        QCOMPARE(table.accountId, std::string(kSharedAccount));
        QCOMPARE(table.consistency, std::string("EVENTUAL"));
        const std::vector<observe::GlobalReplicaView> replicas = {
            {kHome, "ACTIVE", t.tableIn(kHome)->space},
            {kIreland, "ACTIVE", t.tableIn(kIreland)->space}};
        QVERIFY(table.replicas == replicas);
        QCOMPARE(snapshot->replication.size(), std::size_t{2});
        t.change(kHome, ReplicaChange::Kind::Delete, kIreland);
        t.run(10s);
        const auto after = t.world().makeSnapshot();
        QVERIFY(after->globalTables.empty() && after->replication.empty());
        QCOMPARE(after->regionLinks.size(), std::size_t{2});
    }

    void theLatencyIsThatOfTheLink() {
        ReplicasHarness t;
        makeGlobal(t);
        t.slowLink(kHome, kIreland, kDelay);
        QVERIFY(!pairOf(t, kHome, kIreland).latency);
        for (const char* name : {"a", "b", "c"}) {
            t.putMany(kHome, name, 1);
            t.run(1s);
        }
        const ReplicationPairView there = pairOf(t, kHome, kIreland);
        QCOMPARE(there.changes, std::uint64_t{3});
        QVERIFY(there.latency && *there.latency == kDelay);
        QCOMPARE(there.latencySum, 3 * kDelay);
        QCOMPARE(there.pending, std::uint64_t{0});
        const ReplicationPairView back = pairOf(t, kIreland, kHome);
        QVERIFY(!back.latency && back.changes == 0 && back.pending == 0);
    }

    void aCutLinkShowsWhatWaits() {
        ReplicasHarness t;
        makeGlobal(t);
        const std::uint64_t fault = fail(t, test::regionCut(kHome, kIreland));
        QVERIFY(linkOf(t, kHome, kIreland).isCut && linkOf(t, kIreland, kHome).isCut);
        for (const std::uint64_t pending : {7, 14, 21}) {
            t.putMany(kHome, "a", 7);  // The same items again: each change counts.
            t.run(1s);
            QCOMPARE(pairOf(t, kHome, kIreland).pending, pending);
        }
        t.putMany(kIreland, "b", 2);
        QCOMPARE(pairOf(t, kIreland, kHome).pending, std::uint64_t{2});
        QCOMPARE(pairOf(t, kHome, kIreland).pending, std::uint64_t{21});
        QVERIFY(!pairOf(t, kHome, kIreland).latency);
        heal(t, fault);
        t.run(10s);
        const ReplicationPairView there = pairOf(t, kHome, kIreland);
        QCOMPARE(there.pending, std::uint64_t{0});
        QVERIFY(there.changes >= 7 && there.changes <= 21);
        QVERIFY(there.latency && *there.latency >= 1s && *there.latency < 15s);
        QCOMPARE(pairOf(t, kIreland, kHome).changes, std::uint64_t{2});
    }

    void whatWaitsIsKnownAfterARestart() {
        ReplicasHarness t;
        makeGlobal(t);
        fail(t, test::regionCut(kHome, kIreland));
        t.putMany(kHome, "a", 7);
        t.restart();
        t.run(2s);
        QCOMPARE(pairOf(t, kHome, kIreland).pending, std::uint64_t{7});
    }

    // What the other Region took does not reach the sender, which repeats it.
    void aRepeatedBatchCountsOnce() {
        ReplicasHarness t;
        makeGlobal(t);
        t.slowLink(kHome, kIreland, kDelay);
        const std::uint64_t both = fail(t, test::regionCut(kHome, kIreland));
        t.putMany(kHome, "a", 1);
        t.run(1s);
        t.putMany(kIreland, "a", 1);  // Later than the other one.
        heal(t, both);
        const std::uint64_t back = fail(t, test::regionCut(kIreland, kHome, true));
        t.run(20s);
        const ReplicationPairView there = pairOf(t, kHome, kIreland);
        QCOMPARE(there.changes, std::uint64_t{1});
        QCOMPARE(there.lost, std::uint64_t{1});
        QVERIFY(there.latencySum < 10s);
        QCOMPARE(there.pending, std::uint64_t{1});
        heal(t, back);
        t.run(10s);
        QCOMPARE(pairOf(t, kHome, kIreland).pending, std::uint64_t{0});
        QCOMPARE(pairOf(t, kHome, kIreland).changes, std::uint64_t{1});
    }

    void showsWhatIsPaused() {
        ReplicasHarness t;
        makeGlobal(t);
        const std::uint64_t one = fail(t, test::paused({kHome, kIreland}, "T"));
        QVERIFY(pairOf(t, kHome, kIreland).isPaused && !linkOf(t, kHome, kIreland).isPaused);
        heal(t, one);
        QVERIFY(!pairOf(t, kHome, kIreland).isPaused);
        fail(t, test::paused({kHome, kIreland}));
        QVERIFY(pairOf(t, kHome, kIreland).isPaused && linkOf(t, kHome, kIreland).isPaused);
        t.putMany(kHome, "a", 3);
        t.run(5s);
        QCOMPARE(pairOf(t, kHome, kIreland).pending, std::uint64_t{3});
    }

    void showsHowFarAReplicaIsFilled() {
        constexpr int kItems = 40;
        ReplicasHarness t;
        t.createTable();
        t.putMany(kHome, "a", kItems);
        makeRegion(t, kIreland);
        fail(t, test::regionCut(kHome, kIreland));
        t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        t.run(1s);
        const ReplicationPairView there = pairOf(t, kHome, kIreland);
        QVERIFY(there.isFilling && !pairOf(t, kIreland, kHome).isFilling);
        QCOMPARE(there.total, std::uint64_t{kItems});
        QVERIFY(there.done <= there.total);
        QCOMPARE(there.pending, std::uint64_t{0});
        QCOMPARE(t.world().makeSnapshot()->globalTables[0].replicas[1].status,
                 std::string("CREATING"));
        static_cast<void>(t.world().admit(HealAllFaults{}));
        t.run(30s);
        const ReplicationPairView after = pairOf(t, kHome, kIreland);
        QVERIFY(!after.isFilling && after.changes == 0 && !after.latency);
    }

    void showsLinksAsTheyAreWithFaults() {
        ReplicasHarness t;
        makeGlobal(t);
        t.slowLink(kHome, kIreland, kDelay);
        RegionLink more;
        more.delay = 20ms;
        more.jitter = 3ms;
        more.loss = {1, 4};
        fail(t, test::regionSlow(kHome, kIreland, more, true));
        const observe::RegionLinkView link = linkOf(t, kHome, kIreland);
        QCOMPARE(link.delay, kDelay + 20ms);
        QCOMPARE(link.jitter, Duration(3ms));
        QCOMPARE(link.loss, 0.25);
        QVERIFY(!link.isCut && !link.isPaused);
        QCOMPARE(linkOf(t, kIreland, kHome).delay, Duration());
    }

    void showsPlaceAndClockOfARegion() {
        ReplicasHarness t;
        makeGlobal(t);
        const auto before = t.world().makeSnapshot()->regions[1];
        QCOMPARE(before->place->city, std::string_view("Dublin"));
        QCOMPARE(before->clockOffset, Duration());
        QVERIFY(t.world().makeSnapshot()->regions[1] == before);
        QVERIFY(t.world().admit(SetRegionClock{kIreland, -5s}).has_value());
        QCOMPARE(t.world().makeSnapshot()->regions[1]->clockOffset, Duration(-5s));
    }
};

ORRERY_TEST_CLASS(ReplicationViewsTest)
#include "replication_views_test.moc"
