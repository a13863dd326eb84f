// Goal: what a person does to the table of a namespace is not done to the shared table of the same
// name, and the other way round. Method: the real window over the real engine, with a table
// "Orders" of each that holds an item with the same key.

#include <QAction>
#include <QJsonDocument>
#include <QMenu>
#include <QMenuBar>
#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/items/item_dialog.h"
#include "widgets/items/item_inspector.h"
#include "widgets/tables/delete_table_dialog.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/table_page.h"

using namespace orrery;
using test::parsed;

class NamespaceEngineTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_test = std::make_unique<test::WindowEngine>();
        m_test->put(ofShared());
        create(kInA, ofA());
        QTRY_VERIFY(isThere(target()) && isThere(sharedTarget()));
    }
    void cleanup() { m_test.reset(); }

    void theMenuDeletesTheTableInFront() {
        m_test->window().openTable(target());
        deleteByMenu();
        QTRY_VERIFY(!isThere(target()));
        QVERIFY(isThere(sharedTarget()));
        QCOMPARE(m_test->get("o1"), ofShared());
    }

    void theMenuDeletesTheSharedTableIfThatIsInFront() {
        m_test->window().openTable(target());
        m_test->window().openTable(sharedTarget());
        deleteByMenu();
        QTRY_VERIFY(!isThere(sharedTarget()));
        QVERIFY(isThere(target()));
        QCOMPARE(getInA(), ofA());
    }

    void theInspectorEditsTheItemThatItShows() {
        openAndSelect(target());
        QTRY_VERIFY(inspector()->text()->toPlainText().contains("of a"));
        auto* tree = inspector()->findChild<QTreeView*>();
        emit tree->doubleClicked(tree->model()->index(0, 0));
        auto* dialog = m_test->shown<widgets::ItemDialog>();
        QVERIFY(dialog != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->putButton()->isEnabled(), 30'000);
        QCOMPARE(dialog->item(), ofA());
        const QJsonObject edited = parsed(R"({"id":{"S":"o1"},"note":{"S":"edited"}})");
        dialog->editor()->selectAll();
        dialog->editor()->insertPlainText(QString::fromUtf8(QJsonDocument(edited).toJson()));
        const QPointer<widgets::ItemDialog> guard(dialog);
        dialog->putButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(guard == nullptr, 30'000);
        QCOMPARE(getInA(), edited);
        QCOMPARE(m_test->get("o1"), ofShared());
    }

    // The key is the same in both tables, so it does not tell which of them an answer is about.
    void theInspectorShowsTheItemThatWasSelectedLast() {
        openAndSelect(sharedTarget());
        QTRY_VERIFY(inspector()->text()->toPlainText().contains("of shared"));
        QStringList texts;
        connect(inspector()->text(), &QPlainTextEdit::textChanged, this,
                [&] { texts << inspector()->text()->toPlainText(); });
        m_test->window().openTable(target());
        QTRY_COMPARE(m_test->window().currentTable()->model()->rowCount(), 1);
        awaitLooks();
        // The answer to the first look comes after the second selection.
        select();
        openAndSelect(sharedTarget());
        awaitLooks();
        QVERIFY2(texts.isEmpty(), qPrintable(texts.join('\n')));
    }

    void theNamesakeOfADeletedTableIsNotShownInItsPlace() {
        const Scope other("us-east-1", "111111111111");
        create(other, parsed(R"({"id":{"S":"o1"},"note":{"S":"of another account"}})"));
        openAndSelect(sharedTarget());
        QTRY_VERIFY(inspector()->text()->toPlainText().contains("of shared"));
        QCOMPARE(m_test->call("DeleteTable", {{"TableName", "Orders"}}).status, 200);
        const auto saysSo = [this] {
            for (const QLabel* label : inspector()->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains("no table")) return true;
            return false;
        };
        QTRY_VERIFY(saysSo());
        QVERIFY(!inspector()->text()->toPlainText().contains("of another account"));
    }

private:
    static inline const Scope kInA{"us-east-1", "000000000000/a"};

    static QJsonObject ofShared() {
        return parsed(R"({"id":{"S":"o1"},"note":{"S":"of shared"}})");
    }
    static QJsonObject ofA() { return parsed(R"({"id":{"S":"o1"},"note":{"S":"of a"}})"); }
    static widgets::ExplorerTarget sharedTarget() { return {"us-east-1", "Orders", {}}; }
    static widgets::ExplorerTarget target() {
        return {"us-east-1", "Orders", {}, QString::fromStdString(kInA.accountId)};
    }

    void create(const Scope& scope, const QJsonObject& item) {
        const QJsonObject table = parsed(R"({
            "TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})");
        QCOMPARE(m_test->call("CreateTable", table, scope).status, 200);
        const QJsonObject put{{"TableName", "Orders"}, {"Item", item}};
        QTRY_COMPARE(m_test->call("PutItem", put, scope).status, 200);
    }

    QJsonObject getInA() {
        const QJsonObject key{{"id", QJsonObject{{"S", "o1"}}}};
        const auto answer = m_test->call(
            "GetItem", {{"TableName", "Orders"}, {"Key", key}, {"ConsistentRead", true}}, kInA);
        return parsed(QByteArray::fromStdString(answer.body))["Item"].toObject();
    }

    bool isThere(const widgets::ExplorerTarget& wanted) {
        m_test->window().feed()->takeSnapshot();
        const auto* model = m_test->window().findChild<widgets::Explorer*>()->model();
        return model->find(wanted).isValid();
    }

    void deleteByMenu() {
        QAction* wanted = nullptr;
        for (const QMenu* menu : m_test->window().menuBar()->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (action->text() == u"&Delete table…") wanted = action;
        QVERIFY(wanted != nullptr);
        wanted->trigger();
        auto* dialog = m_test->shown<widgets::DeleteTableDialog>();
        QVERIFY(dialog != nullptr);
        dialog->nameLine()->setText(QStringLiteral("Orders"));
        dialog->deleteButton()->click();
    }

    widgets::ItemInspector* inspector() {
        return m_test->window().findChild<widgets::ItemInspector*>();
    }

    void openAndSelect(const widgets::ExplorerTarget& wanted) {
        inspector()->forms()->setCurrentIndex(1);
        m_test->window().openTable(wanted);
        QTRY_COMPARE(m_test->window().currentTable()->model()->rowCount(), 1);
        select();
    }
    void select() {
        auto* table = m_test->window().currentTable()->grid()->table();
        table->setCurrentIndex({});
        table->selectRow(0);
    }

    /// Waits until the looks under way are answered; answers come in order.
    void awaitLooks() {
        bool answered = false;
        m_test->backend().control("GET", "/clock", {},
                                  [&answered](const app::Backend::Answer&) { answered = true; });
        QTRY_VERIFY(answered);
    }

    std::unique_ptr<test::WindowEngine> m_test;
};

ORRERY_TEST_CLASS(NamespaceEngineTest)
#include "namespace_engine_test.moc"
