// Goal: window and real engine together: the window shows what the engine does. Method: an engine
// in memory, without a port and with the profile drop-in; every wait is for something to appear.

#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>
#include <QTest>
#include <algorithm>

#include "app/embedded_backend.h"
#include "app/expression_check.h"
#include "app/main_window.h"
#include "core/exchange/samples.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "widgets/items/item_inspector.h"
#include "widgets/partitions/partition_table_model.h"
#include "widgets/partitions/partitions_view.h"
#include "widgets/requests/requests_model.h"
#include "widgets/requests/requests_view.h"
#include "widgets/tables/table_page.h"
#include "widgets/zones/world_banner.h"
#include "widgets/zones/zone_map.h"

using namespace orrery;
using namespace orrery::app;

class WindowEngineTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { test::useOwnSettings("engine"); }
    void init() {
        engine::EngineOptions options;
        options.port.reset();
        auto backend = EmbeddedBackend::open(options);
        QVERIFY2(backend.has_value(), backend ? "" : backend.error().c_str());
        m_backend = *std::move(backend);
        m_window = std::make_unique<MainWindow>(m_backend.get(), false);
        m_window->resize(1000, 752);
        m_window->resetLayout();
        m_window->show();
    }
    void cleanup() {
        m_window.reset();
        m_backend.reset();
        QSettings().clear();
    }

    void aSampleIsLoadedAndItsItemsAreTheReplicas() {
        m_window->loadSample("games");
        QTRY_VERIFY_WITH_TIMEOUT(m_window->currentTable() != nullptr, 30'000);
        auto* model = m_window->currentTable()->model();
        QTRY_COMPARE(model->rowCount(), widgets::ItemsModel::kPageRows);
        QCOMPARE(model->columnName(0), QStringLiteral("player"));
        QCOMPARE(model->columnName(1), QStringLiteral("game"));
        // Every item appears once, from one end of the key space to the other.
        std::int64_t expected = 0;
        for (const auto& set : exchange::sampleSets())
            if (set.name == "games")
                expected = static_cast<std::int64_t>(set.tables[0].items.size());
        QCOMPARE(countAllRows(), expected);
        m_window->currentTable()->grid()->table()->selectRow(0);
        auto* inspector = m_window->findChild<widgets::ItemInspector*>();
        QTRY_VERIFY(inspector->factsText().contains("applied to LSN"));
        m_window->dock("partitions")->raise();
        auto* partitions = m_window->findChild<widgets::PartitionsView*>();
        QTRY_COMPARE(partitions->model()->rowCount(), 4);
    }

    // A table of 255 characters once made the window wider than the screen.
    void aLongNameDoesNotWidenTheWindow() {
        const QString name(255, u'n');
        const QString index(255, u'i');
        QString request = QStringLiteral(
            R"({"TableName":"@","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
                {"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id",
                "KeyType":"HASH"}],"GlobalSecondaryIndexes":[{"IndexName":"#","KeySchema":[
                {"AttributeName":"id","KeyType":"HASH"}],
                "Projection":{"ProjectionType":"ALL"}}]})");
        request.replace(u'@', name).replace(u'#', index);
        int status = 0;
        m_backend->call("us-east-1", "CreateTable", request.toStdString(),
                        [&status](const Backend::Answer& answer) { status = answer.status; });
        QTRY_COMPARE(status, 200);
        const int before = m_window->minimumSizeHint().width();
        m_window->openTable({"us-east-1", name, index});
        QTRY_VERIFY(m_window->currentTable() != nullptr);
        m_window->dock("partitions")->raise();
        auto* partitions = m_window->findChild<widgets::PartitionsView*>();
        QTRY_COMPARE(partitions->model()->rowCount(), 4);
        QTRY_VERIFY(m_window->minimumSizeHint().width() <= std::max(before, 1024));
    }

    void aFailedZoneIsSeenAndWritesGoOn() {
        m_window->loadSample("games");
        QTRY_VERIFY_WITH_TIMEOUT(m_window->currentTable() != nullptr, 30'000);
        auto* zones = m_window->findChild<widgets::ZoneMap*>();
        emit zones->failZone("us-east-1b", 0);
        QTRY_VERIFY(m_window->findChild<widgets::WorldBanner*>()->isVisible());
        QTRY_COMPARE(zones->region(0)->tile(1)->stateText(), QStringLiteral("Failed"));
        QCOMPARE(m_backend->snapshot()->faults.at(0).zones, std::vector<std::string>{"us-east-1b"});
        QTRY_COMPARE_WITH_TIMEOUT(zones->region(0)->tile(1)->zone().leaders, 0u, 30'000);
        int status = 0;
        m_backend->call("us-east-1", "PutItem",
                        R"({"TableName":"GameScores","Item":{"player":{"S":"p"},"game":{"S":"g"},
                            "score":{"N":"1"}}})",
                        [&status](const Backend::Answer& answer) { status = answer.status; });
        QTRY_COMPARE_WITH_TIMEOUT(status, 200, 30'000);
        auto* requests = m_window->findChild<widgets::RequestsView*>();
        const auto putIsListed = [requests] {
            const auto* model = requests->model();
            return model->rowCount() > 0 &&
                   model->request(model->rowCount() - 1).operation == "PutItem";
        };
        QTRY_VERIFY(putIsListed());
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(m_window.get(), Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(!m_window->findChild<widgets::WorldBanner*>()->isVisible());
        QTRY_COMPARE(zones->region(0)->tile(1)->stateText(), QStringLiteral("Up"));
    }

    void whileTheClockIsPausedLooksGoOnAndRequestsWait() {
        m_window->loadSample("games");
        QTRY_VERIFY_WITH_TIMEOUT(m_window->currentTable() != nullptr, 30'000);
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        auto* banner = m_window->findChild<widgets::WorldBanner*>();
        QTRY_VERIFY(banner->text().contains("paused"));
        int status = 0;
        m_backend->call("us-east-1", "ListTables", "{}",
                        [&status](const Backend::Answer& answer) { status = answer.status; });
        QTRY_VERIFY(banner->text().contains("1 request waiting"));
        m_window->currentTable()->grid()->jumpTo(0.5);
        QTRY_VERIFY(m_window->currentTable()->grid()->visiblePart().first >= 0.5);
        QCOMPARE(status, 0);
        emit banner->runWanted();
        QTRY_COMPARE(status, 200);
    }

    void expressionsAreCheckedAsTheServiceWould() {
        QVERIFY(checkExpression("").empty());
        QVERIFY(checkExpression("#a = :v AND begins_with(b, :v)").empty());
        const auto wrong = checkExpression("a = = :v");
        QCOMPARE(wrong.size(), 1u);
        QVERIFY2(wrong[0].message.find("Syntax error") != std::string::npos,
                 wrong[0].message.c_str());
        QVERIFY(wrong[0].begin < wrong[0].end);
    }

private:
    /// Reads the table through looks, page by page, as the grid does.
    std::int64_t countAllRows() {
        BackendItemSource source(m_backend.get());
        widgets::ItemsPageRequest request;
        request.target = m_window->currentTable()->model()->target();
        std::int64_t count = 0;
        bool more = true;
        while (more) {
            bool answered = false;
            source.fetchPage(request, [&](const widgets::ItemsPage& page) {
                answered = true;
                more = page.more && page.error.isEmpty();
                count += static_cast<std::int64_t>(page.rows.size());
                if (!page.rows.empty()) request.from = page.rows.back().storageKey;
            });
            if (!QTest::qWaitFor([&answered] { return answered; })) return -1;
        }
        return count;
    }

    std::unique_ptr<EmbeddedBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

ORRERY_TEST_CLASS(WindowEngineTest)
#include "window_engine_test.moc"
