// Goal: an item that differs from what the person saw is not deleted without asking again. Method:
// the real window over the real engine; an application writes while the question is open.

#include <QMessageBox>
#include <QPushButton>
#include <QtTest>

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
        QVERIFY(conflict->theirText()->toPlainText().contains("\"7\""));
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
        QTRY_VERIFY(m_test->shown<ConflictDialog>() != nullptr &&
                    m_test->shown<ConflictDialog>()->theirText()->toPlainText().contains("\"8\""));
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

    void fromAnIndexOnlyWhatItShowsMustHold() {
        m_test->open("ByDay", 3);
        QMessageBox* box = askForAll();
        m_test->put(order("o2", "7"));  // The index shows no total.
        press(box);
        for (const char* id : {"o1", "o2", "o3"})
            QTRY_VERIFY(m_test->get(id).isEmpty());
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
