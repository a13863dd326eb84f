// Goal: the commands that a person gives by keys do what is meant where the person is. Method: the
// whole window with a table open, on a backend that records the calls.

#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTest>
#include <algorithm>

#include "app/main_window.h"
#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "widgets/clock/clock_bar.h"
#include "widgets/items/item_dialog.h"
#include "widgets/requests/requests_view.h"
#include "widgets/tables/create_table_dialog.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/table_page.h"
#include "widgets/zones/world_banner.h"

using namespace orrery;
using namespace orrery::app;

namespace {

template <typename Widget>
Widget* only(const QWidget& window) {
    return window.findChild<Widget*>();
}

QJsonObject parsed(const std::string& json) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

}  // namespace

class KeyboardWindowTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::useOwnSettings("keyboard"); }
    void init() {
        QSettings().clear();
        m_backend = std::make_unique<test::FakeBackend>();
        m_backend->addTable("Orders", 1000);
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
        m_window->resize(1000, 752);
        m_window->resetLayout();
        m_window->show();
        m_window->feed()->takeSnapshot();
        m_window->openTable({"us-east-1", "Orders", {}});
        QTRY_VERIFY(m_window->currentTable()->model()->rowCount() > 0);
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }

    /// One event may be a timer, which nobody sees; a step says where it has gone.
    void aStepGoesToWhatAPersonCanSeeAndSaysWhatItWas() {
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        auto* banner = only<widgets::WorldBanner>(*m_window);
        QTRY_VERIFY(banner->text().contains("paused"));
        QTest::keyClick(m_window.get(), Qt::Key_F10);
        QTRY_VERIFY(m_backend->lastCall("POST /clock/step") != nullptr);
        QCOMPARE(parsed(m_backend->lastCall("POST /clock/step")->json)["to"].toString(),
                 QStringLiteral("visible"));
        QTRY_VERIFY2(banner->text().contains("zone b of Orders, partition 1 knows LSN 12 to be "
                                             "committed"),
                     qPrintable(banner->text()));
        only<widgets::ClockBar>(*m_window)->stepGoals()->actions().constLast()->trigger();
        QTest::keyClick(m_window.get(), Qt::Key_F10);
        QTRY_COMPARE(m_backend->lastCall("POST /clock/step")->json, std::string());
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QTRY_VERIFY(!banner->text().contains("LSN 12"));
    }

    void ctrlFFindsWhereThePersonIs() {
        auto* grid = m_window->currentTable()->grid();
        grid->table()->setFocus();
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget(), grid->findLine());
        const QString wanted = m_window->currentTable()->model()->index(7, 0).data().toString();
        QTest::keyClicks(grid->findLine(), wanted);
        QTest::keyClick(grid->findLine(), Qt::Key_Return);
        QCOMPARE(grid->table()->currentIndex().row(), 7);
        QTest::keyClick(grid->findLine(), Qt::Key_Escape);
        QCOMPARE(QApplication::focusWidget(), grid->table());
        auto* explorer = only<widgets::Explorer>(*m_window);
        explorer->tree()->setFocus();
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget(), explorer->filterLine());
        auto* requests = only<widgets::RequestsView>(*m_window);
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QApplication::focusWidget(), requests->filterLine());
    }

    /// What a person has sent waits while the clock is paused, and the clock can be run beside it.
    void aDialogDoesNotBlockTheClock() {
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        auto* banner = only<widgets::WorldBanner>(*m_window);
        QTRY_VERIFY(banner->text().contains("paused"));
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
        auto* dialog = only<widgets::CreateTableDialog>(*m_window);
        QVERIFY(dialog != nullptr && dialog->isVisible() && !dialog->isModal());
        dialog->nameLine()->setText("Music");
        dialog->partitionKeyLine()->setText("id");
        dialog->createButton()->click();
        QVERIFY(!dialog->createButton()->isEnabled());
        QTest::keyClick(m_window.get(), Qt::Key_I, Qt::ControlModifier);
        auto* item = only<widgets::ItemDialog>(*m_window);
        QVERIFY(item != nullptr && item->isVisible() && !item->isModal());
        item->setWriting(true);
        QVERIFY(std::ranges::any_of(item->findChildren<QLabel*>(), [](const QLabel* label) {
            return label->text().contains("The clock is paused, so the write waits");
        }));
        item->setWritten();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QTRY_VERIFY(!banner->text().contains("paused"));
    }

private:
    std::unique_ptr<test::FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

ORRERY_TEST_CLASS(KeyboardWindowTest)
#include "keyboard_window_test.moc"
