#include <QTest>

#include <algorithm>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: leaders come back to a zone that is well again, without an error and without a gap of two
// seconds; groups that nobody uses are left alone.
// Method: a zone is lost and healed while every partition is written to.

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr const char* kZoneA = "us-east-1a";

/// Writes to all partitions for a while. Returns how many writes failed or took 300 ms.
int writeFor(WorldHarness& t, Duration length) {
    int bad = 0;
    const Instant until = t.world().now() + length;
    for (int round = 0; t.world().now() < until; ++round) {
        std::vector<std::uint64_t> puts;
        for (int i = 0; i < 16; ++i)
            puts.push_back(t.put("k" + std::to_string(i), {{"v", std::to_string(round)}}, 1));
        t.run(300ms);
        bad += static_cast<int>(std::ranges::count_if(
            puts, [&](std::uint64_t put) { return !t.done(put) || t.failed(put); }));
    }
    return bad;
}

}  // namespace

class HandOverTest : public QObject {
    Q_OBJECT
private slots:
    void leadersComeBackToAZoneThatIsWell() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        writeFor(t, 1s);
        const std::vector<int> before = t.leaders();
        QVERIFY(std::ranges::count(before, 0) > 0);
        QVERIFY(test::failZone(t.world(), kZoneA, 5s).has_value());
        writeFor(t, 4s);
        QCOMPARE(std::ranges::count(t.leaders(), 0), 0);
        t.run(2s);
        QCOMPARE(writeFor(t, 6s), 0);
        QCOMPARE(t.leaders(), before);
    }

    // What is stored of a table while a zone is away must not make others the appointed ones.
    void leadersComeBackAfterATableWasChangedMeanwhile() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        writeFor(t, 1s);
        const std::vector<int> before = t.leaders();
        QVERIFY(std::ranges::count(before, 0) > 0);
        QVERIFY(test::failZone(t.world(), kZoneA, std::nullopt).has_value());
        writeFor(t, 4s);
        QCOMPARE(std::ranges::count(t.leaders(), 0), 0);
        const auto update = t.addIndex(test::colourIndex());
        writeFor(t, 1s);
        QVERIFY(t.done(update) && !t.failed(update));
        test::healAll(t.world());
        t.run(2s);
        t.restart();
        writeFor(t, 6s);
        QCOMPARE(t.leaders(), before);
    }

    void leadersStayWhereNobodyWrites() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        writeFor(t, 1s);
        QVERIFY(test::failZone(t.world(), kZoneA, 5s).has_value());
        writeFor(t, 4s);
        const std::vector<int> during = t.leaders();
        t.run(30s);
        QCOMPARE(t.leaders(), during);
        const std::uint64_t messages = t.world().makeSnapshot()->totals.messages;
        t.run(60s);
        QCOMPARE(t.world().makeSnapshot()->totals.messages, messages);
    }
};

ORRERY_TEST_CLASS(HandOverTest)
#include "hand_over_test.moc"
