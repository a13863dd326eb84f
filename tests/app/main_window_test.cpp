// Goal: the window as a person uses it, from the first start to a failed zone, by mouse and by
// keys. Method: the whole window without a screen, on a backend that answers like the engine and
// records the calls.

#include "app/main_window.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QJsonDocument>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "widgets/clock/clock_bar.h"
#include "widgets/items/item_dialog.h"
#include "widgets/items/item_inspector.h"
#include "widgets/items/item_tree_model.h"
#include "widgets/lag/lag_view.h"
#include "widgets/partitions/partition_bar.h"
#include "widgets/requests/requests_model.h"
#include "widgets/requests/requests_view.h"
#include "widgets/start/start_page.h"
#include "widgets/tables/create_table_dialog.h"
#include "widgets/tables/delete_table_dialog.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/table_page.h"
#include "widgets/zones/world_banner.h"
#include "widgets/zones/zone_map.h"

using namespace orrery;
using namespace orrery::app;
using test::FakeBackend;

namespace {

template <typename Widget>
Widget* only(const QWidget& window) {
    return window.findChild<Widget*>();
}

QJsonObject parsed(const std::string& json) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

/// Chooses the action whose text begins with `begin` in the next menu.
void chooseInMenu(const QString& begin) {
    QTimer::singleShot(0, qApp, [begin] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu == nullptr) return;
        for (QAction* action : menu->actions())
            if (action->text().startsWith(begin)) menu->setActiveAction(action);
        QTest::keyClick(menu, Qt::Key_Return);
    });
}

}  // namespace

class MainWindowTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::useOwnSettings("window"); }
    void init() {
        QSettings().clear();
        m_backend = std::make_unique<FakeBackend>();
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
        m_firstSize = m_window->size();
        m_window->resize(1000, 752);
        m_window->resetLayout();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }
    // The screen of the tests has 800 × 800 pixels.
    void itIsNotLargerThanASmallScreenAtFirst() { QCOMPARE(m_firstSize, QSize(784, 752)); }

    void theStatusBarTellsOfLongWork() {
        const auto* label = m_window->findChild<QLabel*>(QStringLiteral("jobs"));
        QVERIFY(label != nullptr && !label->isVisible());
        observe::JobView job{1, observe::JobKind::FillIndex, "index I of table T", 5, 20, {}};
        m_backend->setJobs({job});
        QTRY_COMPARE(label->text(), QStringLiteral("Filling index I of table T: 5 of 20 items"));
        QVERIFY(label->isVisible());
        job.kind = observe::JobKind::ReclaimSpace;
        m_backend->setJobs({job, job});
        QTRY_VERIFY(label->text().endsWith(QStringLiteral("keys (and 1 more)")));
    }

    void theFirstStartOffersSamplesAndLoadsOne() {
        auto* start = only<widgets::StartPage>(*m_window);
        QVERIFY(start->isVisible());
        QTest::mouseClick(start->copyButton(), Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().contains("http://127.0.0.1:8000"));
        QTest::mouseClick(start->sampleButton(0), Qt::LeftButton);
        QTRY_VERIFY(m_window->currentTable() != nullptr);
        QCOMPARE(m_window->currentTable()->target().table, QStringLiteral("GameScores"));
        QVERIFY(m_backend->lastCall("BatchWriteItem") != nullptr);
        QTRY_COMPARE(m_window->currentTable()->model()->rowCount(), widgets::ItemsModel::kPageRows);
    }

    void anItemIsFoundByKeysAndInspectedInEachZone() {
        open("Orders", 5000);
        m_backend->setLag(1, 3);
        auto* grid = m_window->currentTable()->grid();
        QTest::keyClick(grid->table(), Qt::Key_Down);
        QTest::keyClick(grid->table(), Qt::Key_Down);
        auto* inspector = only<widgets::ItemInspector>(*m_window);
        QTRY_VERIFY(inspector->factsText().contains("applied to LSN 812"));
        auto* zones = inspector->findChild<QTabBar*>();
        zones->setCurrentIndex(1);
        QTRY_VERIFY(inspector->factsText().contains("3 records, 12 ms behind"));
        QCOMPARE(inspector->tree()->differenceCount(), 2);
        QCOMPARE(zones->tabText(0), QStringLiteral("a leader"));
    }

    void aMillionItemsOpenAtOnceAndPageToTheEnd() {
        m_backend->addTable("Million", 1'000'000);
        m_window->feed()->takeSnapshot();
        QElapsedTimer clock;
        clock.start();
        m_window->openTable({"us-east-1", "Million", {}});
        QTRY_COMPARE(m_window->currentTable()->model()->rowCount(), widgets::ItemsModel::kPageRows);
        auto* table = m_window->currentTable()->grid()->table();
        QTest::keyClick(table, Qt::Key_End, Qt::ControlModifier);
        auto* model = m_window->currentTable()->model();
        QTRY_COMPARE(model->itemRow(model->rowCount() - 1).storageKey, QStringLiteral("999999"));
        QVERIFY(model->rowCount() <= widgets::ItemsModel::kWindowRows);
    }

    void aZoneIsFailedOnTheMapAndTheBannerHealsEverything() {
        open("Orders", 100);
        auto* tile = only<widgets::ZoneMap>(*m_window)->region(0)->tile(1);
        // The banner must not move what the pointer is on.
        const QRect zonesBefore = m_window->dock("zones")->geometry();
        const QRect pageBefore = m_window->centralWidget()->geometry();
        chooseInMenu("Fail us-east-1b for 20 s");
        QTest::mouseClick(tile, Qt::LeftButton);
        QTRY_VERIFY(m_backend->lastCall("POST /faults") != nullptr);
        QCOMPARE(
            parsed(m_backend->lastCall("POST /faults")->json),
            (QJsonObject{{"kind", "zone-outage"}, {"zone", "us-east-1b"}, {"duration", "20s"}}));
        QTRY_VERIFY(tile->stateText().startsWith("Failed"));
        auto* banner = only<widgets::WorldBanner>(*m_window);
        QVERIFY(banner->isVisible());
        QVERIFY(banner->text().contains("us-east-1b has failed"));
        QCoreApplication::processEvents();
        QCOMPARE(m_window->dock("zones")->geometry(), zonesBefore);
        QCOMPARE(m_window->centralWidget()->geometry(), pageBefore);
        activate();
        QTest::keyClick(m_window.get(), Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(m_backend->lastCall("DELETE /faults") != nullptr);
        QTRY_VERIFY(!banner->isVisible());
        QCOMPARE(tile->stateText(), QStringLiteral("Up"));
    }

    void theClockIsPausedSteppedAndRunAgain() {
        auto* clock = only<widgets::ClockBar>(*m_window);
        auto* banner = only<widgets::WorldBanner>(*m_window);
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QTRY_VERIFY(clock->stepAction()->isEnabled());
        QVERIFY(banner->isVisible());
        const QString before = clock->timeText();
        QTest::keyClick(m_window.get(), Qt::Key_F10);
        QTRY_VERIFY(clock->timeText() != before);
        // Looks continue while the clock is paused.
        open("Orders", 100);
        QCOMPARE(m_window->currentTable()->model()->rowCount(), 100);
        QTest::mouseClick(banner->runButton(), Qt::LeftButton);
        QTRY_VERIFY(!banner->isVisible());
        clock->speedBox()->setCurrentIndex(clock->speedBox()->findData(0.1));
        emit clock->speedBox()->activated(clock->speedBox()->currentIndex());
        QTRY_VERIFY(banner->text().contains("0.1×"));
    }

    void requestsAreListedAtFrameRate() {
        open("Orders", 100);
        auto* requests = only<widgets::RequestsView>(*m_window);
        m_backend->serveRequests(20'000);
        QTRY_COMPARE(requests->model()->total(), 20'000u);
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(requests->filterLine()->hasFocus());
        QTest::keyClicks(requests->filterLine(), "stale zone:b");
        QVERIFY(requests->model()->rowCount() > 0);
        QVERIFY(requests->model()->rowCount() < 20'000);
    }

    void aTableIsCreatedAndDeletedByDialog() {
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
        auto* create = only<widgets::CreateTableDialog>(*m_window);
        QVERIFY(create != nullptr);
        QTest::keyClicks(create->nameLine(), "Notes");
        QTest::keyClicks(create->partitionKeyLine(), "id");
        m_backend->refuseNextCall("LimitExceededException", "Too many tables");
        QTest::mouseClick(create->createButton(), Qt::LeftButton);
        QTRY_VERIFY(create->isVisible() && create->createButton()->isEnabled());
        QTest::mouseClick(create->createButton(), Qt::LeftButton);
        QTRY_VERIFY(m_window->currentTable() != nullptr);
        QCOMPARE(m_window->currentTable()->target().table, QStringLiteral("Notes"));
        auto* explorer = only<widgets::Explorer>(*m_window);
        QTRY_VERIFY(explorer->model()->find({"us-east-1", "Notes", {}}).isValid());
        explorer->setCurrent({"us-east-1", "Notes", {}});
        activate();
        explorer->tree()->setFocus();
        QTest::keyClick(explorer->tree(), Qt::Key_Delete);
        auto* remove = only<widgets::DeleteTableDialog>(*m_window);
        QVERIFY(remove != nullptr);
        QTest::keyClicks(remove->nameLine(), "Notes");
        QTest::mouseClick(remove->deleteButton(), Qt::LeftButton);
        QTRY_VERIFY(!explorer->model()->find({"us-east-1", "Notes", {}}).isValid());
        // Its page says so and shows no button without effect.
        for (const QPushButton* button : m_window->currentTable()->findChildren<QPushButton*>())
            QVERIFY2(!button->isEnabled(), qPrintable(button->text()));
    }

    void anItemIsPutByDialog() {
        open("Orders", 10);
        QTest::keyClick(m_window.get(), Qt::Key_I, Qt::ControlModifier);
        auto* dialog = only<widgets::ItemDialog>(*m_window);
        QVERIFY(dialog != nullptr);
        dialog->editor()->setPlainText(R"({"id": "new", "n": 1})");
        QTest::mouseClick(dialog->putButton(), Qt::LeftButton);
        QTRY_VERIFY(m_backend->lastCall("PutItem") != nullptr);
        const QJsonObject request = parsed(m_backend->lastCall("PutItem")->json);
        QCOMPARE(request["TableName"].toString(), QStringLiteral("Orders"));
        QCOMPARE(request["Item"].toObject()["n"], QJsonValue(QJsonObject{{"N", "1"}}));
        QTRY_COMPARE(m_window->currentTable()->model()->rowCount(), 11);
    }

    void anItemIsEditedAndDeletedByKeys() {
        open("Orders", 10);
        auto* table = m_window->currentTable()->grid()->table();
        table->selectRow(2);
        QTest::keyClick(table, Qt::Key_Return);
        auto* dialog = only<widgets::ItemDialog>(*m_window);
        QVERIFY(dialog != nullptr);
        QTRY_COMPARE(dialog->item().value("id")["S"].toString(), QStringLiteral("user-00000002"));
        const QJsonObject read = parsed(m_backend->lastCall("GetItem")->json);
        QVERIFY(read["ConsistentRead"].toBool());
        dialog->reject();
        QTest::keyClick(table, Qt::Key_Delete);
        auto* box = only<QMessageBox>(*m_window);
        QVERIFY(box != nullptr);
        QVERIFY(box->text().contains("1 item"));
        box->reject();
    }

    // The inspector keeps its item while another table comes to the front.
    void theInspectedItemIsPutIntoItsOwnTable() {
        open("Orders", 10);
        m_window->currentTable()->grid()->table()->selectRow(2);
        auto* inspector = only<widgets::ItemInspector>(*m_window);
        QTRY_VERIFY(inspector->tree()->rowCount() > 0);
        open("Others", 10);
        emit inspector->editWanted({{"id", QJsonObject{{"S", "user-00000002"}}}});
        auto* dialog = only<widgets::ItemDialog>(*m_window);
        QVERIFY(dialog != nullptr);
        QTRY_VERIFY(dialog->putButton()->isEnabled());
        dialog->editor()->setPlainText(R"({"id": {"S": "user-00000002"}})");
        dialog->putButton()->click();
        QTRY_VERIFY(m_backend->lastCall("UpdateItem") != nullptr);
        QCOMPARE(parsed(m_backend->lastCall("UpdateItem")->json)["TableName"].toString(),
                 QStringLiteral("Orders"));
    }

    void theKeysAreListed() {
        activate();
        QTest::keyClick(m_window.get(), Qt::Key_F1);
        auto* box = only<QMessageBox>(*m_window);
        QVERIFY(box != nullptr);
        for (const char* key : {"Ctrl+N", "F9", "Alt+1", "Ctrl+Shift+H", "Ctrl+Home"})
            QVERIFY2(box->text().contains(key), key);
        box->reject();
    }

    void rowsAreCopiedAsJsonAndCsv() {
        open("Orders", 10);
        auto* page = m_window->currentTable();
        page->grid()->table()->selectRow(3);
        using Format = widgets::TablePage::CopyFormat;
        QVERIFY(page->selectionText(Format::DynamoDbJson).contains(R"("S": "user-00000003")"));
        QVERIFY(page->selectionText(Format::PlainJson).contains(R"("id": "user-00000003")"));
        QCOMPARE(page->selectionText(Format::Csv).split('\n')[1].split(',')[0],
                 QStringLiteral("user-00000003"));
        QTest::keyClick(page->grid()->table(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().contains("user-00000003"));
    }

    void anIndexIsShownWithItsOwnKeyInFront() {
        m_backend->addTable("Orders", 100);
        m_window->feed()->takeSnapshot();
        m_window->openTable({"us-east-1", "Orders", "ByScore"});
        auto* model = m_window->currentTable()->model();
        QTRY_VERIFY(model->rowCount() > 0);
        QCOMPARE(model->columnName(0), QStringLiteral("country"));
        QCOMPARE(model->columnName(1), QStringLiteral("score"));
        QCOMPARE(model->target().index, QStringLiteral("ByScore"));
        m_window->openTable({"us-east-1", "Orders", {}});
        QTRY_COMPARE(model->columnName(0), QStringLiteral("id"));
    }

    void theLayoutComesBackAndCanBeReset() {
        m_window->dock("explorer")->hide();
        m_window->setTheme(widgets::Theme::Dark);
        m_window->close();
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
        m_window->show();
        QVERIFY(m_window->dock("explorer")->isHidden());
        activate();
        QTest::keyClick(m_window.get(), Qt::Key_0, Qt::ControlModifier);
        QVERIFY(!m_window->dock("explorer")->isHidden());
    }

    // In a row of tabs the tab is the title; a layout that is restored takes the row apart first.
    void aResetGivesNoDockASecondTitle() {
        activate();
        QTRY_VERIFY(m_window->dock("requests")->titleBarWidget() != nullptr);
        QTest::keyClick(m_window.get(), Qt::Key_0, Qt::ControlModifier);
        QCoreApplication::processEvents();
        for (const char* name : {"requests", "lag", "partitions"})
            QTRY_VERIFY2(m_window->dock(name)->titleBarWidget() != nullptr, name);
        QVERIFY(m_window->dock("zones")->titleBarWidget() == nullptr);
    }

    void bothThemesPaintEveryView() {
        open("Orders", 1000);
        m_backend->serveRequests(100);
        for (const auto theme : {widgets::Theme::Light, widgets::Theme::Dark}) {
            m_window->setTheme(theme);
            for (const char* name : {"requests", "lag", "partitions"}) {
                m_window->dock(name)->raise();
                QCoreApplication::processEvents();
                const QImage picture = m_window->grab().toImage();
                const QColor corner = picture.pixelColor(3, picture.height() / 2);
                QCOMPARE(corner.lightness() < 128, theme == widgets::Theme::Dark);
            }
        }
    }

    void theFocusIsAlwaysInSight() {
        open("Orders", 10);
        activate();
        for (int i = 0; i < 60; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            const QWidget* widget = QApplication::focusWidget();
            QVERIFY(widget != nullptr);
            QVERIFY2(!widget->visibleRegion().isEmpty(),
                     qPrintable(QStringLiteral("%1 in %2")
                                    .arg(widget->metaObject()->className(),
                                         widget->parentWidget()->metaObject()->className())));
        }
    }

    void everyControlThatTakesFocusHasAName() {
        open("Orders", 10);
        for (const QWidget* widget : m_window->findChildren<QWidget*>()) {
            if (!widget->isVisible() || !(widget->focusPolicy() & Qt::TabFocus)) continue;
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            const bool named = !widget->accessibleName().isEmpty() ||
                               (button != nullptr && !button->text().isEmpty()) ||
                               widget->objectName().startsWith("qt_") ||
                               qobject_cast<const QTabBar*>(widget) != nullptr;
            QVERIFY2(named,
                     qPrintable(QStringLiteral("%1 in %2")
                                    .arg(widget->metaObject()->className(),
                                         widget->parentWidget()->metaObject()->className())));
        }
    }

private:
    /// Shortcuts go to the active window, which may have been a menu or a dialog.
    void activate() {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }

    void open(const std::string& table, std::int64_t items) {
        m_backend->addTable(table, items);
        m_window->feed()->takeSnapshot();
        m_window->openTable({"us-east-1", QString::fromStdString(table), {}});
        QTRY_VERIFY(m_window->currentTable()->model()->rowCount() > 0);
    }

    QSize m_firstSize;
    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

ORRERY_TEST_CLASS(MainWindowTest)
#include "main_window_test.moc"
