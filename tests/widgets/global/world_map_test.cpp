#include "widgets/global/world_map.h"

#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"

using namespace orrery;
using namespace std::chrono_literals;
using observe::FaultKind;
using widgets::RegionFault;

namespace {

/// Chooses the action whose text begins so in the menu that opens next, or in a menu of that one.
void chooseInMenu(const QString& begin) {
    QTimer::singleShot(0, qApp, [begin] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu == nullptr) return;
        QList<QAction*> actions = menu->actions();
        for (const QAction* action : menu->actions())
            if (action->menu() != nullptr) actions << action->menu()->actions();
        for (QAction* action : actions)
            if (action->text().startsWith(begin)) action->trigger();
        menu->close();
    });
}

QStringList textsInMenu(QWidget* pressed) {
    QStringList texts;
    QTimer::singleShot(0, qApp, [&texts] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu == nullptr) return;
        for (const QAction* action : menu->actions())
            if (!action->isSeparator()) texts << action->text();
        menu->close();
    });
    QTest::keyClick(pressed, Qt::Key_Space);
    return texts;
}

std::unique_ptr<widgets::WorldMap> shownMap(const observe::SnapshotPtr& snapshot) {
    auto map = std::make_unique<widgets::WorldMap>();
    map->resize(760, 240);
    map->setSnapshot(snapshot);
    map->show();
    if (!QTest::qWaitForWindowExposed(map.get())) return nullptr;
    return map;
}

}  // namespace

