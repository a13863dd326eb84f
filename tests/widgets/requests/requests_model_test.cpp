#include "widgets/requests/requests_model.h"

#include <QAbstractItemModelTester>
#include <QScrollBar>
#include <QTest>

#include "tests/support/test_main.h"
#include "widgets/requests/requests_view.h"

using namespace orrery;
using widgets::RequestFilter;
using widgets::RequestsModel;

namespace {

observe::Event request(std::uint64_t number, const std::string& operation = "GetItem",
                       std::uint64_t behind = 0, int status = 200) {
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
    served.httpStatus = status;
    return {EventId(number), {}, {}, served};
}

std::vector<observe::Event> requests(std::uint64_t first, std::uint64_t count) {
    std::vector<observe::Event> events;
    for (std::uint64_t i = 0; i < count; ++i)
        events.push_back(request(first + i));
    return events;
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
        const int narrow = view.table()->columnWidth(RequestsModel::Status);
        view.resize(1500, 300);
        QTRY_VERIFY(view.table()->columnWidth(RequestsModel::Status) > narrow + 100);
        view.resize(900, 300);
        QTRY_COMPARE(view.table()->columnWidth(RequestsModel::Status), narrow);
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
