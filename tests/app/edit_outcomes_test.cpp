// Goal: whatever becomes of an edit, the person reads it before the dialog goes. Method: the real
// window on a backend whose calls fail when a test says so.

#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QtTest>
#include <algorithm>

#include "app/main_window.h"
#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "widgets/items/item_dialog.h"
#include "widgets/tables/table_page.h"

using namespace orrery;
using test::FakeBackend;
using widgets::ItemDialog;

class EditOutcomesTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::useOwnSettings("outcomes"); }
    void init() {
        QSettings().clear();
        m_backend = std::make_unique<FakeBackend>();
        m_window = std::make_unique<app::MainWindow>(m_backend.get(), false);
        m_window->show();
        m_backend->addTable("Orders", 10);
        m_window->feed()->takeSnapshot();
        m_window->openTable({"us-east-1", "Orders", {}});
        QTRY_COMPARE(m_window->currentTable()->model()->rowCount(), 10);
    }
    void cleanup() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }

    void aReadThatFailedShowsTheKeyAndCanBeRepeated() {
        m_backend->failCallsOf("GetItem");
        ItemDialog* dialog = beginEdit();
        QTRY_VERIFY(dialog->readAgainButton()->isVisible());
        QVERIFY(dialog->editor()->toPlainText().contains("user-00000000"));
        QCOMPARE(dialog->putButton()->text(), QStringLiteral("Save changes"));
        QVERIFY(!dialog->putButton()->isEnabled());
        QVERIFY(dialog->stateText().contains("No leader."));
        m_backend->failCallsOf({});
        dialog->readAgainButton()->click();
        QTRY_VERIFY(dialog->putButton()->isEnabled());
        QVERIFY(dialog->editor()->toPlainText().contains("country"));
    }

    void aMoveWhoseDeletionFailedSaysThatTheNewItemIsWritten() {
        QPointer<ItemDialog> dialog = beginEdit();
        QTRY_VERIFY(dialog->putButton()->isEnabled());
        QString text = dialog->editor()->toPlainText();
        dialog->editor()->selectAll();
        dialog->editor()->insertPlainText(text.replace("user-00000000", "user-00000077"));
        QCOMPARE(dialog->putButton()->text(), QStringLiteral("Put new, delete old"));
        m_backend->failCallsOf("DeleteItem");
        dialog->putButton()->click();
        QPointer<QMessageBox> box = shownBox();
        QVERIFY(box != nullptr);
        QVERIFY(box->text().startsWith("The new item is written"));
        for (const char* part : {"user-00000077", "user-00000000", "No leader."})
            QVERIFY2(box->informativeText().contains(part), qPrintable(box->informativeText()));
        QVERIFY(dialog->isVisible());
        m_backend->failCallsOf({});
        for (QAbstractButton* button : box->buttons())
            if (box->buttonRole(button) == QMessageBox::ActionRole) button->click();
        QTRY_VERIFY(dialog == nullptr);
        QCOMPARE(deletions(), 2);
    }

private:
    ItemDialog* beginEdit() {
        auto* table = m_window->currentTable()->grid()->table();
        table->selectRow(0);
        QTest::keyClick(table, Qt::Key_Return);
        return m_window->findChild<ItemDialog*>();
    }

    QMessageBox* shownBox() {
        (void)QTest::qWaitFor([this] { return m_window->findChild<QMessageBox*>() != nullptr; });
        return m_window->findChild<QMessageBox*>();
    }

    int deletions() const {
        return static_cast<int>(std::ranges::count(m_backend->calls(), std::string("DeleteItem"),
                                                   &FakeBackend::Call::name));
    }

    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<app::MainWindow> m_window;
};

ORRERY_TEST_CLASS(EditOutcomesTest)
#include "edit_outcomes_test.moc"
