#include "widgets/requests/requests_model.h"

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QScrollBar>
#include <QTest>

#include "tests/support/test_main.h"
#include "widgets/requests/requests_view.h"

using namespace orrery;
using widgets::RequestFilter;
using widgets::RequestsModel;

namespace {

observe::Event request(std::uint64_t number, const std::string& operation = "GetItem",
                       std::uint64_t behind = 0, int status = 200, const std::string& error = {}) {
    observe::RequestServed served;
    served.operation = operation;
    served.table = "Orders";
    served.key = "k" + std::to_string(number);
    served.kind = operation == "GetItem"         ? observe::RequestKind::Read
                  : operation == "DescribeTable" ? observe::RequestKind::Control
                                                 : observe::RequestKind::Write;
    served.replicaKnown = true;
    served.replica.zone = ZoneIndex(1);
    served.behindRecords = behind;
    served.staleItems = behind == 0 ? 0 : 1;
    served.httpStatus = status;
    served.error = error;
    served.replica.region = RegionId(1);
    return {EventId(number), {}, {}, served};
}

std::vector<observe::Event> requests(std::uint64_t first, std::uint64_t count) {
    std::vector<observe::Event> events;
    for (std::uint64_t i = 0; i < count; ++i)
        events.push_back(request(first + i));
    return events;
}

/// What a cell needs at least; the style adds its margins.
int textWidth(const widgets::RequestsView& view, int row, int column) {
    return view.table()->fontMetrics().horizontalAdvance(
        view.model()->index(row, column).data().toString());
}

}  // namespace

