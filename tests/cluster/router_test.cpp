// Goal: a router that finds a partition gone reports what is gone, and never returns a part of a
// page as the whole. Method: an index, or its table, is deleted during a scan of the index; pages
// over several ranges end at every limit.

#include <QTest>

#include <string>
#include <vector>

#include "core/types/storage_key.h"
#include "tests/cluster/world_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr int kItems = 40;

void makeTable(WorldHarness& world) {
    cluster::SecondaryIndex index;
    index.name = "ByColour";
    index.kind = cluster::IndexKind::Global;
    index.keys.partition = {"colour", types::AttributeType::String};
    world.createTable(false, {index});
    for (int i = 0; i < kItems; ++i)
        world.put("k" + std::to_string(i), {{"colour", "c" + std::to_string(i)}});
    world.run(1s);
}

std::uint64_t scanIndex(WorldHarness& world) {
    return world.submit("Scan", [](const cluster::Catalog& catalog, const auto& caller) {
        cluster::ReadRange range;
        range.table = catalog.find(caller, "T");
        range.indexName = "ByColour";
        range.begin = types::keySpaceBegin(range.table->indexes[0].space);
        range.end = types::keySpaceEnd(range.table->indexes[0].space);
        return ApiResult<cluster::Request>(std::move(range));
    });
}

/// One page over the items `keys`, each a range of its own.
std::uint64_t readItems(WorldHarness& world, const std::vector<std::string>& keys, bool forward,
                        std::uint64_t limit = UINT64_MAX) {
    return world.submit(
        "ExecuteStatement", [=](const cluster::Catalog& catalog, const auto& caller) {
            cluster::ReadRange range;
            range.table = catalog.find(caller, "T");
            range.consistent = true;
            range.forward = forward;
            range.limit = limit;
            for (const std::string& key : keys) {
                const std::string begin = types::storageKey(
                    range.table->space, {types::AttributeValue::string(key), std::nullopt});
                range.further.push_back({begin, types::prefixEnd(begin)});
            }
            range.begin = range.further.front().begin;
            range.end = range.further.front().end;
            range.further.erase(range.further.begin());
            return ApiResult<cluster::Request>(std::move(range));
        });
}

bool hasMore(const WorldHarness& world, std::uint64_t read) {
    return std::get<cluster::RangeReply>(*world.answer(read)->result).more;
}

}  // namespace

class RouterTest : public QObject {
    Q_OBJECT
private slots:
    void aPageOverManyRangesHasTheItemsInTheOrderOfTheRanges() {
        WorldHarness world;
        makeTable(world);
        const std::vector<std::string> wanted{"k7", "k1", "none", "k30", "k2", "k19"};
        const std::vector<std::string> found{"k7", "k1", "k30", "k2", "k19"};
        for (const bool forward : {true, false}) {
            const std::uint64_t all = readItems(world, wanted, forward);
            world.run(1s);
            QCOMPARE(world.keys(all), found);
            QVERIFY(!hasMore(world, all));
            std::vector<std::string> first;
            for (const std::string& last : found) {
                first.push_back(last);
                const std::uint64_t page = readItems(world, wanted, forward, first.size());
                world.run(1s);
                QCOMPARE(world.keys(page), first);
                QCOMPARE(hasMore(world, page), first.size() < found.size());
            }
        }
    }

    void anIndexThatIsDeletedUnderWayIsNamed() {
        WorldHarness world;
        makeTable(world);
        const std::uint64_t whole = scanIndex(world);
        world.run(1s);
        QCOMPARE(world.keys(whole).size(), std::size_t{kItems});
        const std::uint64_t scan = scanIndex(world);
        world.submit("UpdateTable", [](const cluster::Catalog& catalog, const auto& caller) {
            cluster::UpdateTable update;
            update.table = catalog.find(caller, "T");
            update.deleteIndexes.push_back("ByColour");
            return ApiResult<cluster::Request>(std::move(update));
        });
        world.run(2s);
        QVERIFY(world.failed(scan));
        QCOMPARE(QString::fromStdString(world.answer(scan)->result.error().message),
                 QString("The table does not have the specified index: ByColour"));
    }

    void aTableThatIsDeletedUnderWayIsNotFound() {
        WorldHarness world;
        makeTable(world);
        const std::uint64_t scan = scanIndex(world);
        world.submit("DeleteTable", [](const cluster::Catalog& catalog, const auto& caller) {
            return ApiResult<cluster::Request>(cluster::DeleteTable{catalog.find(caller, "T")});
        });
        world.run(2s);
        QVERIFY(world.failed(scan));
        QCOMPARE(world.answer(scan)->result.error().type, ErrorType::ResourceNotFound);
    }
};

ORRERY_TEST_CLASS(RouterTest)
#include "router_test.moc"
