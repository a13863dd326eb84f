// Goal: while the store refuses writes, a world adds no data by itself, so its memory does not grow
// and readers see nothing that no file has; once writes are accepted again, everything continues.
// Method: each kind of background work is caught half-way, refused for minutes, and then finished.

#include <QTest>
#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "tests/cluster/transaction_calls.h"
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

std::optional<observe::JobView> expiryFilling(WorldHarness& t) {
    for (const observe::JobView& job : t.world().jobs()) {
        if (job.kind == observe::JobKind::FillExpiry) return job;
    }
    return std::nullopt;
}

/// Puts an item that expires at this second.
std::uint64_t putExpiring(WorldHarness& t, const std::string& pk, std::chrono::seconds expiry) {
    WriteItem write;
    write.table = t.table();
    types::Item item;
    item.set("pk", types::AttributeValue::string(pk));
    const auto number = types::Number::parse(std::to_string(expiry.count()));
    item.set("ttl", types::AttributeValue::number(*number));
    write.key = {types::AttributeValue::string(pk), std::nullopt};
    write.action = PutAction{std::move(item)};
    return t.submit("PutItem", always(write));
}

std::chrono::seconds inSeconds(WorldHarness& t, Duration from) {
    return std::chrono::floor<std::chrono::seconds>(t.world().calendar().sinceEpoch() + from);
}

void setStream(WorldHarness& t, std::optional<StreamView> enabled) {
    UpdateTable update;
    update.table = t.table();
    update.stream.emplace();
    update.stream->enabled = enabled;
    t.submit("UpdateTable", always(update));
}

std::vector<StreamPtr> streamsOf(WorldHarness& t) {
    return t.world().catalog().streams().ofTable(t.table()->space);
}

bool isFilled(const WorldHarness& t) {
    return !t.table()->indexes.at(0).backfilling;
}

