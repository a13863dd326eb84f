// Goal: a checksum scan reads whole replicas in bounded steps while the world continues, and its
// result belongs to the same applied LSN as the maintained checksums. Method: a table of which one
// step reads only a part; anything may happen between two steps.

#include "core/cluster/inspect/checksum_scan.h"

#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::Profile;
using cluster::World;
using test::WorldHarness;

namespace {

constexpr int kItems = 400;

std::string key(int number) {
    return "k" + std::to_string(number);
}

cluster::SecondaryIndex index(const char* name, cluster::IndexKind kind) {
    const bool isGlobal = kind == cluster::IndexKind::Global;
    cluster::SecondaryIndex index;
    index.name = name;
    index.kind = kind;
    index.keys.partition = {isGlobal ? "colour" : "pk", types::AttributeType::String};
    if (!isGlobal) index.keys.sort = {"colour", types::AttributeType::String};
    return index;
}

class Table {
public:
    explicit Table(Profile profile = Profile::dropIn(),
                   const std::vector<cluster::SecondaryIndex>& indexes = {})
        : t(std::move(profile)) {
        t.createTable(false, indexes);
        for (int i = 0; i < kItems; ++i)
            put(i, "first");
        t.run(60s);
    }

    // Two thousand bytes each, so one step reads about a hundred.
    void put(int number, const std::string& value) {
        t.put(key(number), {{"v", value + std::string(2000, '.')}, {"colour", value}});
    }
    void start() { m_id = test::startChecksums(t.world(), "T", "us-east-1").value(); }
    /// One step; returns the result once the scan has ended.
    std::optional<World::ChecksumsResult> step() {
        test::stepChecksums(t.world());
        auto result = t.world().takeChecksums(m_id);
        if (!result) return std::nullopt;
        return result;
    }
    void remove() {
        const auto removed = t.submit(
            "DeleteTable", [](const cluster::Catalog& catalog, const cluster::Caller& caller) {
                return ApiResult<cluster::Request>(cluster::DeleteTable{catalog.find(caller, "T")});
            });
        t.run(60s);
        QVERIFY(t.done(removed) && !t.failed(removed));
    }
    void addIndex() {
        const auto added = t.addIndex(index("ByColour", cluster::IndexKind::Global));
        t.run(0s);
        QVERIFY(t.done(added) && !t.failed(added));
    }

    WorldHarness t;

private:
    cluster::ChecksumLookId m_id{};
};

// Checks that the maintained and the scanned checksum of each replica agree, whatever its applied
// LSN.
void agrees(const std::vector<cluster::PartitionChecksums>& rows) {
    for (const auto& row : rows) {
        for (const auto& zone : row.zones) {
            QVERIFY(zone.scanned.has_value());
            QCOMPARE(*zone.scanned, zone.checksum);
            QCOMPARE(*zone.scannedCount, zone.itemCount);
            auto counted = zone.localIndexes;
            if (zone.itemCount == 0) counted.resize(zone.scannedLocalIndexes.size());
            QVERIFY(counted == zone.scannedLocalIndexes);
        }
    }
}

}  // namespace

class ChecksumScanTest : public QObject {
    Q_OBJECT
private slots:
    void readsInSteps() {
        Table table;
        table.start();
        int steps = 1;
        std::optional<World::ChecksumsResult> result;
        while (!(result = table.step()))
            ++steps;
        QVERIFY2(steps >= 3 * kItems * 2000 / (300 * 1024), qPrintable(QString::number(steps)));
        QVERIFY(!table.t.world().isScanningChecksums());
        agrees(**result);
        std::int64_t items = 0;
        for (const auto& row : **result)
            items += *row.zones[0].scannedCount;
        QCOMPARE(items, std::int64_t{kItems});
    }

