#include "widgets/zones/zone_map.h"

#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include "tests/support/test_main.h"
#include "tests/widgets/snapshots.h"

using namespace orrery;
using namespace std::chrono_literals;

namespace {

/// Chooses the action whose text begins so in the menu that opens next.
void chooseInMenu(const QString& begin) {
    QTimer::singleShot(0, qApp, [begin] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu == nullptr) return;
        for (QAction* action : menu->actions())
            if (action->text().startsWith(begin)) menu->setActiveAction(action);
        QTest::keyClick(menu, Qt::Key_Return);
    });
}

std::shared_ptr<observe::Snapshot> oneRegion() {
    return test::makeSnapshot({test::makeRegion("us-east-1", {})});
}

}  // namespace

class ZoneMapTest : public QObject {
    Q_OBJECT
private slots:
    void aZoneIsFailedWithKeys() {
        widgets::ZoneMap map;
        map.resize(340, 260);
        map.setSnapshot(oneRegion());
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        QSignalSpy failed(&map, &widgets::ZoneMap::failZone);
        chooseInMenu("Fail us-east-1b for 20 s");
        QTest::keyClick(map.region(0)->tile(1), Qt::Key_Space);
        QCOMPARE(failed.count(), 1);
        QCOMPARE(failed[0][0].toString(), QStringLiteral("us-east-1b"));
        QCOMPARE(failed[0][1].toInt(), 20);
    }

    void aFailedZoneSaysSoAndIsHealedWithTheMouse() {
        auto snapshot = oneRegion();
        auto region = std::make_shared<observe::RegionView>(*snapshot->regions[0]);
        region->zones[2].up = false;
        snapshot->regions[0] = region;
        observe::FaultView fault;
        fault.id = 77;
        fault.kind = "zone-outage";
        fault.target = "us-east-1c";
        fault.zones = {"us-east-1c"};
        fault.until = Instant(20s);
        snapshot->faults.push_back(fault);
        widgets::ZoneMap map;
        map.resize(340, 260);
        map.setSnapshot(snapshot);
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        QCOMPARE(map.region(0)->tile(2)->stateText(), QStringLiteral("Failed, 20 s left"));
        QSignalSpy healed(&map, &widgets::ZoneMap::heal);
        chooseInMenu("Heal");
        QTest::mouseClick(map.region(0)->tile(2), Qt::LeftButton);
        QCOMPARE(healed.count(), 1);
        QCOMPARE(healed[0][0].value<std::uint64_t>(), 77u);
    }

    void theMapFollowsTheRegionOfTheTableInFront() {
        widgets::ZoneMap map;
        map.resize(340, 260);
        map.show();
        const auto two = test::makeSnapshot(
            {test::makeRegion("us-east-1", {}), test::makeRegion("eu-west-1", {})});
        map.setSnapshot(two);
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        const auto isInSight = [&map](int region) {
            return !map.region(region)->tile(0)->visibleRegion().isEmpty();
        };
        QTRY_VERIFY(isInSight(0) && !isInSight(1));
        map.setCurrentRegion("eu-west-1");
        QTRY_VERIFY(isInSight(1) && !isInSight(0));
        map.setSnapshot(two);
        QVERIFY(isInSight(1));
        map.setCurrentRegion("us-east-1");
        QTRY_VERIFY(isInSight(0));
    }

    /// A zone that is up may still have no leader that reaches a majority.
    void aZoneSaysWhatItsClientsCanDo_data() {
        QTest::addColumn<bool>("cutOff");
        QTest::addColumn<int>("writable");
        QTest::addColumn<int>("stronglyReadable");
        QTest::addColumn<int>("readable");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("leads");
        QTest::newRow("all") << false << 8 << 8 << 8 << "Up" << "leads 3 of 8 replicas";
        QTest::newRow("no majority")
            << false << 0 << 0 << 8 << "Eventual reads only" << "no leader for 12 s";
        QTest::newRow("cut off") << true << 0 << 0 << 8 << "Eventual reads only"
                                 << "no link for 12 s";
        QTest::newRow("in part") << false << 5 << 5 << 8 << "Writes 5 of 8" << "no leader for 12 s";
        QTest::newRow("lease runs") << false << 0 << 8 << 8 << "Reads only" << "no leader for 12 s";
        QTest::newRow("nothing") << false << 0 << 0 << 0 << "Serves nothing"
                                 << "no leader for 12 s";
    }
    void aZoneSaysWhatItsClientsCanDo() {
        QFETCH(bool, cutOff);
        QFETCH(int, writable);
        QFETCH(int, stronglyReadable);
        QFETCH(int, readable);
        observe::ZoneView zone;
        zone.name = "us-east-1c";
        zone.replicas = 8;
        zone.leaders = 3;
        zone.cutOff = cutOff;
        zone.writable = static_cast<std::uint32_t>(writable);
        zone.stronglyReadable = static_cast<std::uint32_t>(stronglyReadable);
        zone.readable = static_cast<std::uint32_t>(readable);
        if (writable < 8) {
            zone.why = "no leader that reaches a majority";
            zone.since = Instant(30s);
        }
        widgets::ZoneTile tile(2);
        tile.setZone(zone, nullptr, Instant(42s));
        QTEST(tile.stateText(), "state");
        QTEST(tile.leadsText(), "leads");
        QCOMPARE(tile.toolTip().contains("no leader that reaches a majority, since 00:00:30"),
                 writable < 8);
    }

