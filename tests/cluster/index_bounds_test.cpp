// Goal: work for global indexes is proportional to what changed, in a world of many tables: a
// deletion and an answer cost the same however many other tables have an index. Method: the parts
// of the indexes alone, on many small tables; what they look at is counted.

#include <QTest>
#include <set>

#include "core/cluster/indexes/global_indexes.h"
#include "core/cluster/replicas/jobs.h"
#include "core/storage/stores.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/group_events.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;

namespace {

constexpr ZoneIndex kA(0);
constexpr RegionId kRegion(0);
constexpr std::uint32_t kTables = 30;
constexpr std::size_t kPartitions = 4;
constexpr std::size_t kItems = 20;

KeySpaceId tableSpace(std::uint32_t table) {
    return KeySpaceId(2 * table + 1);
}

KeySpaceId indexSpace(std::uint32_t table) {
    return KeySpaceId(2 * table + 2);
}

/// Tables of four partitions, each with an index of one partition. All are led by zone a.
class ManyTables : private GroupListener {
public:
    /// Messages of an index arrive only if `isConnected`.
    explicit ManyTables(bool isConnected)
        : store(storage::MemoryStore::create()),
          world(*store, Profile::serviceLike(), 1, 100),
          replicator(world),
          jobs(world),
          indexes(world, replicator, jobs),
          m_isConnected(isConnected) {
        world.addRegion("us-east-1");
        indexes.sender.setShown([](Group&, ZoneIndex, Lsn) {}, [](GroupId) { return false; });
        indexes.backfill.setFilled(
            [this](KeySpaceId, KeySpaceId index) { filled.push_back(index); });
        replicator.setListener(*this);
        for (std::uint32_t table = 0; table < kTables; ++table)
            makeTable(table);
        run(1s);
    }

    void run(Duration by) {
        test::runGroupEvents(world, replicator, world.now + by, [this](const Event& event) {
            if (const auto* retry = std::get_if<IndexRetry>(&event)) indexes.sender.on(*retry);
            if (const auto* step = std::get_if<JobStep>(&event)) jobs.on(*step);
            if (!m_isConnected) return;
            if (const auto* batch = std::get_if<IndexBatchArrives>(&event))
                indexes.receiver.on(*batch);
            if (const auto* answer = std::get_if<IndexBatchAnswered>(&event))
                indexes.sender.on(*answer);
        });
        test::commitGroupTurn(world, replicator);
    }

    /// Some items in each partition of each table.
    void write() {
        for (std::uint32_t table = 0; table < kTables; ++table) {
            for (std::size_t item = 0; item < kItems; ++item)
                put(table, "k" + std::to_string(item));
        }
        run(500ms);
    }
    std::size_t unanswered(std::uint32_t table) const {
        std::size_t changes = 0;
        for (const GroupId base : world.partitions.ofSpace(tableSpace(table)))
            changes += indexes.sender.unanswered(base);
        return changes;
    }
    const TableDescription& description(std::uint32_t table) const {
        return *world.catalog.find(tableSpace(table));
    }

    std::unique_ptr<storage::MemoryStore> store;
    WorldState world;
    Replicator replicator;
    Jobs jobs;
    GlobalIndexes indexes;
    std::vector<KeySpaceId> filled;

private:
    void makeTable(std::uint32_t table) {
        const KeySpaceId space = tableSpace(table);
        auto description = std::make_shared<TableDescription>();
        description->name = "T" + std::to_string(table);
        description->space = space;
        description->keys.partition = {"pk", types::AttributeType::String};
        SecondaryIndex index;
        index.kind = IndexKind::Global;
        index.space = indexSpace(table);
        index.keys.partition = {"colour", types::AttributeType::String};
        description->indexes.push_back(index);
        world.catalog.put(description);
        std::string begin;
        for (std::size_t i = 1; i <= kPartitions; ++i) {
            const std::string end =
                i == kPartitions
                    ? std::string()
                    : types::keyAtFraction(space, i, kPartitions).substr(types::kKeySpaceBytes);
            makeGroup(GroupKind::Table, space, space, std::exchange(begin, end), end);
        }
        makeGroup(GroupKind::Index, space, indexSpace(table), "", "");
        indexes.sender.tableChanged(*description);
    }
    void makeGroup(GroupKind kind, KeySpaceId table, KeySpaceId space, const std::string& begin,
                   const std::string& end) {
        const GroupId id(m_nextGroup++);
        Group& group = replicator.create({id, kind, kRegion, table, space, begin, end, kA});
        group.schema = std::make_shared<table::ApplySchema>(table::ApplySchema{id, {}, {}});
        replicator.requestLease(group, kA);
    }
    void put(std::uint32_t table, const std::string& name) {
        types::Item item;
        item.set("pk", types::AttributeValue::string(name));
        item.set("colour", types::AttributeValue::string("red"));
        table::LogRecord record;
        record.kind = table::RecordKind::Put;
        record.space = tableSpace(table);
        record.key = types::storageKey(tableSpace(table),
                                       {types::AttributeValue::string(name), std::nullopt});
        record.newImage = types::encodeItem(item);
        Group& base = *world.findGroup(world.partitions.find(record.key));
        replicator.propose(base, *base.servingLeader(world.now), std::move(record));
    }

