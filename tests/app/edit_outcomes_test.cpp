// Goal: whatever becomes of an edit, the person reads it before the dialog goes. Method: the real
// window on a backend whose calls fail when a test says so.

#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QTest>
#include <algorithm>

#include "app/item_edit.h"
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
        QPointer<ItemDialog> dialog = beginMove();
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

    // The new item may be written by then, and the old one must not go or stay without a word.
    void aMoveThatIsClosedDuringItsFirstWriteAsksAboutTheOldItem() {
        QPointer<ItemDialog> dialog = beginMove();
        dialog->putButton()->click();
        dialog->cancelButton()->click();
        QVERIFY(!dialog->isVisible());
        QPointer<QMessageBox> box = shownBox();
        QVERIFY(box != nullptr);
        QVERIFY(box->text().startsWith("The new item is written"));
        for (const char* part : {"user-00000077", "user-00000000", "closed"})
            QVERIFY2(box->informativeText().contains(part), qPrintable(box->informativeText()));
        QCOMPARE(deletions(), 0);
        box->reject();
        QTRY_VERIFY(dialog == nullptr);
        QCOMPARE(deletions(), 0);
        QVERIFY2(statusText().contains("still there"), qPrintable(statusText()));
    }

    void theOldItemCanBeDeletedAfterTheDialogWasClosed() {
        QPointer<ItemDialog> dialog = beginMove();
        dialog->putButton()->click();
        dialog->reject();
        QMessageBox* box = shownBox();
        QVERIFY(box != nullptr);
        for (QAbstractButton* button : box->buttons())
            if (box->buttonRole(button) == QMessageBox::ActionRole) button->click();
        QTRY_VERIFY(dialog == nullptr);
        QCOMPARE(deletions(), 1);
    }

    void aMoveThatIsClosedDuringItsSecondWriteSaysHowItEnds() {
        QPointer<ItemDialog> dialog = beginMove();
        connect(dialog->findChild<app::ItemEdit*>(), &app::ItemEdit::written, dialog,
                &QDialog::reject,
                static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
        dialog->putButton()->click();
        QTRY_VERIFY(dialog == nullptr);
        QCOMPARE(deletions(), 1);
        QVERIFY2(statusText().contains("old item is deleted"), qPrintable(statusText()));
    }

    void aWriteWhoseDialogIsClosedIsNotSilent() {
        QPointer<ItemDialog> dialog = beginEdit();
        QTRY_VERIFY(dialog->putButton()->isEnabled());
        retype(dialog, "country", "land");
        dialog->putButton()->click();
        QCOMPARE(dialog->cancelButton()->text(), QStringLiteral("Close"));
        dialog->reject();
        QVERIFY2(statusText().contains("sent before"), qPrintable(statusText()));
        QTRY_VERIFY(dialog == nullptr);
        QVERIFY2(statusText().startsWith("It is written"), qPrintable(statusText()));
    }

    void aWriteThatFailsAfterItsDialogIsClosedSaysSo() {
        QPointer<ItemDialog> dialog = beginEdit();
        QTRY_VERIFY(dialog->putButton()->isEnabled());
        retype(dialog, "country", "land");
        m_backend->failCallsOf("UpdateItem");
        dialog->putButton()->click();
        dialog->reject();
        QTRY_VERIFY(dialog == nullptr);
        QVERIFY2(statusText().contains("No leader."), qPrintable(statusText()));
    }

private:
    static void retype(ItemDialog* dialog, const QString& before, const QString& after) {
        QString text = dialog->editor()->toPlainText();
        dialog->editor()->selectAll();
        dialog->editor()->insertPlainText(text.replace(before, after));
    }

    QPointer<ItemDialog> beginMove() {
        QPointer<ItemDialog> dialog = beginEdit();
        (void)QTest::qWaitFor([&] { return dialog->putButton()->isEnabled(); });
        retype(dialog, "user-00000000", "user-00000077");
        return dialog;
    }

    QString statusText() const { return m_window->statusBar()->currentMessage(); }

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