    // Each of its zones heals the whole Region.
    void aLostRegionIsHealedAtAnyZone() {
        auto snapshot = oneRegion();
        auto region = std::make_shared<observe::RegionView>(*snapshot->regions[0]);
        observe::FaultView loss;
        loss.id = 78;
        loss.kind = "region-loss";
        loss.target = region->name;
        loss.regions = {region->name};
        for (observe::ZoneView& zone : region->zones) {
            zone.up = false;
            loss.zones.push_back(zone.name);
        }
        snapshot->regions[0] = region;
        snapshot->faults.push_back(loss);
        widgets::ZoneMap map;
        map.resize(340, 260);
        map.setSnapshot(snapshot);
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        QSignalSpy healed(&map, &widgets::ZoneMap::heal);
        chooseInMenu("Heal us-east-1");
        QTest::mouseClick(map.region(0)->tile(1), Qt::LeftButton);
        QCOMPARE(healed.count(), 1);
        QCOMPARE(healed[0][0].value<std::uint64_t>(), 78u);
    }

    // A display text that contains another zone's name is not that zone.
    void aFaultIsShownAtItsOwnZoneOnly() {
        auto snapshot =
            test::makeSnapshot({test::makeRegion("east-1", {}), test::makeRegion("us-east-1", {})});
        observe::FaultView outage;
        outage.kind = "zone-outage";
        outage.target = "us-east-1a";
        outage.zones = {"us-east-1a"};
        observe::FaultView cut;
        cut.kind = "link-cut";
        cut.target = "us-east-1c - us-east-1b";
        cut.zones = {"us-east-1c", "us-east-1b"};
        snapshot->faults = {outage, cut};
        using widgets::activeFault;
        QVERIFY(activeFault(*snapshot, "zone-outage", {"east-1a"}) == nullptr);
        QVERIFY(activeFault(*snapshot, "zone-outage", {"us-east-1a"}) == &snapshot->faults[0]);
        QVERIFY(activeFault(*snapshot, "link-cut", {"east-1b", "east-1c"}) == nullptr);
        QVERIFY(activeFault(*snapshot, "link-cut", {"us-east-1b"}) == nullptr);
        QVERIFY(activeFault(*snapshot, "link-cut", {"us-east-1b", "us-east-1c"}) ==
                &snapshot->faults[1]);
        widgets::ZoneMap map;
        map.setSnapshot(snapshot);
        QVERIFY(!map.region(0)->link(0)->isCut());
        QVERIFY(map.region(1)->link(0)->isCut());
    }

    void aLinkIsCutBetweenItsTwoZones() {
        widgets::ZoneMap map;
        map.resize(340, 260);
        map.setSnapshot(oneRegion());
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        QSignalSpy cut(&map, &widgets::ZoneMap::cutLink);
        chooseInMenu("Cut us-east-1a from us-east-1c until");
        QTest::mouseClick(map.region(0)->link(1), Qt::LeftButton);
        QCOMPARE(cut.count(), 1);
        QCOMPARE(cut[0][0].toString(), QStringLiteral("us-east-1a"));
        QCOMPARE(cut[0][1].toString(), QStringLiteral("us-east-1c"));
        QCOMPARE(cut[0][2].toInt(), 0);
    }

    void everythingCanBeReachedAndHasAName() {
        widgets::ZoneMap map;
        map.setSnapshot(oneRegion());
        for (int i = 0; i < kZonesPerRegion; ++i) {
            QVERIFY(!map.region(0)->tile(i)->accessibleName().isEmpty());
            QVERIFY(!map.region(0)->link(i)->accessibleName().isEmpty());
            QCOMPARE(map.region(0)->tile(i)->focusPolicy(), Qt::StrongFocus);
        }
    }
};

ORRERY_TEST_CLASS(ZoneMapTest)
#include "zone_map_test.moc"
