#include "widgets/lag/lag_history.h"

#include <QTest>
#include <algorithm>

#include "tests/support/test_main.h"
#include "tests/widgets/snapshots.h"
#include "widgets/base/line_chart.h"
#include "widgets/lag/lag_view.h"

using namespace orrery;
using widgets::LagHistory;
using namespace std::chrono_literals;

namespace {

LagHistory::Sample sample(Duration at, std::uint64_t records) {
    LagHistory::Sample s{Instant(at), {}};
    s.zones[1] = {records, std::chrono::milliseconds(records * 2)};
    return s;
}

}  // namespace

class LagHistoryTest : public QObject {
    Q_OBJECT
private slots:
    void keepsItsSpanAndNoMore() {
        LagHistory history;
        for (int i = 0; i < 20'000; ++i)
            history.add(sample(i * 100ms, 1));
        const auto all = history.line(1, LagHistory::Unit::Records, 24h, 100'000);
        QVERIFY(all.front().x() >= -15 * 60);
        QCOMPARE(all.back().x(), 0.0);
    }

    void aPeakOfOneSampleIsNotLost() {
        LagHistory history;
        for (int i = 0; i < 6000; ++i)
            history.add(sample(i * 100ms, i == 3217 ? 5000 : 3));
        const auto line = history.line(1, LagHistory::Unit::Records, 10min, 100);
        QVERIFY(line.size() <= 202);
        QVERIFY(std::ranges::any_of(line, [](const QPointF& p) { return p.y() == 5000; }));
        QVERIFY(std::ranges::is_sorted(line, {}, &QPointF::x));
    }

    void aTimeWithoutLeaderIsDrawnWithItsLength() {
        LagHistory history;
        for (int i = 0; i <= 100; ++i) {
            LagHistory::Sample one = sample(i * 100ms, 0);
            one.lacksLeader = i >= 30 && i < 50;
            history.add(one);
        }
        const auto gaps = history.gaps(1min);
        QCOMPARE(gaps.size(), 1u);
        QCOMPARE(gaps[0].length, Duration(2s));
        QCOMPARE(gaps[0].begin, -7.0);
        QCOMPARE(gaps[0].end, -5.0);
        QVERIFY(history.gaps(3s).empty());
    }

    void theViewDrawsTimesWithoutLeaderAndFaults() {
        widgets::LagView view;
        view.resize(700, 260);
        view.show();
        for (int i = 0; i <= 60; ++i) {
            auto table = std::make_shared<observe::TableView>(*test::makeTable("t"));
            if (i >= 20 && i < 40) table->partitions[1].serving.whole.writes = false;
            auto region = test::makeRegion("us-east-1", {table});
            for (observe::ZoneView& zone : region->zones)
                if (i >= 20 && i < 40) zone.why = "no leader";
            auto snapshot = test::makeSnapshot({region});
            snapshot->at = Instant(i * 100ms);
            observe::FaultView fault;
            fault.kind = "zone-outage";
            fault.target = "us-east-1b";
            fault.since = Instant(2s);
            snapshot->faults = {fault};
            view.setScope("us-east-1", "t");
            view.setSnapshot(snapshot);
        }
        for (const int scope : {0, 1}) {
            view.scopeBox()->setCurrentIndex(scope);
            emit view.scopeBox()->activated(scope);
            const auto& bands = view.recordsChart()->bands();
            QCOMPARE(bands.size(), 1u);
            QCOMPARE(bands[0].text, QStringLiteral("no leader for 2 s"));
            QCOMPARE(view.recordsChart()->marks().size(), 1u);
            const QString text = view.recordsChart()->textAt(-4.0);
            QVERIFY2(text.startsWith("4 s ago\na: 0 records behind"), qPrintable(text));
            QVERIFY(text.contains("no leader for 2 s") && text.contains("us-east-1b has failed"));
        }
    }

    void whileTheClockStandsTheLastSampleIsReplaced() {
        LagHistory history;
        history.add(sample(1s, 4));
        history.add(sample(1s, 9));
        const auto line = history.line(1, LagHistory::Unit::Milliseconds, 1min, 100);
        QCOMPARE(line.size(), 1);
        QCOMPARE(line[0].y(), 18.0);
    }

    void aTableAddsRecordsAndTakesTheLongestTime() {
        auto table = std::make_shared<observe::TableView>(*test::makeTable("t"));
        table->partitions[0].replicas[2].lagRecords = 3;
        table->partitions[0].replicas[2].lag = 30ms;
        table->partitions[1].replicas[2].lagRecords = 4;
        table->partitions[1].replicas[2].lag = 20ms;
        const auto lag = LagHistory::ofTable(*table, Instant()).zones[2];
        QCOMPARE(lag.records, 7u);
        QCOMPARE(lag.lag, Duration(30ms));
    }

    void theViewShowsRecordsAndMillisecondsOfWhatIsChosen() {
        widgets::LagView view;
        view.setScope(QStringLiteral("us-east-1"), QStringLiteral("t"));
        view.show();
        const auto show = [&view](Duration at, std::uint64_t records, Duration lag) {
            auto table = std::make_shared<observe::TableView>(*test::makeTable("t"));
            table->partitions[0].replicas[1].lagRecords = records;
            table->partitions[0].replicas[1].lag = lag;
            auto region = test::makeRegion("us-east-1", {std::move(table)});
            region->zones[1].lagRecords = 3 * records;
            region->zones[1].lag = 2 * lag;
            auto snapshot = test::makeSnapshot({std::move(region)});
            snapshot->at = Instant(at);
            // Once for each chart: they take turns.
            view.setSnapshot(snapshot);
            view.setSnapshot(snapshot);
        };
        show(1s, 0, 0ms);
        show(2s, 40, 900ms);
        QCOMPARE(view.valueText(1), QStringLiteral("b  120 records, 1.8 s"));
        QCOMPARE(view.recordsChart()->top(), 150.0);
        QCOMPARE(view.millisecondsChart()->top(), 2000.0);
        view.scopeBox()->setCurrentIndex(1);
        show(3s, 10, 100ms);
        QCOMPARE(view.valueText(1), QStringLiteral("b  10 records, 100 ms"));
        QCOMPARE(view.history().size(), std::size_t{3});
        // Drained: the present is 0, the peak is still in the picture.
        show(4s, 0, 0ms);
        QCOMPARE(view.valueText(1), QStringLiteral("b  0 records, 0 ms"));
        QCOMPARE(view.recordsChart()->top(), 40.0);
        QCOMPARE(view.millisecondsChart()->top(), 1000.0);
        // Another table comes to the front and goes: nothing is forgotten.
        view.setScope(QStringLiteral("us-east-1"), QStringLiteral("u"));
        QVERIFY(view.history().empty());
        view.setScope(QStringLiteral("us-east-1"), QStringLiteral("t"));
        QCOMPARE(view.history().size(), std::size_t{4});
    }

    void axesEndAtRoundNumbers() {
        using widgets::AxisEnd;
        QVERIFY(widgets::axisEnd(0) == (AxisEnd{4, 5}));
        QVERIFY(widgets::axisEnd(1) == (AxisEnd{4, 5}));
        QVERIFY(widgets::axisEnd(4) == (AxisEnd{4, 5}));
        QVERIFY(widgets::axisEnd(5) == (AxisEnd{6, 4}));
        QVERIFY(widgets::axisEnd(17) == (AxisEnd{20, 5}));
        QVERIFY(widgets::axisEnd(501) == (AxisEnd{600, 4}));
        QVERIFY(widgets::axisEnd(1000) == (AxisEnd{1000, 3}));
        QVERIFY(widgets::axisEnd(19'500) == (AxisEnd{20'000, 5}));
    }
};

ORRERY_TEST_CLASS(LagHistoryTest)
#include "lag_history_test.moc"
