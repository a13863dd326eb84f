// Goal: what looks show of a zone without power is the same before and after the process is killed.
// Method: the trees of that zone have not reached the disk when the process ends, but its logs
// have.

#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::WorldHarness;

namespace {

constexpr int kItems = 40;
constexpr ZoneIndex kDark(1);
constexpr const char* kDarkName = "us-east-1b";

std::string name(int item) {
    return "k" + std::to_string(item);
}

void putItems(WorldHarness& t, const std::string& value) {
    for (int i = 0; i < kItems; ++i)
        t.put(name(i), {{"v", value}});
    t.run(2s);
    t.sync();
}

/// What each look shows of the zone.
std::vector<std::string> looksAt(WorldHarness& t, ZoneIndex zone) {
    std::vector<std::string> lines;
    for (int i = 0; i < kItems; ++i) {
        types::Item key;
        key.set("pk", types::AttributeValue::string(name(i)));
        const auto look = t.world().lookItem({"us-east-1", "T", key});
        const ItemLook::Version& shown = look->versions[zone.value()];
        lines.push_back(name(i) + ": item of record " + std::to_string(shown.itemLsn.value()) +
                        ", applied " + std::to_string(shown.applied.value()) + ", behind " +
                        std::to_string(shown.behindRecords));
    }
    const auto rows = t.world().lookItems({"us-east-1", "T", "", zone, "", 0, 1000});
    for (const auto& row : rows->rows)
        lines.push_back(row.storageKey + std::string(row.item.attributes()));
    const auto sums = t.world().checksums("T", "us-east-1", true);
    for (const PartitionChecksums& partition : *sums) {
        const auto& one = partition.zones[zone.value()];
        lines.push_back(std::to_string(partition.group.value()) + ": " +
                        std::to_string(one.itemCount) + " items, sum " +
                        std::to_string(one.checksum) + ", scanned " + std::to_string(*one.scanned));
    }
    return lines;
}

}  // namespace

class DarkZoneTest : public QObject {
    Q_OBJECT
private slots:
    void looksTheSameAfterAKill_data() {
        QTest::addColumn<bool>("isLeftBehind");
        QTest::newRow("its log is kept") << false;
        QTest::newRow("it needs a copy") << true;
    }
    void looksTheSameAfterAKill() {
        QFETCH(bool, isLeftBehind);
        LogBounds bounds;
        bounds.stepRecords = 8;
        if (isLeftBehind) bounds.groupHeldBytesMax = 100;
        WorldHarness t(Profile::serviceLike(), 1, 16'384, bounds);
        t.createTable();
        putItems(t, "first");
        QVERIFY(test::failZone(t.world(), kDarkName, std::nullopt).has_value());
        t.run(5s);
        for (const char* later : {"second", "third", "fourth"})
            putItems(t, later);
        const std::vector<std::string> before = looksAt(t, kDark);
        QCOMPARE(before.size(), std::size_t{2 * kItems + 4});
        for (int kills = 0; kills < 2; ++kills) {
            t.kill();
            const std::vector<std::string> after = looksAt(t, kDark);
            QCOMPARE(after.size(), before.size());
            for (std::size_t i = 0; i < before.size(); ++i)
                QCOMPARE(after[i], before[i]);
        }
        test::healAll(t.world());
        t.run(30s);
        QCOMPARE(looksAt(t, kDark), looksAt(t, ZoneIndex(0)));
    }
};

ORRERY_TEST_CLASS(DarkZoneTest)
#include "dark_zone_test.moc"
