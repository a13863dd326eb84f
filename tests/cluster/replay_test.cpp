#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: a restart reads each record once for the trees of all zones, which then share its image.
// Method: kills before a flush, and the memory that the store needs before and after.

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr int kItems = 100;

std::string keyOf(int i) {
    return "k" + std::to_string(i);
}

void writeItems(WorldHarness& t, const std::string& value) {
    for (int i = 0; i < kItems; ++i)
        t.put(keyOf(i), {{"v", value}});
    t.run(1s);
}

/// The number of items that a zone shows with this value.
int count(WorldHarness& t, std::uint8_t zone, const std::string& value) {
    int found = 0;
    for (int i = 0; i < kItems; ++i) {
        const std::uint64_t id = t.get(keyOf(i), false, zone);
        t.run(100ms);
        if (t.read(id) == value) ++found;
    }
    return found;
}

}  // namespace

class ReplayTest : public QObject {
    Q_OBJECT
private slots:
    void sharesARecordBetweenTheZonesThatLackIt() {
        WorldHarness t;
        t.createTable();
        const std::string value(1000, 'x');
        writeItems(t, value);
        t.sync();
        const std::uint64_t before = t.store().figures().memtableBytes;
        QVERIFY(before > kItems * value.size());
        t.reopen();
        QCOMPARE(t.store().figures().memtableBytes, before);
        for (const std::uint8_t zone : {0, 1, 2})
            QCOMPARE(count(t, zone, value), kItems);
    }

    void bringsEachZoneUpFromWhereItsTreeIs() {
        WorldHarness t;
        t.createTable();
        writeItems(t, "old");
        QVERIFY(test::failZone(t.world(), "us-east-1c", std::nullopt).has_value());
        t.run(10s);
        writeItems(t, "new");
        t.flush();
        test::healAll(t.world());
        t.run(60s);
        for (int i = 0; i < kItems; i += 2)
            t.put(keyOf(i), {{"v", "newest"}});
        t.run(1s);
        t.sync();
        t.reopen();
        for (const std::uint8_t zone : {0, 1, 2}) {
            QCOMPARE(count(t, zone, "newest"), kItems / 2);
            QCOMPARE(count(t, zone, "new"), kItems / 2);
        }
    }
};

ORRERY_TEST_CLASS(ReplayTest)
#include "replay_test.moc"
