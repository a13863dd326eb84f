// Goal: everything about a dock comes from its row in views.def. Method: compares the whole window
// with the rows.

#include "app/views.h"

#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QTabBar>
#include <QTest>
#include <algorithm>

#include "app/main_window.h"
#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "widgets/requests/requests_view.h"
#include "widgets/tables/table_page.h"
#include "widgets/zones/zone_map.h"

using namespace orrery;
using namespace orrery::app;

class ViewsTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        test::useOwnSettings("views");
        m_backend = std::make_unique<test::FakeBackend>();
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
        m_window->resize(1000, 752);
        m_window->resetLayout();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanupTestCase() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }

    void eachDockHasItsNameTitleAndPlace() {
        QCOMPARE(m_window->findChildren<QDockWidget*>().size(),
                 static_cast<qsizetype>(std::size(kViews)));
        for (const ViewRow& view : kViews) {
            QDockWidget* dock = m_window->dock(QString::fromLatin1(view.name));
            QVERIFY2(dock != nullptr, view.name);
            QCOMPARE(dock->windowTitle(), QString::fromUtf8(view.title));
            QCOMPARE(m_window->dockWidgetArea(dock), view.area);
            QDockWidget* front = m_window->dock(QString::fromLatin1(view.behind));
            if (*view.behind != 0)
                QVERIFY2(m_window->tabifiedDockWidgets(front).contains(dock), view.name);
        }
    }

    void eachDockHasItsLineInTheViewMenu() {
        QStringList lines;
        for (const QAction* menu : m_window->menuBar()->actions())
            for (const QAction* action : menu->menu()->actions())
                lines << action->text();
        for (const ViewRow& view : kViews) {
            const QString keys = view.shortcut().toString(QKeySequence::NativeText);
            QVERIFY2(lines.contains(QString::fromUtf8(view.title) + u'\t' + keys), view.name);
        }
    }

    void theShortcutShowsAHiddenDock() {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        for (const ViewRow& view : kViews) {
            QDockWidget* dock = m_window->dock(QString::fromLatin1(view.name));
            dock->hide();
            const auto key = static_cast<Qt::Key>(Qt::Key_0 + view.key);
            QTest::keyClick(m_window.get(), key, Qt::AltModifier);
            QVERIFY2(dock->isVisible(), view.name);
        }
    }

    // The tick stands for a view in sight; one click on the others brings them there.
    void theMenuShowsAViewBehindAnotherTab() {
        QDockWidget* front = m_window->dock("requests");
        QDockWidget* behind = m_window->dock("world");
        front->raise();
        QAction* line = lineOf(*behind);
        QVERIFY(line != nullptr);
        QTRY_VERIFY(!line->isChecked() && lineOf(*front)->isChecked());
        line->trigger();
        QVERIFY(!behind->isHidden());
        QTRY_VERIFY(line->isChecked() && behind->widget()->isEnabled());
        line->trigger();
        QVERIFY(behind->isHidden());
        QTRY_VERIFY(!line->isChecked());
        line->trigger();
        QVERIFY(!behind->isHidden());
    }

    // The screen of the tests is small, so everything is at its narrowest.
    void aTableThatIsOpenedMovesNoDock() {
        m_backend->addTable("Orders", 1'000'000);
        m_window->resetLayout();
        m_window->feed()->takeSnapshot();
        QCoreApplication::processEvents();
        const QRect zones = m_window->dock("zones")->geometry();
        const QRect explorer = m_window->dock("explorer")->geometry();
        m_window->openTable({"us-east-1", "Orders", "ByScore"});
        QTRY_VERIFY(m_window->currentTable()->model()->rowCount() > 0);
        QCoreApplication::processEvents();
        QCOMPARE(m_window->dock("zones")->geometry(), zones);
        QCOMPARE(m_window->dock("explorer")->geometry(), explorer);
        for (const QPushButton* button : m_window->currentTable()->findChildren<QPushButton*>())
            QVERIFY(!button->visibleRegion().isEmpty() &&
                    button->visibleRegion().boundingRect() == button->rect());
        const QWidget* tile = m_window->findChild<widgets::ZoneMap*>()->region(0)->tile(2);
        QCOMPARE(tile->visibleRegion().boundingRect().width(), tile->width());
    }

    void theNamesOfManyTabsCanBeRead() {
        for (int i = 0; i < 6; ++i) {
            const std::string name = "Orders_of_year_" + std::to_string(i);
            m_backend->addTable(name, 10);
            m_window->feed()->takeSnapshot();
            m_window->openTable({"us-east-1", QString::fromStdString(name), {}});
        }
        const QTabBar* bar = m_window->tabs()->tabBar();
        for (int tab = 0; tab < bar->count(); ++tab)
            QVERIFY2(
                bar->tabRect(tab).width() > bar->fontMetrics().horizontalAdvance(bar->tabText(tab)),
                qPrintable(bar->tabText(tab)));
        QTRY_VERIFY(bar->rect().contains(bar->tabRect(bar->currentIndex())));
        m_backend->addTable(std::string(255, 'x'), 10);
        m_window->feed()->takeSnapshot();
        m_window->openTable({"us-east-1", QString(255, u'x'), {}});
        QVERIFY(bar->tabText(bar->currentIndex()).size() < 60);
        QVERIFY(m_window->windowTitle().size() > 255);
    }

    void aDialogBeforeTheWindowHasTheSavedTheme() {
        QSettings settings;
        for (const int theme : {2, 1, 0}) {
            settings.setValue(QStringLiteral("window/theme"), theme);
            QCOMPARE(static_cast<int>(MainWindow::savedTheme()), theme);
        }
        settings.setValue(QStringLiteral("window/theme"), 7);
        QCOMPARE(MainWindow::savedTheme(), widgets::Theme::System);
    }

    void theShortcutGivesTheKeyboardToAControlInSight() {
        m_backend->addTable("Notes", 10);
        m_backend->serveRequests(10);
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        const auto* requests = m_window->findChild<widgets::RequestsView*>();
        QTRY_VERIFY(requests->table()->model()->rowCount() > 0);
        for (const ViewRow& view : kViews) {
            const QDockWidget* dock = m_window->dock(QString::fromLatin1(view.name));
            QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_0 + view.key),
                            Qt::AltModifier);
            const bool hasControls = std::ranges::any_of(
                dock->widget()->findChildren<QWidget*>(), [](const QWidget* child) {
                    return child->isVisible() && (child->focusPolicy() & Qt::TabFocus);
                });
            if (!hasControls) continue;
            const QWidget* focus = QApplication::focusWidget();
            QVERIFY2(focus != nullptr && !focus->visibleRegion().isEmpty(), view.name);
            QVERIFY2(dock->widget()->isAncestorOf(focus), view.name);
            QVERIFY2(focus->focusPolicy() & Qt::TabFocus, view.name);
        }
    }

private:
    QAction* lineOf(const QDockWidget& dock) const {
        for (const QAction* menu : m_window->menuBar()->actions())
            for (QAction* action : menu->menu()->actions())
                if (action->text().startsWith(dock.windowTitle() + u'\t')) return action;
        return nullptr;
    }

    std::unique_ptr<test::FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

ORRERY_TEST_CLASS(ViewsTest)
#include "views_test.moc"