    // Between any two steps, items before and after the mark are written, changed and removed.
    void agreesWhileWritesGoOn_data() {
        QTest::addColumn<bool>("delays");
        QTest::addColumn<bool>("indexes");
        QTest::newRow("at once") << false << false;
        QTest::newRow("at once, with indexes") << false << true;
        QTest::newRow("zones at their own pace") << true << false;
        QTest::newRow("zones at their own pace, with indexes") << true << true;
    }
    void agreesWhileWritesGoOn() {
        QFETCH(bool, delays);
        QFETCH(bool, indexes);
        std::vector<cluster::SecondaryIndex> all;
        if (indexes) all = {index("ByColour", cluster::IndexKind::Global)};
        Table table(delays ? Profile::serviceLike() : Profile::dropIn(), all);
        table.start();
        bool differed = false;
        std::optional<World::ChecksumsResult> result;
        for (int round = 0; !result; ++round) {
            for (int i = 0; i < 12; ++i)
                table.put((round * 37 + i * 31) % (kItems + 50), i % 2 == 0 ? "red" : "blue");
            for (int i = 0; i < 3; ++i)
                table.t.remove(key((round * 53 + i * 11) % kItems));
            table.t.run(700us);
            QVERIFY(round < 1000);
            result = table.step();
        }
        QVERIFY(result->has_value());
        agrees(**result);
        for (const auto& row : **result)
            differed = differed || row.zones[0].applied != row.zones[1].applied ||
                       row.zones[0].applied != row.zones[2].applied;
        QCOMPARE(differed, delays);  // Otherwise nothing was in flight.
    }

    void readsLocalIndexesToo() {
        WorldHarness t;
        t.createTable(true, {index("ByColour", cluster::IndexKind::Local)});
        for (int i = 0; i < 50; ++i) {
            std::map<std::string, std::string> item{{"sk", "s"}};
            if (i % 5 != 0) item["colour"] = "red";
            t.put(key(i), item);
        }
        t.run(0s);
        const auto rows = t.world().checksums("T", "us-east-1", true);
        QVERIFY(rows.has_value());
        agrees(*rows);
        std::int64_t entries = 0;
        for (const auto& row : *rows)
            entries += row.zones[0].scannedLocalIndexes.at(0).count;
        QCOMPARE(entries, std::int64_t{40});
    }

    void readsAnIndexThatIsAddedMeanwhile() {
        Table table;
        table.start();
        QVERIFY(!table.step());
        table.addIndex();
        std::optional<World::ChecksumsResult> result;
        while (!(result = table.step()))
            table.t.run(1ms);
        agrees(**result);
        bool hasIndex = false;
        for (const auto& row : **result)
            hasIndex = hasIndex || row.index == "ByColour";
        QVERIFY(hasIndex);
    }

    void saysThatTheTableIsGone() {
        Table table;
        table.start();
        QVERIFY(!table.step());
        table.remove();
        const auto gone = table.step();
        QVERIFY(gone.has_value() && !gone->has_value());
        QCOMPARE(gone->error(), std::string("Table T was deleted while its replicas were read."));
        // Another table with the same name.
        table.t.createTable();
        QVERIFY(!table.t.world().isScanningChecksums());
    }

    void dropsWhatNobodyWaitsFor() {
        Table table;
        World& world = table.t.world();
        std::vector<cluster::ChecksumLookId> ids;
        for (auto id = test::startChecksums(world, "T", ""); id;
             id = test::startChecksums(world, "T", ""))
            ids.push_back(*id);
        test::stepChecksums(world);
        for (const auto id : ids)
            test::dropChecksums(world, id);
        QVERIFY(!world.isScanningChecksums());
        table.t.put("after", {{"v", "1"}});
        table.t.run(1s);
        QVERIFY(test::startChecksums(world, "T", "").has_value());
    }

    void takesOneLookAfterTheOther() {
        Table table;
        World& world = table.t.world();
        QVERIFY(!test::startChecksums(world, "Nope", "us-east-1").has_value());
        std::vector<cluster::ChecksumLookId> ids;
        for (auto id = test::startChecksums(world, "T", ""); id;
             id = test::startChecksums(world, "T", ""))
            ids.push_back(*id);
        QVERIFY(ids.size() > 1 && ids.size() < 100);
        for (const auto id : ids) {
            std::optional<World::ChecksumsResult> result;
            while (!(result = world.takeChecksums(id)))
                test::stepChecksums(world);
            agrees(**result);
        }
        QVERIFY(test::startChecksums(world, "T", "").has_value());
    }

    // It is a look: it changes neither the trace nor the hash nor the events that are due.
    void leavesNoTrace() {
        Table table;
        World& world = table.t.world();
        const auto hash = world.eventHash();
        const auto last = world.trace().last();
        const auto due = world.nextEventAt();
        table.start();
        while (!table.step()) {
        }
        QCOMPARE(world.eventHash(), hash);
        QVERIFY(world.trace().last() == last);
        QVERIFY(world.nextEventAt() == due);
    }
};

ORRERY_TEST_CLASS(ChecksumScanTest)
#include "checksum_scan_test.moc"
