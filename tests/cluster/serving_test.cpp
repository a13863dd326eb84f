// Goal: a snapshot says of each partition and zone what clients can do there, why not more, and
// since when; a leader that reaches no majority does not count as one.

#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using observe::Ability;
using test::WorldHarness;

namespace {

constexpr std::string_view kA = "us-east-1a";
constexpr std::string_view kB = "us-east-1b";
constexpr std::string_view kC = "us-east-1c";
constexpr Ability kNothing{false, false, false};
constexpr Ability kEventualOnly{false, false, true};

class Served {
public:
    Served() : t(cluster::Profile::serviceLike()) {
        t.createTable();
        for (int i = 0; i < 20; ++i)
            t.put("k" + std::to_string(i), {{"v", "1"}});
        t.run(2s);
    }
    const std::vector<observe::PartitionView>& partitions() {
        snapshot = t.world().makeSnapshot();
        return snapshot->regions.at(0)->tables.at(0)->partitions;
    }
    const observe::ZoneView& zone(std::size_t number) {
        snapshot = t.world().makeSnapshot();
        return snapshot->regions.at(0)->zones.at(number);
    }
    /// Lets time pass as under the eyes of an inspector, who looks again and again.
    void runWatched(Duration by) {
        for (const Instant until = t.world().now() + by; t.world().now() < until;) {
            t.run(100ms);
            partitions();
        }
    }
    /// True if the partition is led in c, as far as its replicas know.
    static bool isLedInC(const observe::PartitionView& partition) {
        return partition.replicas[2].role == observe::Role::Leader;
    }

    WorldHarness t;
    observe::SnapshotPtr snapshot;
};

}  // namespace

class ServingTest : public QObject {
    Q_OBJECT
private slots:
    void aWholeRegionServesEverything() {
        Served world;
        for (const auto& partition : world.partitions()) {
            QVERIFY(partition.serving.whole.isWhole());
            QCOMPARE(partition.serving.why, std::string());
            QCOMPARE(partition.serving.since, Instant::never());
        }
        for (const auto& zone : world.snapshot->regions.at(0)->zones) {
            QCOMPARE(zone.writable, 4u);
            QCOMPARE(zone.stronglyReadable, 4u);
            QCOMPARE(zone.readable, 4u);
            QCOMPARE(zone.why, std::string());
        }
    }

    /// All at rest: no replica leads, but the first request finds one.
    void aRegionAtRestServesEverything() {
        Served world;
        world.t.sync();
        world.t.restart();
        world.t.run(10s);
        for (const auto& partition : world.partitions())
            QVERIFY(partition.serving.whole.isWhole());
    }

    void aLeaderWithoutAMajorityServesNoWrites() {
        Served world;
        const auto before = world.partitions();
        QVERIFY(std::ranges::any_of(before, Served::isLedInC));
        QVERIFY(!std::ranges::all_of(before, Served::isLedInC));
        const Instant failed = world.t.world().now();
        QVERIFY(test::failZone(world.t.world(), kA, std::nullopt).has_value());
        QVERIFY(test::failZone(world.t.world(), kB, std::nullopt).has_value());
        world.runWatched(60s);
        for (std::size_t i = 0; i < before.size(); ++i) {
            const observe::ServingView& serving = world.partitions().at(i).serving;
            QCOMPARE(serving.whole, kEventualOnly);
            QVERIFY2(serving.why.find("us-east-1a and us-east-1b have failed") != std::string::npos,
                     serving.why.c_str());
            QVERIFY(serving.since >= failed && serving.since < failed + 5s);
        }
        const observe::ZoneView c = world.zone(2);
        QVERIFY(c.up);
        QCOMPARE(c.writable, 0u);
        QCOMPARE(c.stronglyReadable, 0u);
        QCOMPARE(c.readable, 4u);
        QCOMPARE(c.why, std::string("no leader that reaches a majority"));
        QVERIFY(c.since >= failed && c.since < failed + 5s);
        QCOMPARE(world.zone(0).readable, 0u);
        QCOMPARE(world.zone(0).why, std::string("the zone has failed"));
        test::healAll(world.t.world());
        world.t.run(60s);
        world.t.scan(true);
        world.t.run(5s);
        for (const auto& partition : world.partitions())
            QVERIFY(partition.serving.whole.isWhole());
        QCOMPARE(world.zone(2).since, Instant::never());
    }

    /// Its clients reach the replica beside them, but no leader.
    void aZoneThatIsCutOffServesEventualReads() {
        Served world;
        QVERIFY(test::cutLink(world.t.world(), kA, kC, std::nullopt).has_value());
        QVERIFY(test::cutLink(world.t.world(), kB, kC, std::nullopt).has_value());
        for (int i = 0; i < 20; ++i)
            world.t.put("k" + std::to_string(i), {{"v", "2"}}, 0);
        world.t.run(20s);
        for (const auto& partition : world.partitions()) {
            QVERIFY2(partition.serving.whole.isWhole(), partition.serving.why.c_str());
            QCOMPARE(partition.serving.zones[0], Ability());
            QCOMPARE(partition.serving.zones[2], kEventualOnly);
        }
        QCOMPARE(world.zone(2).writable, 0u);
        QCOMPARE(world.zone(2).why, std::string("no link to a leader that reaches a majority"));
        QCOMPARE(world.zone(0).writable, 4u);
    }

    void aPartitionWithoutLeaderSaysSoUntilItHasOne() {
        Served world;
        const auto before = world.partitions();
        const Instant failed = world.t.world().now();
        QVERIFY(test::failZone(world.t.world(), kC, std::nullopt).has_value());
        world.t.run(1ms);
        bool wasWithout = false;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const observe::ServingView& serving = world.partitions().at(i).serving;
            QCOMPARE(serving.zones[2], kNothing);
            if (!Served::isLedInC(before[i])) {
                QVERIFY(serving.whole.isWhole());
                continue;
            }
            wasWithout = true;
            QCOMPARE(serving.whole, kEventualOnly);
            QVERIFY(serving.since >= failed);
            QCOMPARE(serving.why, std::string("no leader: the replicas are electing one"));
        }
        QVERIFY(wasWithout);
        world.t.run(20s);
        for (const auto& partition : world.partitions()) {
            QVERIFY2(partition.serving.whole.isWhole(), partition.serving.why.c_str());
            QCOMPARE(partition.serving.since, Instant::never());
        }
    }
};

ORRERY_TEST_CLASS(ServingTest)
#include "serving_test.moc"