class WorldMapTest : public QObject {
    Q_OBJECT
private slots:
    // In the dock of a window of 1024 x 768, which is smaller than the map of so many Regions.
    void eachRegionIsScrolledIntoViewByTheKeyboard() {
        const std::vector<std::string> regions{"us-east-1",     "eu-west-1",    "ap-northeast-1",
                                               "sa-east-1",     "eu-central-1", "us-west-2",
                                               "ap-southeast-2"};
        widgets::WorldMap map;
        map.resize(690, 220);
        map.setSnapshot(test::makeWorld(regions));
        map.show();
        map.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&map));
        map.setFocus();
        for (const std::string& name : regions) {
            widgets::RegionMark* mark = map.region(QString::fromStdString(name));
            QTRY_VERIFY2(mark->hasFocus(), name.c_str());
            QTRY_COMPARE(mark->visibleRegion().boundingRect(), mark->rect());
            QTest::keyClick(mark, Qt::Key_Tab);
        }
    }

    void saysWhatToDoWithFewerThanTwoRegions() {
        widgets::WorldMap map;
        map.setEndpoint("http://127.0.0.1:8000");
        map.setSnapshot(
            test::makeSnapshot({test::makeRegion("eu-west-1", {test::makeTable("Orders")})}));
        QCOMPARE(map.adviceText(),
                 QStringLiteral("The map shows Regions and the replication between them once a "
                                "table has a replica in another Region. “Add replica in Region…” "
                                "in the menu of a table adds one, and so does UpdateTable with "
                                "ReplicaUpdates:\n"
                                "aws dynamodb update-table --endpoint-url http://127.0.0.1:8000 "
                                "--region eu-west-1 \\\n    --table-name Orders --replica-updates "
                                "'Create={RegionName=us-east-1}'"));
        map.setSnapshot(test::makeThreeRegions());
        QVERIFY(map.adviceText().isEmpty());
    }

    void twoRegionsWithoutACommonTableSaySo() {
        widgets::WorldMap map;
        auto snapshot = test::makeThreeRegions();
        snapshot->globalTables.clear();
        map.setSnapshot(snapshot);
        QVERIFY(map.hintText().startsWith("No table has replicas in two"));
        map.setSnapshot(test::makeThreeRegions());
        QVERIFY(map.hintText().contains("dashed: cut"));
    }

    void tabWalksRegionsThenLinksAndSpaceOpensTheMenu() {
        const auto map = shownMap(test::makeThreeRegions());
        QVERIFY(map != nullptr);
        map->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(map.get()));
        map->setFocus();
        QStringList walked;
        for (int i = 0; i < 6; ++i) {
            walked << QApplication::focusWidget()->accessibleName();
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(walked, (QStringList{"us-east-1", "eu-west-1", "ap-northeast-1",
                                      "Link between us-east-1 and eu-west-1",
                                      "Link between us-east-1 and ap-northeast-1",
                                      "Link between eu-west-1 and ap-northeast-1"}));
        QSignalSpy wanted(map.get(), &widgets::WorldMap::faultWanted);
        chooseInMenu("Isolate eu-west-1 from other Regions for 20 s");
        QTest::keyClick(map->region("eu-west-1"), Qt::Key_Space);
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted[0][0].value<RegionFault>(),
                 (RegionFault{
                     .kind = FaultKind::RegionIsolation, .regions = {"eu-west-1"}, .seconds = 20}));
    }

    // Also if they came one after the other, and other widgets of the window in between.
    void tabWalksRegionsThenLinksThatCameLater() {
        QWidget window;
        widgets::WorldMap map(&window);
        map.setSnapshot(test::makeWorld({"us-east-1"}));
        QPushButton first(&window);
        map.setSnapshot(test::makeWorld({"us-east-1", "eu-west-1"}));
        QPushButton second(&window);
        map.setSnapshot(test::makeThreeRegions());
        QWidget* at = map.region("us-east-1");
        for (const char* name :
             {"eu-west-1", "ap-northeast-1", "Link between us-east-1 and eu-west-1",
              "Link between us-east-1 and ap-northeast-1",
              "Link between eu-west-1 and ap-northeast-1"}) {
            at = at->nextInFocusChain();
            QCOMPARE(at->accessibleName(), QString::fromLatin1(name));
        }
    }

    void aRegionIsLostOrItsClockIsSet() {
        const auto map = shownMap(test::makeThreeRegions());
        QSignalSpy wanted(map.get(), &widgets::WorldMap::faultWanted);
        chooseInMenu("Lose us-east-1 with its zones until healed");
        QTest::keyClick(map->region("us-east-1"), Qt::Key_Return);
        QCOMPARE(wanted[0][0].value<RegionFault>(),
                 (RegionFault{.kind = FaultKind::RegionLoss, .regions = {"us-east-1"}}));
        QSignalSpy clock(map.get(), &widgets::WorldMap::clockOffsetWanted);
        chooseInMenu("5 s behind");
        QTest::mouseClick(map->region("us-east-1"), Qt::LeftButton);
        QCOMPARE(clock.count(), 1);
        QCOMPARE(clock[0][0].toString(), QStringLiteral("us-east-1"));
        QCOMPARE(clock[0][1].toInt(), -5000);
    }

    void aLinkIsCutSlowedOrPaused_data() {
        QTest::addColumn<QString>("action");
        QTest::addColumn<RegionFault>("fault");
        const QStringList both{"us-east-1", "eu-west-1"};
        QTest::newRow("cut") << "Cut us-east-1 from eu-west-1 for 20 s"
                             << RegionFault{.kind = FaultKind::RegionLinkCut,
                                            .regions = both,
                                            .seconds = 20};
        QTest::newRow("cut one way") << "Cut only from eu-west-1 to us-east-1"
                                     << RegionFault{.kind = FaultKind::RegionLinkCut,
                                                    .regions = {"eu-west-1", "us-east-1"},
                                                    .oneWay = true};
        QTest::newRow("slow") << "Slow the link by 200 ms"
                              << RegionFault{.kind = FaultKind::RegionLinkSlow,
                                             .regions = both,
                                             .delayMs = 200};
        QTest::newRow("pause") << "Pause replication between them"
                               << RegionFault{.kind = FaultKind::ReplicationPause, .regions = both};
    }
    void aLinkIsCutSlowedOrPaused() {
        QFETCH(const QString, action);
        QFETCH(const RegionFault, fault);
        const auto map = shownMap(test::makeThreeRegions());
        QSignalSpy wanted(map.get(), &widgets::WorldMap::faultWanted);
        chooseInMenu(action);
        QTest::mouseClick(map->link("us-east-1", "eu-west-1"), Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted[0][0].value<RegionFault>(), fault);
    }

    void theLineOfALinkIsPressedToo() {
        const auto map = shownMap(test::makeThreeRegions());
        QSignalSpy wanted(map.get(), &widgets::WorldMap::faultWanted);
        const widgets::MapArc& arc = map->canvas()->plan().arcs[0][0];
        QPoint free;
        for (int i = 1; i < 40; ++i) {
            free = arc.at(i / 40.0).toPoint();
            if (map->canvas()->childAt(free) == nullptr) break;
        }
        chooseInMenu("Cut us-east-1 from eu-west-1 until healed");
        QTest::mouseClick(map->canvas(), Qt::LeftButton, {}, free);
        QCOMPARE(wanted.count(), 1);
    }

    void aCutLinkSaysSoAndIsHealed() {
        auto snapshot = test::makeThreeRegions();
        test::linkOf(*snapshot, "us-east-1", "eu-west-1").isCut = true;
        test::linkOf(*snapshot, "eu-west-1", "us-east-1").isCut = true;
        test::pairOf(*snapshot, "us-east-1", "eu-west-1").pending = 214;
        snapshot->faults = {
            test::makeRegionFault(9, "region-link-cut", {"us-east-1", "eu-west-1"})};
        const auto map = shownMap(snapshot);
        auto* link = map->link("eu-west-1", "us-east-1");
        QCOMPARE(link->lines(),
                 (QStringList{"→ cut · 214 changes behind", "← cut · 0 changes behind"}));
        QVERIFY(link->accessibleDescription().contains(
            "us-east-1 to eu-west-1: cut · 214 changes behind"));
        const QStringList texts = textsInMenu(link);
        QCOMPARE(texts.constFirst(), QStringLiteral("Heal: us-east-1 - eu-west-1: link cut"));
        QVERIFY(texts.filter(QStringLiteral("Cut ")).isEmpty());
        QSignalSpy healed(map.get(), &widgets::WorldMap::heal);
        chooseInMenu("Heal");
        QTest::keyClick(link, Qt::Key_Space);
        QCOMPARE(healed.count(), 1);
        QCOMPARE(healed[0][0].value<std::uint64_t>(), 9u);
    }

    void aRegionSaysItsStateInWords() {
        auto snapshot = test::makeThreeRegions();
        auto region = test::makePlacedRegion("eu-west-1");
        region->clockOffset = -5s;
        for (observe::ZoneView& zone : region->zones)
            zone.up = false;
        snapshot->regions[1] = region;
        snapshot->faults = {test::makeRegionFault(9, "region-loss", {"eu-west-1"})};
        widgets::WorldMap map;
        map.setSnapshot(snapshot);
        QCOMPARE(map.region("eu-west-1")->stateText(), QStringLiteral("lost, clock −5 s"));
        QVERIFY(map.region("eu-west-1")
                    ->accessibleDescription()
                    .contains("eu-west-1, Dublin: zone a failed, zone b failed, zone c failed; its "
                              "clock is 5 s "
                              "behind."));
        QVERIFY(map.region("us-east-1")->stateText().isEmpty());
    }

    void lightsMoveOnlyForChangesThatArrivedSince() {
        auto snapshot = test::makeThreeRegions();
        test::pairOf(*snapshot, "us-east-1", "eu-west-1").changes = 40;
        const auto map = shownMap(snapshot);
        const auto lights = [&map](const char* from, const char* to) {
            return map->canvas()->lightsBetween(from, to);
        };
        // What was there before the first look is no news.
        QCOMPARE(lights("us-east-1", "eu-west-1"), 0);
        auto next = std::make_shared<observe::Snapshot>(*snapshot);
        test::pairOf(*next, "us-east-1", "eu-west-1").changes = 42;
        map->setSnapshot(next);
        QCOMPARE(lights("us-east-1", "eu-west-1"), 2);
        QCOMPARE(lights("eu-west-1", "us-east-1"), 0);
        map->setSnapshot(next);
        QCOMPARE(lights("us-east-1", "eu-west-1"), 2);
        QTRY_COMPARE(lights("us-east-1", "eu-west-1"), 0);
        // A world that was opened again counts from the beginning.
        auto again = std::make_shared<observe::Snapshot>(*next);
        test::pairOf(*again, "us-east-1", "eu-west-1").changes = 1;
        map->setSnapshot(again);
        QCOMPARE(lights("us-east-1", "eu-west-1"), 0);
    }

    void aNewRegionLightsNothing() {
        auto snapshot = test::makeWorld({"us-east-1", "eu-west-1"});
        test::pairOf(*snapshot, "us-east-1", "eu-west-1").changes = 40;
        const auto map = shownMap(snapshot);
        auto next = test::makeThreeRegions();
        test::pairOf(*next, "us-east-1", "eu-west-1").changes = 40;
        test::pairOf(*next, "us-east-1", "ap-northeast-1").changes = 1;
        map->setSnapshot(next);
        QCOMPARE(map->canvas()->lightsBetween("us-east-1", "eu-west-1"), 0);
        QCOMPARE(map->canvas()->lightsBetween("us-east-1", "ap-northeast-1"), 1);
    }

    void theLineIsWiderWithMoreBehind() {
        QVERIFY(widgets::widthFor(0) > 1);
        QVERIFY(widgets::widthFor(10) > widgets::widthFor(0) + 1);
        QVERIFY(widgets::widthFor(1000) > widgets::widthFor(10) + 2);
        QCOMPARE(widgets::widthFor(1'000'000'000), widgets::widthFor(10'000'000));
    }

    void nothingIsCutOffInASmallDock() {
        const auto map = shownMap(test::makeWorld(
            {"us-east-1", "us-east-2", "eu-west-1", "eu-west-2", "eu-central-1", "moon-1"}));
        map->resize(400, 180);
        map->setSnapshot(test::makeWorld(
            {"us-east-1", "us-east-2", "eu-west-1", "eu-west-2", "eu-central-1", "moon-1"}));
        QCoreApplication::processEvents();
        const QRect inside = map->canvas()->rect();
        QList<QRect> marks;
        for (const auto* mark : map->canvas()->findChildren<widgets::MapMark*>())
            marks << mark->geometry();
        for (qsizetype i = 0; i < marks.size(); ++i) {
            QVERIFY(inside.contains(marks[i]));
            for (qsizetype j = i + 1; j < marks.size(); ++j)
                QVERIFY(!marks[i].intersects(marks[j]));
        }
    }

    void aRegionThatGoesTakesItsMarkAlong() {
        widgets::WorldMap map;
        map.setSnapshot(test::makeThreeRegions());
        map.setSnapshot(test::makeWorld({"us-east-1", "ap-northeast-1"}));
        QVERIFY(map.region("eu-west-1") == nullptr);
        QVERIFY(map.link("us-east-1", "eu-west-1") == nullptr);
        QVERIFY(map.link("us-east-1", "ap-northeast-1") != nullptr);
        QCOMPARE(map.canvas()->links().size(), 1u);
    }
};

ORRERY_TEST_CLASS(WorldMapTest)
#include "world_map_test.moc"