/// A table whose index is being filled, with at least 500 of its items.
void fillHalfAnIndex(WorldHarness& t) {
    t.createTable();
    putItems(t, "c");
    t.addIndex(test::colourIndex());
    for (int i = 0; i < 20'000 && itemsFilled(t) < 500; ++i)
        t.run(1ms);
}

/// The index is filled, and what followed has arrived.
bool becomesFilled(WorldHarness& t) {
    for (int i = 0; i < 2000 && !isFilled(t); ++i)
        t.run(50ms);
    t.run(2s);
    return isFilled(t);
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
    void anIndexIsFilledOnlyWhileWritesAreAccepted_data() {
        QTest::addColumn<int>("accepted");
        QTest::newRow("nothing") << static_cast<int>(Accepted::Nothing);
        QTest::newRow("deletions") << static_cast<int>(Accepted::Deletions);
    }
    void anIndexIsFilledOnlyWhileWritesAreAccepted() {
        QFETCH(int, accepted);
        WorldHarness t(Profile::serviceLike());
        fillHalfAnIndex(t);
        QVERIFY(itemsFilled(t) < kItems);
        t.setAccepts(static_cast<Accepted>(accepted));
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

        t.setAccepts(true);
        QVERIFY(becomesFilled(t));
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }

    // Deletions go on, of items and of the table.
    void onlyDeletionsAreCarriedOutWhileLittleRoomIsLeft_data() {
        QTest::addColumn<int>("accepted");
        QTest::newRow("no growth") << static_cast<int>(Accepted::NoGrowth);
        QTest::newRow("deletions") << static_cast<int>(Accepted::Deletions);
    }
    void onlyDeletionsAreCarriedOutWhileLittleRoomIsLeft() {
        QFETCH(int, accepted);
        WorldHarness t(Profile::serviceLike());
        fillHalfAnIndex(t);
        t.setAccepts(static_cast<Accepted>(accepted));
        t.run(1s);
        const std::uint64_t filled = itemsFilled(t);
        QVERIFY(filled < kItems);
        const auto put = t.put("k1", {{"colour", "new"}});
        const auto erased = test::write(t, {.pk = "k2", .isDelete = true});
        t.run(5min);
        QVERIFY(t.failed(put));
        QVERIFY(t.done(erased) && !t.failed(erased));
        QVERIFY(!isFilled(t));
        QCOMPARE(itemsFilled(t), filled);
        t.setAccepts(true);
        QVERIFY(becomesFilled(t));
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
        t.setAccepts(static_cast<Accepted>(accepted));
        DeleteTable remove;
        remove.table = t.table();
        t.submit("DeleteTable", always(remove));
        t.run(10s);
        QVERIFY(t.table() == nullptr);
        t.reclaim();
        QCOMPARE(t.store().droppedKeysLeft(), std::uint64_t{0});
    }

    // The changes that an index still lacks stay in the log of its table.
    void anIndexGetsChangesOnlyWhileWritesAreAccepted() {
        WorldHarness t(Profile::serviceLike());
        t.createTable(false, {test::colourIndex()});
        for (int i = 0; i < kItems; ++i)
            t.put("k" + std::to_string(i), {{"colour", "c" + std::to_string(i)}});
        t.run(5ms);
        t.setAccepts(false);
        t.run(5min);
        QVERIFY(!test::judgeTables(t.world()).empty());
        t.setAccepts(true);
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
        const auto put = putExpiring(t, "k", inSeconds(t, 10s));
        t.run(1s);
        QVERIFY(t.done(put) && !t.failed(put));
        t.setAccepts(false);
        t.run(5min);
        const auto before = t.get("k", true);
        t.run(1s);
        QVERIFY(t.done(before) && !t.failed(before));
        QCOMPARE(t.read(before, "pk"), std::string("k"));
        t.setAccepts(true);
        t.run(5s);
        const auto after = t.get("k", true);
        t.run(1s);
        QVERIFY(t.done(after) && !t.failed(after));
        QCOMPARE(t.read(after, "pk"), std::string());
    }

    void expiriesAreNotedOnlyWhileWritesAreAccepted() {
        Profile profile = Profile::serviceLike();
        profile.expiryDelay = 1s;
        WorldHarness t(profile);
        t.createTable();
        for (int i = 0; i < 2000; ++i) {
            putExpiring(t, "k" + std::to_string(i), inSeconds(t, 60s));
            if (i % 100 == 0) t.run(5ms);
        }
        t.run(2s);
        t.submit("UpdateTimeToLive", always(UpdateTimeToLive{t.table(), true, "ttl"}));
        for (int i = 0; i < 20'000 && (!expiryFilling(t) || expiryFilling(t)->done == 0); ++i)
            t.run(1ms);
        QVERIFY(expiryFilling(t).has_value());
        t.setAccepts(false);
        t.run(1s);  // What was under way arrives.
        QVERIFY(expiryFilling(t).has_value());
        const std::uint64_t done = expiryFilling(t)->done;
        QVERIFY(done > 0 && done < 2000);
        const std::uint64_t records = recordsOf(t, VolumeId(0));
        t.run(5min);
        QVERIFY(expiryFilling(t).has_value());
        QCOMPARE(expiryFilling(t)->done, done);
        QCOMPARE(recordsOf(t, VolumeId(0)), records);

        t.setAccepts(true);
        t.run(30s);
        QVERIFY(!expiryFilling(t).has_value());
        const auto left = t.scan(true);
        t.run(1s);
        QCOMPARE(t.keys(left).size(), std::size_t{0});
    }

    // The record from which a stream begins is not written, and streams do not expire.
    void streamsChangeOnlyWhileWritesAreAccepted() {
        WorldHarness t(Profile::serviceLike());
        t.createTable();
        t.put("k", {{"v", "1"}});
        t.run(1min);  // No leader has its lease.
        setStream(t, StreamView::NewImage);
        while (streamsOf(t).empty())
            t.run(1us);
        t.setAccepts(false);
        t.run(5min);
        QCOMPARE(streamsOf(t).at(0)->status(), StreamStatus::Enabling);
        const auto read = t.get("k", true);
        t.run(5s);
        QCOMPARE(t.read(read), std::string("1"));
        QCOMPARE(streamsOf(t).at(0)->status(), StreamStatus::Enabling);
        t.setAccepts(true);
        t.run(10s);
        QCOMPARE(streamsOf(t).at(0)->status(), StreamStatus::Enabled);

        setStream(t, std::nullopt);
        t.run(1min);
        QCOMPARE(streamsOf(t).at(0)->status(), StreamStatus::Disabled);
        t.setAccepts(false);
        t.run(25h);
        QCOMPARE(streamsOf(t).size(), std::size_t{1});
        t.setAccepts(true);
        t.run(1min);
        QCOMPARE(streamsOf(t).size(), std::size_t{0});
    }

    // An item stays prepared for a transaction whose coordinator is lost.
    void transactionsAreRecoveredOnlyWhileWritesAreAccepted() {
        int caught = 0;
        for (int step = 1; step <= 30; ++step) {
            WorldHarness t(Profile::serviceLike());
            t.createTable();
            test::finish(t, {test::write(t, {.pk = "x", .item = test::Numbers{{"n", 1}}}),
                             test::write(t, {.pk = "y", .item = test::Numbers{{"n", 1}}})});
            test::transact(t,
                           {{.pk = "x", .item = test::Numbers{{"n", 2}}},
                            {.pk = "y", .item = test::Numbers{{"n", 2}}}},
                           "", 1);
            t.run(step * 500us);
            QVERIFY(test::failZone(t.world(), kZoneB, std::nullopt).has_value());
            t.run(4s);  // Elections. Nobody takes the transaction for a stalled one yet.
            t.setAccepts(false);
            const auto isPrepared = [&] {
                const auto read = test::transactGet(t, {"x", "y"});
                test::finish(t, {read});
                return test::outcomeOf(t, read).contains("TransactionConflict");
            };
            const auto records = [&] {
                const GroupId ledger = *t.store().lastGroup();
                return recordsOf(t, VolumeId(0)) + t.store().lastLsn(VolumeId(0), ledger)->value();
            };
            if (!isPrepared()) continue;
            ++caught;
            const std::uint64_t before = records();
            t.run(5min);
            QVERIFY(isPrepared());
            QCOMPARE(records(), before);
            t.setAccepts(true);
            t.run(20s);
            QVERIFY(!isPrepared());
            QVERIFY(records() > before);
        }
        qInfo("%d of 30 steps leave an item prepared", caught);
        QVERIFY(caught > 0);
    }

    void tablesSettleOnlyWhileWritesAreAccepted() {
        WorldHarness t(Profile::serviceLike());
        t.createTable();
        DeleteTable remove;
        remove.table = t.table();
        t.submit("DeleteTable", always(remove));
        while (t.table()->status == TableStatus::Active)
            t.run(1us);
        t.setAccepts(false);
        t.run(5min);
        QVERIFY(t.table() != nullptr);
        QCOMPARE(t.table()->status, TableStatus::Deleting);
        t.setAccepts(true);
        t.run(1s);
        QVERIFY(t.table() == nullptr);
    }

    // A zone that comes back gets neither records nor a copy, and its groups serve.
    void aZoneCatchesUpOnlyWhileWritesAreAccepted_data() {
        QTest::addColumn<bool>("needsCopy");
        QTest::addColumn<int>("accepted");
        const auto row = [](const char* name, bool needsCopy, Accepted accepted) {
            QTest::newRow(name) << needsCopy << static_cast<int>(accepted);
        };
        row("by the log", false, Accepted::Nothing);
        row("by a copy", true, Accepted::Nothing);
        row("by the log, little room", false, Accepted::Deletions);
        row("by a copy, little room", true, Accepted::Deletions);
        row("by a copy, no growth", true, Accepted::NoGrowth);
        row("by a copy, room for clients", true, Accepted::ClientWrites);
    }
    void aZoneCatchesUpOnlyWhileWritesAreAccepted() {
        QFETCH(bool, needsCopy);
        QFETCH(int, accepted);
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
        t.setAccepts(static_cast<Accepted>(accepted));
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
        t.setAccepts(true);
        t.run(20s);
        QCOMPARE(recordsOf(t, VolumeId(1)), recordsOf(t, VolumeId(0)));
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }
};

ORRERY_TEST_CLASS(HeldBackTest)
#include "held_back_test.moc"