    bool waits(const Group& group) const override { return indexes.receiver.waits(group.id); }
    void moved(Group& group) override { indexes.moved(group); }
    void removed(GroupId group) override { indexes.receiver.forget(group); }

    const bool m_isConnected;
    std::uint32_t m_nextGroup = 1;
};

}  // namespace

class IndexBoundsTest : public QObject {
    Q_OBJECT
private slots:
    void aDeletedTableCostsNothingForTheOthers() {
        ManyTables t(false);
        t.write();
        for (std::uint32_t table = 0; table < kTables; ++table)
            QCOMPARE(t.unanswered(table), kItems);
        const std::uint64_t before = t.indexes.sender.sourcesVisited();
        t.indexes.forgetIndex(tableSpace(3), indexSpace(3));
        QCOMPARE(t.unanswered(3), std::size_t{0});
        t.indexes.forgetTable(tableSpace(3));
        QCOMPARE(t.indexes.sender.sourcesVisited() - before, std::uint64_t{2 * kPartitions});
        for (std::uint32_t table = 0; table < kTables; ++table)
            QCOMPARE(t.unanswered(table), table == 3 ? std::size_t{0} : kItems);
    }

    void anAnswerConcernsTheFillingsOfItsPartitionOnly() {
        ManyTables t(true);
        t.write();
        const std::uint64_t before = t.indexes.backfill.partitionsChecked();
        QCOMPARE(before, std::uint64_t{0});
        for (std::uint32_t table = 0; table < kTables; ++table)
            t.indexes.backfill.begin(t.description(table), indexSpace(table));
        t.run(10s);
        QCOMPARE(t.filled.size(), std::size_t{kTables});
        QCOMPARE(std::set(t.filled.begin(), t.filled.end()).size(), std::size_t{kTables});
        QVERIFY(t.jobs.ofKind(JobKind::FillIndex).empty());
        // One at the end of each scan, and one for each of its few batches.
        const std::uint64_t checked = t.indexes.backfill.partitionsChecked() - before;
        QVERIFY2(checked <= std::uint64_t{3 * kTables * kPartitions},
                 qPrintable(QString::number(checked)));
    }

    void aDeletedTableEndsItsFillingsOnly() {
        ManyTables t(false);
        t.write();
        for (std::uint32_t table = 0; table < kTables; ++table)
            t.indexes.backfill.begin(t.description(table), indexSpace(table));
        QCOMPARE(t.jobs.ofKind(JobKind::FillIndex).size(), std::size_t{kTables * kPartitions});
        t.indexes.forgetTable(tableSpace(3));
        t.indexes.forgetIndex(tableSpace(4), indexSpace(4));
        QVERIFY(t.jobs.ofSpace(JobKind::FillIndex, indexSpace(3)).empty());
        QVERIFY(t.jobs.ofSpace(JobKind::FillIndex, indexSpace(4)).empty());
        QCOMPARE(t.jobs.ofKind(JobKind::FillIndex).size(),
                 std::size_t{(kTables - 2) * kPartitions});
    }
};

ORRERY_TEST_CLASS(IndexBoundsTest)
#include "index_bounds_test.moc"
