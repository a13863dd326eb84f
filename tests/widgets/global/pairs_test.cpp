#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"
#include "widgets/base/line_chart.h"
#include "widgets/global/pairs_model.h"
#include "widgets/global/pairs_view.h"

using namespace orrery;
using namespace std::chrono_literals;
using widgets::PairsModel;

namespace {

QStringList rowOf(const QAbstractItemModel& model, int row) {
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column)
        cells << model.index(row, column).data().toString();
    return cells;
}

/// us-east-1 to eu-west-1 is cut, and has replicated four changes.
std::shared_ptr<observe::Snapshot> cutWorld() {
    auto snapshot = test::makeWorld({"us-east-1", "eu-west-1"});
    auto& pair = test::pairOf(*snapshot, "us-east-1", "eu-west-1");
    pair.pending = 1214;
    pair.changes = 4;
    pair.lost = 1;
    pair.latency = 800ms;
    pair.latencySum = 1000ms;
    test::linkOf(*snapshot, "us-east-1", "eu-west-1").isCut = true;
    return snapshot;
}

}  // namespace

class PairsTest : public QObject {
    Q_OBJECT
private slots:
    void aRowSaysAllOfAPair() {
        PairsModel model;
        QAbstractItemModelTester tester(&model);
        model.setSnapshot(*cutWorld());
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(rowOf(model, 0), (QStringList{"us-east-1", "eu-west-1", "Music", "1,214", "800 ms",
                                               "250 ms", "1", "cut"}));
        QCOMPARE(rowOf(model, 1),
                 (QStringList{"eu-west-1", "us-east-1", "Music", "0", "–", "–", "0", "whole"}));
    }

    void saysThePauseOfOneTableOnly() {
        auto snapshot = test::makeWorld({"us-east-1", "eu-west-1"});
        test::addGlobalTable(*snapshot, "Films", {"us-east-1", "eu-west-1"});
        snapshot->replication[0].isPaused = true;
        snapshot->replication[2].isFilling = true;
        snapshot->replication[2].done = 40;
        snapshot->replication[2].total = 100;
        PairsModel model;
        model.setSnapshot(*snapshot);
        const auto state = [&model](int row) {
            return model.index(row, PairsModel::State).data().toString();
        };
        QCOMPARE(state(0), QStringLiteral("paused"));
        QCOMPARE(state(1), QStringLiteral("whole"));
        QCOMPARE(state(2), QStringLiteral("filling 40 %"));
        QCOMPARE(state(3), QStringLiteral("whole"));
    }

    void aSlowLinkSlowsAllItsTables() {
        auto snapshot = test::makeWorld({"us-east-1", "eu-west-1"});
        auto slow = test::makeRegionFault(4, "region-link-slow", {"eu-west-1", "us-east-1"});
        slow.delay = 200ms;
        slow.oneWay = true;
        snapshot->faults = {slow};
        PairsModel model;
        model.setSnapshot(*snapshot);
        QCOMPARE(model.index(0, PairsModel::State).data().toString(), QStringLiteral("whole"));
        QCOMPARE(model.index(1, PairsModel::State).data().toString(),
                 QStringLiteral("slow by 200 ms"));
    }

    void aTableOfAnotherAccountIsNamedSo() {
        auto snapshot = test::makeWorld({"us-east-1", "eu-west-1"});
        for (auto& pair : snapshot->replication)
            pair.accountId = "123456789012";
        PairsModel model;
        model.setSnapshot(*snapshot);
        QCOMPARE(model.index(0, PairsModel::Table).data().toString(),
                 QStringLiteral("Music (account 123456789012)"));
    }

    void tellsOnlyOfTheRowThatChanged() {
        PairsModel model;
        QAbstractItemModelTester tester(&model);
        auto snapshot = cutWorld();
        model.setSnapshot(*snapshot);
        test::pairOf(*snapshot, "eu-west-1", "us-east-1").pending = 7;
        QSignalSpy changed(&model, &PairsModel::dataChanged);
        QSignalSpy reset(&model, &PairsModel::modelReset);
        model.setSnapshot(*snapshot);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(reset.count(), 0);
        model.setSnapshot(*test::makeThreeRegions());
        QCOMPARE(reset.count(), 1);
    }

    void numbersAreSortedAsNumbers() {
        auto snapshot = test::makeThreeRegions();
        const std::uint64_t pending[] = {9, 1000, 20, 3, 0, 100};
        for (std::size_t i = 0; i < std::size(pending); ++i)
            snapshot->replication[i].pending = pending[i];
        widgets::PairsView view;
        view.setSnapshot(snapshot);
        view.table()->sortByColumn(PairsModel::Behind, Qt::DescendingOrder);
        QStringList sorted;
        const QAbstractItemModel* model = view.table()->model();
        for (int row = 0; row < model->rowCount(); ++row)
            sorted << model->index(row, PairsModel::Behind).data().toString();
        QCOMPARE(sorted, (QStringList{"1,000", "100", "20", "9", "3", "0"}));
        QVERIFY(view.titleText().startsWith("1,132 changes behind in all"));
    }

