// Goal: the map shows what the engine does between Regions, and breaks and heals it. Method: the
// window over an engine in memory; every wait is for something to appear.

#include <QApplication>
#include <QJsonArray>
#include <QMenu>
#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/global/world_map.h"

using namespace orrery;

namespace {

void chooseInMenu(const QString& begin) {
    QTimer::singleShot(0, qApp, [begin] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu == nullptr) return;
        for (QAction* action : menu->actions())
            if (action->text().startsWith(begin)) action->trigger();
        menu->close();
    });
}

}  // namespace

class WorldMapEngineTest : public QObject {
    Q_OBJECT
private slots:
    void aLinkIsCutOnTheMapAndHealedThere() {
        test::WindowEngine engine;
        const QJsonObject create{{"Create", QJsonObject{{"RegionName", "eu-west-1"}}}};
        const auto updated = engine.call(
            "UpdateTable", {{"TableName", "Orders"}, {"ReplicaUpdates", QJsonArray{create}}});
        QVERIFY2(updated.status == 200, updated.body.c_str());
        engine.window().dock("world")->show();
        engine.window().dock("world")->raise();
        const auto* map = engine.window().findChild<widgets::WorldMap*>();
        const auto link = [map] { return map->link("us-east-1", "eu-west-1"); };
        QVERIFY(engine.waitFor([&] { return map->isVisible() && link() != nullptr; }));
        const auto forth = [&link] { return link()->link().forth; };

        chooseInMenu("Cut us-east-1 from eu-west-1 until healed");
        QTest::keyClick(link(), Qt::Key_Space);
        QVERIFY(engine.waitFor([&] { return forth().isCut && link()->link().back.isCut; }));
        engine.put({{"id", QJsonObject{{"S", "a"}}}});
        QVERIFY(engine.waitFor([&] { return forth().text() == u"cut · 1 change behind"; }));

        chooseInMenu("Heal");
        QTest::keyClick(link(), Qt::Key_Space);
        QVERIFY(engine.waitFor([&] { return !forth().isCut && forth().pending == 0; }));
        QCOMPARE(forth().changes, 1u);
        QVERIFY(forth().latency.has_value());
    }
};

ORRERY_TEST_CLASS(WorldMapEngineTest)
#include "world_map_engine_test.moc"
