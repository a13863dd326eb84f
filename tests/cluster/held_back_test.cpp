// Goal: while the store refuses writes, a world adds no data by itself, so its memory does not grow
// and readers see nothing that no file has; once writes are accepted again, everything continues.
// Method: each kind of background work is caught half-way, refused for minutes, and then finished.

#include <QtTest>
#include <algorithm>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::WorldHarness;

namespace {

constexpr const char* kZoneB = "us-east-1b";
constexpr int kItems = 6000;

void setAccepts(WorldHarness& t, bool accepts) {
    static_cast<void>(t.world().admit(StorageAccepts{accepts}));
}

void putItems(WorldHarness& t, const std::string& colour) {
    for (int i = 0; i < kItems; ++i) {
        t.put("k" + std::to_string(i), {{"colour", colour + std::to_string(i % 7)}});
        if (i % 100 == 0) t.run(5ms);
    }
    t.run(2s);
    t.flush();
}

test::RequestCall::Bind always(const Request& request) {
    return [request](const auto&, const auto&) { return ApiResult<Request>(request); };
}

std::uint64_t itemsFilled(WorldHarness& t) {
    for (const observe::JobView& job : t.world().jobs()) {
        if (job.kind == observe::JobKind::FillIndex) return job.done;
    }
    return 0;
}

bool isFilled(const WorldHarness& t) {
    return !t.table()->indexes.at(0).backfilling;
}

/// The records that all trees of a zone have applied, and those that its logs have.
std::uint64_t recordsOf(WorldHarness& t, VolumeId zone) {
    std::uint64_t count = 0;
    const auto snapshot = t.world().makeSnapshot();
    for (const auto& table : snapshot->regions.at(0)->tables) {
        for (const auto& partition : table->partitions) {
            count += t.store().mark(zone, partition.group)->applied.value();
            count += t.store().lastLsn(zone, partition.group)->value();
        }
    }
    return count;
}

}  // namespace

class HeldBackTest : public QObject {
    Q_OBJECT
private slots:
    void anIndexIsFilledOnlyWhileWritesAreAccepted() {
        WorldHarness t(Profile::serviceLike());
        t.createTable();
        putItems(t, "c");
        t.addIndex(test::colourIndex());
        for (int i = 0; i < 20'000 && itemsFilled(t) < 500; ++i)
            t.run(1ms);
        QVERIFY(itemsFilled(t) < kItems);
        setAccepts(t, false);
        t.run(1s);  // What was under way arrives.
        const std::uint64_t filled = itemsFilled(t);
        const std::uint64_t records = recordsOf(t, VolumeId(0));
        t.flush();
        t.run(5min);
        QVERIFY(!isFilled(t));
        QCOMPARE(itemsFilled(t), filled);
        QCOMPARE(recordsOf(t, VolumeId(0)), records);
        QCOMPARE(t.store().figures().memtableBytes, 0u);
        const auto read = t.get("k1", true);
        t.run(1s);
        QCOMPARE(t.read(read, "colour"), std::string("c1"));

        setAccepts(t, true);
        for (int i = 0; i < 2000 && !isFilled(t); ++i)
            t.run(50ms);
        QVERIFY(isFilled(t));
        t.run(2s);
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }

    // The changes that an index still lacks stay in the log of its table.
    void anIndexGetsChangesOnlyWhileWritesAreAccepted() {
        WorldHarness t(Profile::serviceLike());
        t.createTable(false, {test::colourIndex()});
        for (int i = 0; i < kItems; ++i)
            t.put("k" + std::to_string(i), {{"colour", "c" + std::to_string(i)}});
        t.run(5ms);
        setAccepts(t, false);
        t.run(5min);
        QVERIFY(!test::judgeTables(t.world()).empty());
        setAccepts(t, true);
        t.run(20s);
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }

    void itemsExpireOnlyWhileWritesAreAccepted() {
        Profile profile = Profile::serviceLike();
        profile.expiryDelay = 1s;
        WorldHarness t(profile);
        t.createTable();
        t.submit("UpdateTimeToLive", always(UpdateTimeToLive{t.table(), true, "ttl"}));
        t.run(10s);
        const auto due = std::chrono::floor<std::chrono::seconds>(
            t.world().calendar().sinceEpoch() + Duration(10s));
        WriteItem write;
        write.table = t.table();
        types::Item item;
        item.set("pk", types::AttributeValue::string("k"));
        const auto number = types::Number::parse(std::to_string(due.count()));
        item.set("ttl", types::AttributeValue::number(*number));
        write.key = {types::AttributeValue::string("k"), std::nullopt};
        write.action = PutAction{std::move(item)};
        const auto put = t.submit("PutItem", always(write));
        t.run(1s);
        QVERIFY(t.done(put) && !t.failed(put));
        setAccepts(t, false);
        t.run(5min);
        const auto before = t.get("k", true);
        t.run(1s);
        QVERIFY(t.done(before) && !t.failed(before));
        QCOMPARE(t.read(before, "pk"), std::string("k"));
        setAccepts(t, true);
        t.run(5s);
        const auto after = t.get("k", true);
        t.run(1s);
        QVERIFY(t.done(after) && !t.failed(after));
        QCOMPARE(t.read(after, "pk"), std::string());
    }

    // A zone that comes back gets neither records nor a copy, and its groups serve.
    void aZoneCatchesUpOnlyWhileWritesAreAccepted_data() {
        QTest::addColumn<bool>("needsCopy");
        QTest::newRow("by the log") << false;
        QTest::newRow("by a copy") << true;
    }
    void aZoneCatchesUpOnlyWhileWritesAreAccepted() {
        QFETCH(bool, needsCopy);
        LogBounds bounds;
        bounds.stepRecords = 8;
        bounds.rangeKeysMax = 50;
        if (needsCopy) bounds.groupHeldBytesMax = 2000;
        WorldHarness t(Profile::serviceLike(), 1, 16'384, bounds);
        t.createTable();
        putItems(t, "a");
        QVERIFY(test::failZone(t.world(), kZoneB, std::nullopt).has_value());
        t.run(3s);
        putItems(t, "b");
        setAccepts(t, false);
        test::healAll(t.world());
        t.run(2s);  // Elections and what they decide.
        const std::uint64_t records = recordsOf(t, VolumeId(1));
        t.run(5min);
        QCOMPARE(recordsOf(t, VolumeId(1)), records);
        QVERIFY(recordsOf(t, VolumeId(0)) > records + kItems);
        for (const std::uint8_t zone : {0, 2}) {
            const auto read = t.get("k1", true, zone);
            t.run(1s);
            QCOMPARE(t.read(read, "colour"), std::string("b1"));
        }
        setAccepts(t, true);
        t.run(20s);
        QCOMPARE(recordsOf(t, VolumeId(1)), recordsOf(t, VolumeId(0)));
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }
};

ORRERY_TEST_CLASS(HeldBackTest)
#include "held_back_test.moc"