class RequestsModelTest : public QObject {
    Q_OBJECT
private slots:
    void takesRequestsAndLeavesOtherEvents() {
        RequestsModel model;
        QAbstractItemModelTester tester(&model);
        const std::vector<observe::Event> events{
            request(1), {EventId(2), {}, {}, observe::LeaderElected{}}, request(3)};
        model.append(events);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1, RequestsModel::Key).data().toString(), QStringLiteral("k3"));
        QCOMPARE(model.index(0, RequestsModel::ServedBy).data().toString(),
                 QStringLiteral("b · follower"));
    }

    void theOldestGoWhenItIsFull() {
        RequestsModel model;  // Without the tester: it reads every row at every change.
        for (std::uint64_t i = 0; i < 104; ++i)
            model.append(requests(1 + i * 1000, 1000));
        QVERIFY(model.total() <= RequestsModel::kCapacity);
        QVERIFY(model.total() > RequestsModel::kCapacity - 4000);
        QCOMPARE(model.index(model.rowCount() - 1, RequestsModel::Key).data().toString(),
                 QStringLiteral("k104000"));
    }

    void theFilterHoldsForOldAndNewRows() {
        RequestsModel model;
        QAbstractItemModelTester tester(&model);
        model.append(std::vector{request(1, "PutItem"), request(2, "GetItem", 3)});
        model.setFilter(RequestFilter::parse("stale"));
        QCOMPARE(model.rowCount(), 1);
        model.append(std::vector{request(3, "GetItem"), request(4, "GetItem", 1)});
        QCOMPARE(model.rowCount(), 2);
        model.setFilter(RequestFilter::parse(""));
        QCOMPARE(model.rowCount(), 4);
    }

    void eachWordOfTheFilterMustHold_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<bool>("matches");
        for (const auto* text : {"stale", "get", "op:getitem", "table:ord", "zone:b", "follower",
                                 "eventual", "-failed", "status:2", "stale zone:b key:k9"})
            QTest::newRow(text) << text << true;
        for (const auto* text : {"strong", "write", "zone:a", "leader", "failed", "status:4",
                                 "-stale", "stale zone:c"})
            QTest::newRow(text) << text << false;
    }
    void eachWordOfTheFilterMustHold() {
        QFETCH(QString, filter);
        const observe::Event event = request(9, "GetItem", 2);
        const auto parsed = RequestFilter::parse(filter);
        QVERIFY(parsed.problem().isEmpty());
        QTEST(parsed.matches(std::get<observe::RequestServed>(event.body)), "matches");
    }

    /// A replica that lags may well have the newest version of an item.
    void tellsStaleReadsFromThoseOfAReplicaThatLags() {
        RequestsModel model;
        observe::Event lagging = request(2, "GetItem", 3);
        std::get<observe::RequestServed>(lagging.body).staleItems = 0;
        observe::Event page = request(3, "Query", 3);
        auto& paged = std::get<observe::RequestServed>(page.body);
        paged.kind = observe::RequestKind::Read;
        paged.staleItems = 2;
        model.append(std::vector{request(1), lagging, request(3, "GetItem", 3), page});
        const auto at = [&model](int row, int role = Qt::DisplayRole) {
            return model.index(row, RequestsModel::Behind).data(role);
        };
        QCOMPARE(at(0).toString(), QStringLiteral("fresh"));
        QCOMPARE(at(1).toString(), QStringLiteral("lagging, same value · 3 records, 0 ms"));
        QCOMPARE(at(2).toString(), QStringLiteral("stale · 3 records, 0 ms"));
        QCOMPARE(at(3).toString(), QStringLiteral("2 stale items · 3 records, 0 ms"));
        QVERIFY(!at(1, Qt::BackgroundRole).isValid() && at(2, Qt::BackgroundRole).isValid());
        model.setFilter(RequestFilter::parse("stale"));
        QCOMPARE(model.rowCount(), 2);
        model.setFilter(RequestFilter::parse("lagging -stale"));
        QCOMPARE(model.rowCount(), 1);
    }

    /// The rows come in the order of the answers, so a column of the time before could run
    /// backwards.
    void theTimeOfARowIsThatOfItsAnswer() {
        RequestsModel model;
        observe::Event slow = request(1);
        std::get<observe::RequestServed>(slow.body).took = std::chrono::seconds(2);
        observe::Event quick = request(2);
        std::get<observe::RequestServed>(quick.body).admittedAt = Instant(std::chrono::seconds(3));
        model.append(std::vector{slow, quick});
        QCOMPARE(model.index(0, RequestsModel::Time).data().toString(),
                 QStringLiteral("00:00:02.000"));
        QCOMPARE(model.index(1, RequestsModel::Time).data().toString(),
                 QStringLiteral("00:00:03.000"));
    }

    void aRequestAboutATableIsNoWrite() {
        RequestsModel model;
        model.append(std::vector{request(1, "DescribeTable"), request(2, "PutItem")});
        QCOMPARE(model.index(0, RequestsModel::Kind).data().toString(), QStringLiteral("control"));
        QCOMPARE(model.index(1, RequestsModel::Kind).data().toString(), QStringLiteral("write"));
        model.setFilter(RequestFilter::parse("write"));
        QCOMPARE(model.rowCount(), 1);
        model.setFilter(RequestFilter::parse("control"));
        QCOMPARE(model.rowCount(), 1);
    }

    // A view that gets smaller moves the end away, and would show old rows from then on.
    void theNewestRowStaysInSightUntilSomebodyScrolls() {
        widgets::RequestsView view;
        view.resize(900, 500);
        view.show();
        view.append(requests(1, 300));
        const QScrollBar* bar = view.table()->verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 0);
        QTRY_COMPARE(bar->value(), bar->maximum());
        view.resize(900, 200);
        QTRY_COMPARE(bar->value(), bar->maximum());
        view.append(requests(301, 5));
        view.table()->viewport()->grab();
        QTRY_COMPARE(bar->value(), bar->maximum());
        view.table()->verticalScrollBar()->setValue(10);
        view.append(requests(306, 5));
        view.table()->viewport()->grab();
        QCOMPARE(bar->value(), 10);
    }

    void aWideListTellsErrorsWhole() {
        widgets::RequestsView view;
        view.resize(900, 300);
        view.show();
        const std::vector failed{request(1, "PutItem", 0, 400, "ProvisionedThroughputExceeded")};
        view.append(failed);
        QCoreApplication::processEvents();  // The list gets its size when it comes into sight.
        const auto width = [&view](int column) { return view.table()->columnWidth(column); };
        const int narrow = width(RequestsModel::Status);
        view.resize(1500, 300);
        QTRY_VERIFY(width(RequestsModel::Status) >= textWidth(view, 0, RequestsModel::Status));
        view.resize(900, 300);
        QTRY_COMPARE(width(RequestsModel::Status), narrow);
    }

    // 1280 pixels across, with a dock on the right: all columns are in sight, and none is wider
    // than its texts while another cuts its own.
    void theColumnsShareANarrowListWithSeveralRegions() {
        widgets::RequestsView view;
        observe::Snapshot snapshot;
        for (const char region : {1, 2}) {
            auto added = std::make_shared<observe::RegionView>();
            added->id = RegionId(static_cast<std::uint8_t>(region));
            added->name = "us-east-" + std::to_string(region);
            snapshot.regions.push_back(added);
        }
        view.setRegions(snapshot);
        view.resize(910, 300);
        view.show();
        view.append(std::vector{request(1, "TransactWriteItems"), request(2, "PutItem"),
                                request(3, "PutItem", 0, 400, "ConditionalCheckFailed")});
        const auto* header = view.table()->horizontalHeader();
        QTRY_VERIFY(header->length() <= view.table()->viewport()->width());
        for (const int column : {RequestsModel::Time, RequestsModel::Operation, RequestsModel::Key,
                                 RequestsModel::ServedBy, RequestsModel::Took})
            for (int row = 0; row < 3; ++row)
                QVERIFY2(header->sectionSize(column) >= textWidth(view, row, column),
                         qPrintable(QString::number(column)));
    }

    void anUnknownNameIsSaid() {
        QVERIFY(RequestFilter::parse("colour:red").problem().contains("colour"));
        widgets::RequestsView view;
        view.filterLine()->setText("colour:red");
        QCOMPARE(view.filterLine()->property("valid").toBool(), false);
        view.filterLine()->setText("zone:b");
        QCOMPARE(view.filterLine()->property("valid").toBool(), true);
    }
};

ORRERY_TEST_CLASS(RequestsModelTest)
#include "requests_model_test.moc"
