#include <algorithm>
#include <deque>
#include <future>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <QTest>

#include "core/base/check.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: a restart reads each record once for the trees of all zones, which then share its image; a
// helper thread changes nothing but the time.
// Method: kills before a flush, and the memory that the store needs before and after; the same
// world with and without a helper thread.

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

/// Runs every second piece on another thread.
class Helper : public storage::HelperThread {
public:
    void share(std::vector<std::unique_ptr<storage::Piece>> pieces) override {
        shared += static_cast<int>(pieces.size());
        std::ranges::move(pieces, std::back_inserter(m_left));
    }
    std::unique_ptr<storage::Piece> next() override {
        std::unique_ptr<storage::Piece> piece = std::move(m_left.front());
        m_left.pop_front();
        std::future<void> aside;
        if (!m_left.empty() && m_left.size() % 2 == 0)
            aside = std::async(std::launch::async, [&] { piece->run(storage::Reader::Worker); });
        else
            piece->run(storage::Reader::Owner);
        if (aside.valid()) aside.get();
        return piece;
    }
    void drop() override { m_left.clear(); }

    int shared = 0;

private:
    std::deque<std::unique_ptr<storage::Piece>> m_left;
};

/// Kills a world with thousands of records that no tree has on disk, where the tree of one zone
/// began to lack them earlier than those of the others. Returns its hash after the next start.
std::uint64_t hashAfterReplay(storage::HelperThread* helper) {
    cluster::WorldOptions options;
    options.seed = 7;
    options.helper = helper;
    WorldHarness t(options);
    t.createTable();
    t.run(10s);
    const std::uint8_t behind = 2;
    CHECK(test::failZone(t.world(), "us-east-1c", std::nullopt).has_value());
    for (int i = 0; i < kItems; ++i)
        t.put(keyOf(i), {{"v", "first"}});
    t.run(10s);
    t.flush();
    test::healAll(t.world());
    for (int round = 0; round < 60; ++round) {
        for (int i = 0; i < kItems; ++i)
            t.put(keyOf(i), {{"v", std::to_string(round)}});
        t.run(1s);
    }
    t.sync();
    t.reopen();
    CHECK(count(t, behind, "59") == kItems);
    return t.world().eventHash();
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

    void isTheSameWithAHelperThread() {
        Helper helper;
        const std::uint64_t withHelper = hashAfterReplay(&helper);
        QVERIFY2(helper.shared >= 16, "Each of four partitions has enough to read.");
        QCOMPARE(withHelper, hashAfterReplay(nullptr));
    }
};

ORRERY_TEST_CLASS(ReplayTest)
#include "replay_test.moc"
