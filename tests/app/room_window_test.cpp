// Goal: the window fits on small screens, and views that have nothing to show yet make room.
// Method: the whole window at the sizes of common screens, less the frame of a window manager.

#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QTest>

#include "app/main_window.h"
#include "app/views.h"
#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "widgets/start/start_page.h"
#include "widgets/tables/table_page.h"

using namespace orrery;
using namespace orrery::app;

namespace {

bool isWhole(const QWidget* widget) {
    return widget->isVisible() && widget->visibleRegion().boundingRect() == widget->rect();
}

}  // namespace

class RoomWindowTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::useOwnSettings("room"); }
    void init() {
        QSettings().clear();
        m_backend = std::make_unique<test::FakeBackend>();
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
    }
    void cleanup() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }

    void theSamplesAreInSightAtFirst_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("1280 x 800") << QSize(1264, 752);
        QTest::newRow("1024 x 640") << QSize(1008, 592);
    }
    void theSamplesAreInSightAtFirst() {
        QFETCH(QSize, size);
        m_window->resize(size);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        auto* start = m_window->findChild<widgets::StartPage*>();
        for (int sample = 0; sample < 3; ++sample)
            QTRY_VERIFY2(isWhole(start->sampleButton(sample)), qPrintable(QString::number(sample)));
    }

    void viewsWithoutContentComeWithTheFirstTable() {
        m_window->resize(1264, 752);
        m_window->show();
        QVERIFY(m_window->dock("explorer")->isVisible());
        for (const char* name : {"zones", "inspector", "requests"})
            QVERIFY2(!m_window->dock(name)->isVisible(), name);
        m_backend->addTable("Orders", 10);
        m_window->feed()->takeSnapshot();
        for (const char* name : {"zones", "inspector", "requests"})
            QTRY_VERIFY2(m_window->dock(name)->isVisible(), name);
        // A view that the person then closes stays closed.
        m_window->dock("zones")->close();
        m_window->feed()->takeSnapshot();
        QVERIFY(!m_window->dock("zones")->isVisible());
    }

    /// A request of an application is also something to show.
    void theListOfRequestsComesWithTheFirstRequest() {
        m_window->resize(1264, 752);
        m_window->show();
        m_backend->serveRequests(1);
        QTRY_VERIFY(m_window->dock("requests")->isVisible());
    }

    void whatIsHiddenForNowIsNotSavedAsHidden() {
        m_window->show();
        QVERIFY(!m_window->dock("requests")->isVisible());
        m_window->close();
        m_backend->addTable("Orders", 10);
        MainWindow next(m_backend.get(), false);
        next.show();
        next.feed()->takeSnapshot();
        QTRY_VERIFY(next.dock("requests")->isVisible());
    }

    void everythingFits_data() { sizes(); }
    void everythingFits() {
        QFETCH(QSize, size);
        m_backend->addTable("Orders", 1000);
        show();
        m_window->feed()->takeSnapshot();
        m_window->openTable({"us-east-1", "Orders", {}});
        QTRY_VERIFY(m_window->currentTable()->model()->rowCount() > 0);
        QCoreApplication::processEvents();
        QCOMPARE(m_window->size(), size);
        QVERIFY(m_window->statusBar()->geometry().bottom() < size.height());
        for (const QPushButton* button : m_window->currentTable()->findChildren<QPushButton*>())
            QVERIFY2(isWhole(button), qPrintable(button->accessibleName()));
        const int rowsHeight = m_window->currentTable()->grid()->table()->viewport()->height();
        const int rowsWanted = size.width() < 1000 ? 2 : 3;
        const int rowHeight = m_window->currentTable()->grid()->table()->rowHeight();
        QVERIFY2(rowsHeight >= rowsWanted * rowHeight, qPrintable(QString::number(rowsHeight)));
        for (const ViewRow& row : kViews) {
            QDockWidget* dock = m_window->dock(QLatin1String(row.name));
            dock->raise();
            QTRY_VERIFY2(dock->isVisible(), row.name);
            const QRect place(dock->mapTo(m_window.get(), QPoint()), dock->size());
            QVERIFY2(m_window->rect().contains(place), row.name);
        }
    }

private:
    static void sizes() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("1280 x 800") << QSize(1264, 752);
        QTest::newRow("1024 x 768") << QSize(1008, 720);
        QTest::newRow("1024 x 640") << QSize(1008, 592);
        QTest::newRow("800 x 600") << QSize(784, 552);
    }
    void show() {
        QFETCH(QSize, size);
        m_window->resize(size);
        m_window->resetLayout();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }

    std::unique_ptr<test::FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

ORRERY_TEST_CLASS(RoomWindowTest)
#include "room_window_test.moc"