    void rowsAreChosenAndCopiedWithKeys() {
        widgets::PairsView view;
        view.resize(760, 200);
        view.setSnapshot(cutWorld());
        view.show();
        view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        view.setFocus();
        QVERIFY(view.table()->hasFocus());
        QSignalSpy copied(&view, &widgets::PairsView::copied);
        QTest::keyClick(view.table(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text().count(u'\n'), 3);
        QTest::keyClick(view.table(), Qt::Key_Down);
        QTest::keyClick(view.table(), Qt::Key_Up);
        QTest::keyClick(view.table(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(
            QGuiApplication::clipboard()->text(),
            QStringLiteral("From\tTo\tTable\tChanges behind\tLatency\tMean\tChanges lost\tState\n"
                           "us-east-1\teu-west-1\tMusic\t1,214\t800 ms\t250 ms\t1\tcut\n"));
        QCOMPARE(copied.count(), 2);
        QCOMPARE(copied[1][0].toString(), QStringLiteral("1 row"));
    }

    void chartsTheMeanLatencyOfEachSecondThereAndBack() {
        auto snapshot = test::makeWorld({"us-east-1", "eu-west-1"});
        auto& there = test::pairOf(*snapshot, "us-east-1", "eu-west-1");
        widgets::PairHistory history;
        const auto after = [&](Duration at, std::uint64_t changes, Duration each) {
            snapshot->at = Instant(at);
            there.changes += changes;
            there.latencySum += each * static_cast<std::int64_t>(changes);
            history.add(*snapshot);
        };
        after(0ms, 1000, 1s);  // Before anybody looked.
        after(200ms, 2, 90ms);
        after(900ms, 2, 110ms);
        after(3s, 1, 50ms);
        after(5s, 0, 0ms);
        const widgets::PairHistory::Pair pair{there.accountId, there.table, there.from, there.to};
        QCOMPARE(history.latency(pair), (QVector<QPointF>{{-5, 100}, {-2, 50}}));
        QCOMPARE(history.latency(pair.reversed()), QVector<QPointF>());
        after(5min + 2s, 1, 40ms);
        QCOMPARE(history.latency(pair), (QVector<QPointF>{{-299, 50}, {0, 40}}));
        snapshot->at = Instant(1s);  // Another world.
        history.add(*snapshot);
        QCOMPARE(history.latency(pair), QVector<QPointF>());
        snapshot->replication.clear();
        history.add(*snapshot);
        QCOMPARE(history.latency(pair), QVector<QPointF>());
    }

    void theChartShowsTheSelectedPair() {
        auto snapshot = test::makeThreeRegions();
        widgets::PairsView view;
        // Other than selectRow, whatever key was pressed last.
        const auto select = [&view](int row) {
            view.table()->selectionModel()->setCurrentIndex(
                view.table()->model()->index(row, 0),
                QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        };
        view.resize(900, 260);
        view.setSnapshot(snapshot);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCOMPARE(view.lineName(0), QStringLiteral("us-east-1 → eu-west-1"));
        QCOMPARE(view.lineName(1), QStringLiteral("eu-west-1 → us-east-1"));
        auto& chosen = snapshot->replication[3];
        select(3);
        QCOMPARE(view.lineName(0), QString::fromStdString(chosen.from + " → " + chosen.to));
        snapshot->at = snapshot->at + 1s;
        chosen.changes += 1;
        chosen.latencySum += 700ms;
        view.setSnapshot(snapshot);
        QCOMPARE(view.chart()->top(), 800.0);
        QCOMPARE(view.chart()->unit(), QStringLiteral("ReplicationLatency, ms"));
        select(0);
        QVERIFY(view.chart()->top() < 700.0);
        select(3);
        snapshot->at = snapshot->at + 1s;
        chosen.changes += 1;
        chosen.latencySum += 30s;
        view.setSnapshot(snapshot);
        QCOMPARE(view.chart()->top(), 30.0);
        QCOMPARE(view.chart()->unit(), QStringLiteral("ReplicationLatency, s"));
    }

    void saysWhenThereIsNothingToList() {
        widgets::PairsView view;
        view.setSnapshot(test::makeSnapshot({}));
        view.show();
        QVERIFY(!view.table()->isVisible());
    }
};

ORRERY_TEST_CLASS(PairsTest)
#include "pairs_test.moc"
