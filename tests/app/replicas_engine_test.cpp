// Goal: a person makes a table global and regional again. Method: the window over an engine in
// memory; the actions of the menus, and the dialogs that they open.

#include <QAction>
#include <QMenuBar>
#include <QStatusBar>
#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/tables/add_replica_dialog.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/remove_replica_dialog.h"

using namespace orrery;
using widgets::AddReplicaDialog;
using widgets::RemoveReplicaDialog;

class ReplicasEngineTest : public QObject {
    Q_OBJECT
private slots:
    void aReplicaIsAddedAndRemoved() {
        test::WindowEngine engine;
        engine.put({{"id", QJsonObject{{"S", "a"}}}});
        engine.open({}, 1);
        act(engine, "Add replica");
        auto* add = engine.shown<AddReplicaDialog>();
        QVERIFY(add != nullptr);
        QTest::keyClicks(add->filterLine(), "dublin");
        add->addButton()->click();
        QVERIFY(engine.waitFor([&] { return replicas(engine).size() == 2; }));
        QVERIFY(engine.waitFor([&] { return !hasDialog<AddReplicaDialog>(engine); }));
        QCOMPARE(engine.window().statusBar()->currentMessage(),
                 QStringLiteral("Orders gets a replica in eu-west-1"));

        act(engine, "Remove replica");
        auto* remove = engine.shown<RemoveReplicaDialog>();
        QVERIFY(remove != nullptr);
        QTest::keyClicks(remove->nameLine(), "eu-west-1");
        QVERIFY(engine.waitFor([&] {
            // Refused while the table still gets its replica, and the dialog stays.
            if (hasDialog<RemoveReplicaDialog>(engine) && remove->removeButton()->isEnabled())
                remove->removeButton()->click();
            return replicas(engine).isEmpty();
        }));
        QVERIFY(engine.waitFor([&] { return !hasDialog<RemoveReplicaDialog>(engine); }));
    }

    void whatTheEngineRefusesIsSaidInTheDialog() {
        test::WindowEngine engine;
        engine.open({}, 0);
        act(engine, "Add replica");
        auto* add = engine.shown<AddReplicaDialog>();
        QVERIFY(add != nullptr);
        QTest::keyClicks(add->filterLine(), "dublin");
        // Somebody else makes a table of this name there meanwhile.
        const auto made = engine.call(
            "CreateTable", test::parsed(R"({"TableName": "Orders", "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]})"),
            "eu-west-1");
        QCOMPARE(made.status, 200);
        add->addButton()->click();
        QVERIFY(engine.waitFor(
            [add] { return add->stateText().contains("already existed as tables"); }));
        QVERIFY(add->isVisible() && add->addButton()->isEnabled());
        QCOMPARE(add->region(), QStringLiteral("eu-west-1"));
    }

    void aTableInOneRegionHasNoReplicaToRemove() {
        test::WindowEngine engine;
        engine.open({}, 0);
        act(engine, "Remove replica");
        QCOMPARE(engine.window().statusBar()->currentMessage(),
                 QStringLiteral("Orders has no replica in another Region"));
        QVERIFY(!hasDialog<RemoveReplicaDialog>(engine));
    }

private:
    static void act(test::WindowEngine& engine, const QString& begin) {
        for (const QAction* menu : engine.window().menuBar()->actions())
            for (QAction* action : menu->menu()->actions())
                if (action->text().remove(u'&').startsWith(begin)) return action->trigger();
        QFAIL("no such action");
    }
    template <typename Dialog>
    static bool hasDialog(test::WindowEngine& engine) {
        return engine.window().template findChild<Dialog*>() != nullptr;
    }
    static QStringList replicas(test::WindowEngine& engine) {
        return widgets::replicaRegions(*engine.window().feed()->snapshot(),
                                       {"us-east-1", "Orders", {}});
    }
};

ORRERY_TEST_CLASS(ReplicasEngineTest)
#include "replicas_engine_test.moc"
