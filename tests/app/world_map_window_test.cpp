// Goal: the docks of global tables in the whole window. Method: a window over a backend that
// records the calls, with a made-up world of two Regions.

#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QStatusBar>
#include <QTableView>
#include <QTest>

#include "app/main_window.h"
#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"
#include "widgets/global/pairs_view.h"
#include "widgets/global/world_map.h"

using namespace orrery;
using namespace orrery::app;

namespace {

/// For Qt, a dock behind another tab is visible.
bool isSeen(const QWidget& widget) {
    return widget.isVisible() && !widget.visibleRegion().isEmpty();
}

/// Chooses the action whose text begins with `begin` in the next menu or in a menu of that one.
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

}  // namespace

class WorldMapWindowTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        test::useOwnSettings("world_map");
        QSettings().clear();
        m_backend = std::make_unique<test::FakeBackend>();
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
        m_window->resize(1000, 752);
        m_window->resetLayout();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }

    // Somebody without a second Region sees the same views in front as before.
    void theMapStandsBehindTheRequestsAtFirst() {
        QTRY_VERIFY(isSeen(*m_window->dock("requests")->widget()));
        QVERIFY(!isSeen(*m_window->dock("world")->widget()));
        QVERIFY(!isSeen(*m_window->dock("replication")->widget()));
        QVERIFY(m_window->tabifiedDockWidgets(m_window->dock("requests"))
                    .contains(m_window->dock("world")));
    }

    void aKeyOpensTheMapAndACutArrivesAsAFault() {
        showTwoRegions();
        chooseInMenu("Cut only from us-east-1 to eu-west-1");
        QTest::keyClick(map()->link("us-east-1", "eu-west-1"), Qt::Key_Space);
        QCOMPARE(lastBody("POST /faults"),
                 (QJsonObject{{"kind", "region-link-cut"},
                              {"regions", QJsonArray{"us-east-1", "eu-west-1"}},
                              {"oneWay", true}}));
        chooseInMenu("Slow the link by 200 ms");
        QTest::keyClick(map()->link("us-east-1", "eu-west-1"), Qt::Key_Space);
        QCOMPARE(lastBody("POST /faults"),
                 (QJsonObject{{"kind", "region-link-slow"},
                              {"regions", QJsonArray{"us-east-1", "eu-west-1"}},
                              {"delay", "200ms"}}));
    }

    void aRegionIsLostAndItsClockIsSet() {
        showTwoRegions();
        chooseInMenu("Lose eu-west-1 with its zones for 20 s");
        QTest::keyClick(map()->region("eu-west-1"), Qt::Key_Space);
        QCOMPARE(
            lastBody("POST /faults"),
            (QJsonObject{{"kind", "region-loss"}, {"region", "eu-west-1"}, {"duration", "20s"}}));
        chooseInMenu("1 s behind");
        QTest::keyClick(map()->region("eu-west-1"), Qt::Key_Space);
        QCOMPARE(lastBody("PUT /regions"),
                 (QJsonObject{{"region", "eu-west-1"}, {"clockOffset", "-1000ms"}}));
    }

    void aKeyOpensTheTableOfPairs() {
        showTwoRegions();
        QTest::keyClick(m_window.get(), Qt::Key_8, Qt::AltModifier);
        auto* pairs = m_window->findChild<widgets::PairsView*>();
        QTRY_VERIFY(isSeen(*pairs) && pairs->table()->hasFocus());
        QCOMPARE(pairs->table()->model()->rowCount(), 2);
        QTest::keyClick(pairs->table(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().contains("us-east-1\teu-west-1\tMusic\t0"));
        QCOMPARE(m_window->statusBar()->currentMessage(), QStringLiteral("2 rows: copied"));
    }

    void theStatusBarTellsHowFarRegionsAreBehind() {
        const auto world = test::makeWorld({"us-east-1", "eu-west-1"});
        m_backend->changeSnapshots([world](observe::Snapshot& snapshot) {
            snapshot.replication = world->replication;
            snapshot.replication.front().pending = 26;
        });
        const auto* label = m_window->findChild<QLabel*>(QStringLiteral("behind"));
        QVERIFY(label != nullptr);
        QTRY_COMPARE(label->text(), QStringLiteral("Regions: 26 changes behind"));
        m_backend->addTable("Orders", 10);  // Its Region has zones.
        m_backend->setLag(1, 3);
        QTRY_VERIFY(label->text().startsWith(QStringLiteral("Zones: 3 records, ")));
        QVERIFY(label->text().endsWith(QStringLiteral(" · Regions: 26 changes behind")));
        m_backend->setLag(1, 0);
        m_backend->changeSnapshots([](observe::Snapshot&) {});
        QTRY_COMPARE(label->text(), QStringLiteral("No replica is behind"));
    }

private:
    widgets::WorldMap* map() const { return m_window->findChild<widgets::WorldMap*>(); }

    void showTwoRegions() {
        const auto world = test::makeWorld({"us-east-1", "eu-west-1"});
        m_backend->changeSnapshots([world](observe::Snapshot& snapshot) {
            snapshot.regions = world->regions;
            snapshot.regionLinks = world->regionLinks;
            snapshot.globalTables = world->globalTables;
            snapshot.replication = world->replication;
        });
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(m_window.get(), Qt::Key_7, Qt::AltModifier);
        QTRY_VERIFY(isSeen(*map()) && map()->adviceText().isEmpty());
    }

    /// The body of the last call of this name; empty if there was none.
    QJsonObject lastBody(const std::string& name) const {
        const auto* call = m_backend->lastCall(name);
        return call == nullptr
                   ? QJsonObject()
                   : QJsonDocument::fromJson(QByteArray::fromStdString(call->json)).object();
    }

    std::unique_ptr<test::FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

ORRERY_TEST_CLASS(WorldMapWindowTest)
#include "world_map_window_test.moc"
