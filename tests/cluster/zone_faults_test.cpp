// Goal: a fault in the middle of an operation leaves nothing served twice and nothing dead.

#include <QTest>

#include <algorithm>
#include <set>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr std::string_view kA = "us-east-1a";
constexpr std::string_view kB = "us-east-1b";
constexpr std::string_view kC = "us-east-1c";

/// Takes away each zone but a for a while, during which all partitions get requests.
void leadFromA(WorldHarness& t) {
    for (const std::string_view zone : {kB, kC}) {
        QVERIFY(test::failZone(t.world(), zone, 5s).has_value());
        t.run(3s);
        t.scan(true);
        t.run(20s);
    }
    QCOMPARE(t.leaders(), (std::vector<int>{0, 0, 0, 0}));
}

int putsThatFail(WorldHarness& t, std::uint8_t zone, const std::string& prefix) {
    std::vector<std::uint64_t> puts;
    for (int i = 0; i < 12; ++i)
        puts.push_back(t.put(prefix + std::to_string(i), {{"v", "1"}}, zone));
    t.run(2s);
    return static_cast<int>(std::ranges::count_if(
        puts, [&](std::uint64_t put) { return !t.done(put) || t.failed(put); }));
}

}  // namespace

class ZoneFaultsTest : public QObject {
    Q_OBJECT
private slots:
    // Nobody knows how much time has passed, but it goes on.
    void aReplicaThatIsAwayLagsMoreAndMoreAfterAStart() {
        WorldHarness world;
        world.createTable();
        QVERIFY(test::failZone(world.world(), kB, std::nullopt).has_value());
        for (int i = 0; i < 20; ++i)
            world.put("k" + std::to_string(i), {{"v", "1"}});
        world.run(5s);
        world.sync();
        world.kill();
        const Duration atStart = world.world().makeSnapshot()->regions.at(0)->zones.at(1).lag;
        world.run(7s);
        const auto zone = world.world().makeSnapshot()->regions.at(0)->zones.at(1);
        QVERIFY(zone.lagRecords > 0);
        QVERIFY(zone.lag >= atStart + 7s);
    }

    /// A replica that is away holds back the mark, since it will need the records.
    void theTrimMarkFollowsTheSlowestReplica() {
        WorldHarness world;
        world.createTable();
        const auto write = [&](std::uint8_t zone) {
            for (int i = 0; i < 600; ++i) {
                world.put("one", {{"v", std::to_string(i)}}, zone);
                world.run(1ms);
            }
        };
        const auto mark = [&] {
            std::uint64_t highest = 0;
            const auto snapshot = world.world().makeSnapshot();
            for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->partitions)
                highest = std::max(highest,
                                   world.store().trimMark(VolumeId(0), partition.group)->value());
            return highest;
        };
        write(0);
        QVERIFY(mark() > 256);
        QVERIFY(test::failZone(world.world(), "us-east-1b", std::nullopt).has_value());
        world.run(5s);
        const std::uint64_t held = mark();
        QVERIFY(held > 512);
        write(0);
        QCOMPARE(mark(), held);
        test::healAll(world.world());
        world.run(10s);
        write(1);
        QVERIFY(mark() >= held + 512);
        world.sync();
        world.kill();
        QVERIFY(mark() >= held + 512);
    }

    // A leader that waits for its lease takes a repeated request for a page once.
    void scansEachPartitionOnce() {
        WorldHarness t;
        t.createTable();
        for (int i = 0; i < 60; ++i)
            t.put("k" + std::to_string(i));
        t.run(1s);
        leadFromA(t);
        QVERIFY(test::failZone(t.world(), kB, 800ms).has_value());
        QVERIFY(test::failZone(t.world(), kC, 800ms).has_value());
        const auto scan = t.scan(true);
        t.run(3s);
        QVERIFY(t.done(scan) && !t.failed(scan));
        const auto keys = t.keys(scan);
        QCOMPARE(keys.size(), std::size_t{60});
        QCOMPARE(std::set(keys.begin(), keys.end()).size(), std::size_t{60});
    }

    void servesATableMadeInAnOutage_data() {
        QTest::addColumn<QString>("zone");
        QTest::newRow("a") << "us-east-1a";
        QTest::newRow("b") << "us-east-1b";
        QTest::newRow("c") << "us-east-1c";
    }
    void servesATableMadeInAnOutage() {
        QFETCH(QString, zone);
        const std::string name = zone.toStdString();
        const auto other = static_cast<std::uint8_t>((name.back() - 'a' + 1) % 3);
        WorldHarness t;
        t.createTable();
        QVERIFY(test::failZone(t.world(), name, std::nullopt).has_value());
        t.run(3s);
        t.createTableNamed("Late");
        QCOMPARE(putsThatFail(t, other, "k"), 0);
    }

    // Its followers are told at once which zones their own no longer hears.
    void servesATableMadeWhileAZoneIsIsolated() {
        WorldHarness t;
        t.createTable();
        QVERIFY(test::cutLink(t.world(), kA, kB, std::nullopt).has_value());
        QVERIFY(test::cutLink(t.world(), kA, kC, std::nullopt).has_value());
        t.run(3s);
        t.createTableNamed("Late");
        QCOMPARE(putsThatFail(t, 1, "k"), 0);
    }

    // A zone that fails, unnoticed yet, is still appointed to lead new partitions.
    void electsLeadersOfATableMadeJustBeforeAnOutage() {
        WorldHarness t;
        t.createTable();
        t.run(3s);
        t.createTableNamed("Late");
        QVERIFY(test::failZone(t.world(), kA, std::nullopt).has_value());
        t.run(3s);
        QCOMPARE(putsThatFail(t, 1, "k"), 0);
    }

    // However long one lasts that began before them.
    void remembersFewPastFaults() {
        WorldHarness t;
        t.createTable();
        const auto lasts = test::cutLink(t.world(), kA, kB, std::nullopt);
        QVERIFY(lasts.has_value());
        for (int i = 0; i < 500; ++i) {
            const auto cut = test::cutLink(t.world(), kA, kC, std::nullopt);
            QVERIFY(cut && test::heal(t.world(), *cut));
        }
        const auto faults = t.world().faults();
        QVERIFY2(faults.size() <= 202, qPrintable(QString::number(faults.size())));
        QCOMPARE(faults.front().id, *lasts);
        QVERIFY(faults.front().active && faults[1].id == *lasts + 500);
    }

    // The link lost the leader's last notice, and no request followed.
    void catchesUpAfterACutWithoutBeingAsked() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        for (int round = 0; round < 30; ++round) {
            const std::string_view other = round % 2 == 0 ? kB : kC;
            t.put("k" + std::to_string(round), {{"v", "1"}});
            t.run(100us * (1 + round));
            const auto cut = test::cutLink(t.world(), kA, other, std::nullopt);
            t.run(10s);
            QVERIFY(test::heal(t.world(), *cut));
            t.run(10s);
            const auto sums = t.world().checksums("T", "us-east-1", false);
            for (const auto& partition : *sums) {
                for (const auto& one : partition.zones)
                    QCOMPARE(one.applied.value(), partition.zones[0].applied.value());
            }
        }
    }
};

ORRERY_TEST_CLASS(ZoneFaultsTest)
#include "zone_faults_test.moc"
