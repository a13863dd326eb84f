// Goal: a write that lost appears in the window. Method: the window over an engine in memory; the
// link between two Regions is cut, both write one item, the link is healed.

#include <QJsonArray>
#include <QTableView>
#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/conflicts/conflicts_view.h"
#include "widgets/items/item_comparison.h"

using namespace orrery;

namespace {

QJsonObject order(const char* note) {
    return {{"id", QJsonObject{{"S", "a"}}}, {"note", QJsonObject{{"S", note}}}};
}

}  // namespace

class ConflictsEngineTest : public QObject {
    Q_OBJECT
private slots:
    void aWriteThatLostAppearsWithBothVersions() {
        test::WindowEngine engine;
        const QJsonObject create{{"Create", QJsonObject{{"RegionName", "eu-west-1"}}}};
        const auto updated = engine.call(
            "UpdateTable", {{"TableName", "Orders"}, {"ReplicaUpdates", QJsonArray{create}}});
        QVERIFY2(updated.status == 200, updated.body.c_str());
        engine.window().dock("conflicts")->show();
        engine.window().dock("conflicts")->raise();
        const auto* view = engine.window().findChild<widgets::ConflictsView*>();
        QVERIFY(engine.waitFor([view] {
            return view->table() == u"Orders" &&
                   view->adviceText().startsWith("No write of Orders was lost");
        }));

        control(engine, "POST", "/faults",
                R"({"kind":"region-link-cut","regions":["us-east-1","eu-west-1"]})");
        engine.put(order("lost"));
        const auto later =
            engine.call("PutItem", {{"TableName", "Orders"}, {"Item", order("kept")}}, "eu-west-1");
        QCOMPARE(later.status, 200);
        control(engine, "DELETE", "/faults", "");
        QVERIFY(engine.waitFor([view] { return view->list()->model()->rowCount() == 1; }));
        QVERIFY(view->titleText().startsWith("1 conflict"));
        view->list()->selectRow(0);
        const QTableWidget* versions = view->comparison()->table();
        QCOMPARE(versions->item(0, 0)->text(), QStringLiteral("note"));
        QCOMPARE(versions->item(0, 2)->text(), QStringLiteral("String: lost"));
        QCOMPARE(versions->item(0, 3)->text(), QStringLiteral("String: kept"));
    }

private:
    static void control(test::WindowEngine& engine, const char* method, const char* target,
                        const char* body) {
        bool done = false;
        int status = 0;
        engine.backend().control(method, target, body, [&](const app::Backend::Answer& answer) {
            status = answer.status;
            done = true;
        });
        QVERIFY(engine.waitFor([&done] { return done; }));
        QVERIFY(status == 200 || status == 201);
    }
};

ORRERY_TEST_CLASS(ConflictsEngineTest)
#include "conflicts_engine_test.moc"
