// Goal: tables of the same name are told apart, and indexes are counted. Method: the real window
// over the real engine.

#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/requests/requests_model.h"
#include "widgets/requests/requests_view.h"
#include "widgets/tables/delete_table_dialog.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/table_page.h"

using namespace orrery;
using test::parsed;

class ExplorerEngineTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_test = std::make_unique<test::WindowEngine>(); }
    void cleanup() { m_test.reset(); }

    void aSecondRegionIsNamedWhereverATableIs() {
        m_test->put(parsed(R"({"id":{"S":"o1"}})"));
        m_test->open({}, 1);
        app::MainWindow& window = m_test->window();
        QCOMPARE(window.tabs()->tabText(window.tabs()->currentIndex()), QStringLiteral("Orders"));
        bool created = false;
        m_test->backend().call("eu-west-1", "CreateTable", R"({
            "TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})",
                               [&created](const app::Backend::Answer&) { created = true; });
        QTRY_VERIFY(created);
        const QString title = QStringLiteral("Orders in us-east-1");
        const auto tabTitle = [&] {
            window.feed()->takeSnapshot();
            return window.tabs()->tabText(window.tabs()->currentIndex());
        };
        QTRY_COMPARE(tabTitle(), title);
        QCOMPARE(window.windowTitle(), title + QStringLiteral(" – Orrery"));
        auto* explorer = window.findChild<widgets::Explorer*>();
        emit explorer->deleteTableWanted({"us-east-1", "Orders", {}});
        auto* dialog = m_test->shown<widgets::DeleteTableDialog>();
        QVERIFY(dialog != nullptr);
        bool named = false;
        for (const QLabel* label : dialog->findChildren<QLabel*>())
            named |= label->text().contains(title);
        QVERIFY(named);
        const auto* requests = window.findChild<widgets::RequestsView*>()->model();
        const auto servedBy = [&] {
            for (int row = 0; row < requests->rowCount(); ++row)
                if (requests->request(row).operation == "PutItem")
                    return requests->index(row, widgets::RequestsModel::ServedBy).data().toString();
            return QString();
        };
        QTRY_VERIFY2(servedBy().startsWith("us-east-1"), qPrintable(servedBy()));
    }

    // What is done to the table of a namespace must not be done to its namesake.
    void aNamespaceIsNamedAndReached() {
        m_test->put(parsed(R"({"id":{"S":"o1"}})"));
        const QString inA = QStringLiteral("000000000000/a");
        const auto call = [&](const char* operation, const char* json) {
            bool done = false;
            m_test->backend().call({"us-east-1", inA.toStdString()}, operation, json,
                                   [&done](const app::Backend::Answer&) { done = true; });
            return QTest::qWaitFor([&done] { return done; }, 20'000);
        };
        QVERIFY(call("CreateTable", R"({
            "TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})"));
        QVERIFY(call("PutItem", R"({"TableName":"Orders","Item":{"id":{"S":"of a"}}})"));
        app::MainWindow& window = m_test->window();
        auto* explorer = window.findChild<widgets::Explorer*>();
        const widgets::ExplorerTarget target{"us-east-1", "Orders", {}, inA};
        const auto isListed = [&](const widgets::ExplorerTarget& wanted) {
            window.feed()->takeSnapshot();
            explorer->setCurrent(wanted);
            return explorer->current() == wanted;
        };
        QTRY_VERIFY(isListed(target));
        window.openTable(target);
        QCOMPARE(window.tabs()->tabText(window.tabs()->currentIndex()),
                 QStringLiteral("Orders (namespace a)"));
        const auto* model = window.currentTable()->model();
        QTRY_COMPARE(model->rowCount(), 1);
        QCOMPARE(model->itemRow(0).item["id"].toObject()["S"].toString(), QStringLiteral("of a"));
        emit explorer->deleteTableWanted(target);
        auto* dialog = m_test->shown<widgets::DeleteTableDialog>();
        QVERIFY(dialog != nullptr);
        dialog->nameLine()->setText(QStringLiteral("Orders"));
        dialog->deleteButton()->click();
        QTRY_VERIFY(!isListed(target));
        QVERIFY(isListed({"us-east-1", "Orders", {}}));
        QVERIFY(!m_test->get("o1").isEmpty());
    }

    void aLocalIndexIsCountedAsTheServiceDoes() {
        QCOMPARE(m_test
                     ->call("CreateTable", parsed(R"({
            "TableName":"Threads","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},
                                    {"AttributeName":"at","AttributeType":"S"},
                                    {"AttributeName":"day","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"},
                         {"AttributeName":"at","KeyType":"RANGE"}],
            "LocalSecondaryIndexes":[{"IndexName":"ByDay",
                "KeySchema":[{"AttributeName":"id","KeyType":"HASH"},
                             {"AttributeName":"day","KeyType":"RANGE"}],
                "Projection":{"ProjectionType":"ALL"}}]})"))
                     .status,
                 200);
        const QJsonObject item = parsed(R"({"id":{"S":"a"},"at":{"S":"b"},"day":{"S":"mon"}})");
        QTRY_COMPARE(m_test->call("PutItem", {{"TableName", "Threads"}, {"Item", item}}).status,
                     200);
        auto* model = m_test->window().findChild<widgets::Explorer*>()->model();
        const auto contents = [&] {
            m_test->window().feed()->takeSnapshot();
            return model->find({"us-east-1", "Threads", "ByDay"})
                .siblingAtColumn(widgets::ExplorerModel::Items)
                .data()
                .toString();
        };
        QTRY_COMPARE(contents(), QStringLiteral("up to 1 item"));
    }

private:
    std::unique_ptr<test::WindowEngine> m_test;
};

ORRERY_TEST_CLASS(ExplorerEngineTest)
#include "explorer_engine_test.moc"
