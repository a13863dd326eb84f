// Goal: an item that differs from what the person saw is not deleted without asking again. Method:
// the real window over the real engine; an application writes while the question is open.

#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/items/conflict_dialog.h"
#include "widgets/tables/table_page.h"

using namespace orrery;
using test::parsed;
using widgets::ConflictDialog;

class ItemRemovalEngineTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_test = std::make_unique<test::WindowEngine>();
        for (const char* id : {"o1", "o2", "o3"})
            m_test->put(order(id, "1"));
    }
    void cleanup() { m_test.reset(); }

    void whatIsAsItWasSeenIsDeletedAndTheRestIsShown() {
        m_test->open({}, 3);
        QMessageBox* box = askForAll();
        m_test->put(order("o2", "7"));
        press(box);
        auto* conflict = m_test->shown<ConflictDialog>();
        QVERIFY(conflict != nullptr);
        QVERIFY(conflict->comparison()->rightText()->toPlainText().contains("\"7\""));
        QVERIFY(m_test->get("o1").isEmpty() && m_test->get("o3").isEmpty());
        QCOMPARE(m_test->get("o2"), order("o2", "7"));
        conflict->reapplyButton()->click();
        QTRY_VERIFY(m_test->get("o2").isEmpty());
    }

    // The person decided to delete the version that was shown.
    void aSecondChangeIsShownAgain() {
        m_test->open({}, 3);
        QMessageBox* box = askForAll();
        m_test->put(order("o2", "7"));
        press(box);
        auto* first = m_test->shown<ConflictDialog>();
        m_test->put(order("o2", "8"));
        first->reapplyButton()->click();
        QTRY_VERIFY(
            m_test->shown<ConflictDialog>() != nullptr &&
            m_test->shown<ConflictDialog>()->comparison()->rightText()->toPlainText().contains(
                "\"8\""));
        m_test->shown<ConflictDialog>()->cancelButton()->click();
        QCOMPARE(m_test->get("o2"), order("o2", "8"));
    }

    void allThatWereChangedAreKeptAtOnce() {
        m_test->open({}, 3);
        QMessageBox* box = askForAll();
        for (const char* id : {"o1", "o2", "o3"})
            m_test->put(order(id, "7"));
        press(box);
        auto* conflict = m_test->shown<ConflictDialog>();
        QTRY_COMPARE(conflict->keepAllButton()->text(), QStringLiteral("Keep all 3"));
        conflict->keepAllButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ConflictDialog*>() == nullptr);
        for (const char* id : {"o1", "o2", "o3"})
            QCOMPARE(m_test->get(id), order(id, "7"));
    }

    // The index shows no total, and the rest was read when the question was asked.
    void fromAnIndexTheWholeItemMustHold() {
        m_test->open("ByDay", 3);
        QMessageBox* box = askForAll();
        m_test->put(order("o2", "7"));
        press(box);
        auto* conflict = m_test->shown<ConflictDialog>();
        QVERIFY(conflict != nullptr);
        QVERIFY(conflict->comparison()->leftText()->toPlainText().contains("total"));
        QVERIFY(m_test->get("o1").isEmpty() && m_test->get("o3").isEmpty());
        QCOMPARE(m_test->get("o2"), order("o2", "7"));
    }

    void anAddedAttributeKeepsTheItem() {
        m_test->open({}, 3);
        QMessageBox* box = askForAll();
        QJsonObject added = order("o2", "1");
        added["added"] = QJsonObject{{"S", "meanwhile"}};
        m_test->put(added);
        press(box);
        auto* conflict = m_test->shown<ConflictDialog>();
        QVERIFY(conflict != nullptr);
        QCOMPARE(conflict->table()->item(0, 0)->text(), QStringLiteral("added"));
        QCOMPARE(conflict->table()->item(0, 2)->text(), QStringLiteral("missing"));
        conflict->cancelButton()->click();
        QCOMPARE(m_test->get("o2"), added);
    }

    // A condition holds about 150 attributes.
    void everyAttributeOfAWideItemCounts() {
        QJsonObject wide = order("o2", "1");
        for (int i = 0; i < 400; ++i)
            wide["n" + QString::number(1000 + i)] = QJsonObject{{"N", "1"}};
        m_test->put(wide);
        m_test->open({}, 3);
        QTRY_COMPARE(m_test->window().currentTable()->model()->itemRow(rowOf("o2")).item, wide);
        QMessageBox* box = askForAll();
        wide["n1399"] = QJsonObject{{"N", "2"}};
        m_test->put(wide);
        press(box);
        QVERIFY(m_test->shown<ConflictDialog>() != nullptr);
        QCOMPARE(m_test->get("o2"), wide);
    }

    void theQuestionNamesTheItemsAndReturnDeletesNothing() {
        m_test->open({}, 3);
        QMessageBox* box = askForAll();
        for (const char* id : {"o1", "o2", "o3"})
            QVERIFY(box->informativeText().contains(id));
        QTest::keyClick(box, Qt::Key_Return);
        QTRY_VERIFY(m_test->window().findChild<QMessageBox*>() == nullptr);
        QCOMPARE(m_test->get("o1"), order("o1", "1"));
    }

    void whatBecameOfEachItemIsSaid() {
        m_test->open({}, 3);
        QMessageBox* box = askForAll();
        m_test->put(order("o2", "7"));
        press(box);
        m_test->shown<ConflictDialog>()->cancelButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ConflictDialog*>() == nullptr);
        auto* result = m_test->shown<QMessageBox>();
        QVERIFY(result != nullptr);
        QVERIFY2(result->text().startsWith("Deleted 2 of 3 items"), qPrintable(result->text()));
        QVERIFY(result->informativeText().contains("Kept") &&
                result->informativeText().contains("o2"));
    }

    void errorsAreSaidWithTheirItems() {
        m_test->open({}, 3);
        QPointer<QMessageBox> box = askForAll();
        QCOMPARE(m_test->call("DeleteTable", {{"TableName", "Orders"}}).status, 200);
        press(box);
        QTRY_VERIFY(box == nullptr);
        auto* result = m_test->shown<QMessageBox>();
        QVERIFY(result != nullptr);
        QVERIFY2(result->text().startsWith("Deleted 0 of 3 items"), qPrintable(result->text()));
        for (const char* id : {"o1: ", "o2: ", "o3: "})
            QVERIFY2(result->informativeText().contains(id), qPrintable(result->informativeText()));
    }

    void cancelDeletesNothing() {
        m_test->open({}, 3);
        askForAll()->reject();
        QCOMPARE(m_test->get("o1"), order("o1", "1"));
    }

private:
    static QJsonObject order(const QString& id, const QString& total) {
        return {{"id", QJsonObject{{"S", id}}},
                {"day", QJsonObject{{"S", "mon"}}},
                {"total", QJsonObject{{"N", total}}}};
    }

    int rowOf(const QString& id) {
        auto* model = m_test->window().currentTable()->model();
        for (int row = 0; row < model->rowCount(); ++row)
            if (model->itemRow(row).item["id"]["S"].toString() == id) return row;
        return 0;
    }

    QMessageBox* askForAll() {
        auto* table = m_test->window().currentTable()->grid()->table();
        table->selectAll();
        QTest::keyClick(table, Qt::Key_Delete);
        return m_test->shown<QMessageBox>();
    }

    static void press(QMessageBox* box) {
        for (QAbstractButton* button : box->buttons())
            if (box->buttonRole(button) == QMessageBox::AcceptRole) button->click();
    }

    std::unique_ptr<test::WindowEngine> m_test;
};

ORRERY_TEST_CLASS(ItemRemovalEngineTest)
#include "item_removal_engine_test.moc"
