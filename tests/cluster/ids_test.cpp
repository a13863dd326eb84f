// Goal: ids of key spaces and groups are never reused, even after restarts, and a folder in which
// an earlier version reused them is repaired. Method: worlds are reopened and judged.

#include <QTest>

#include "core/cluster/replicas/group_state.h"
#include "core/types/item_codec.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr int kItems = 20;

void addIndex(WorldHarness& world) {
    world.addIndex(test::colourIndex());
    world.run(1s);
}

void paint(WorldHarness& world, const std::string& colour) {
    for (int i = 0; i < kItems; ++i)
        world.put("k" + std::to_string(i), {{"colour", colour}});
    world.run(1s);
}

void checkPainted(WorldHarness& world, const std::string& colour) {
    const auto scan = world.scan(true);
    world.run(3s);
    QVERIFY(world.done(scan) && !world.failed(scan));
    const auto& page = std::get<cluster::RangeReply>(*world.answer(scan)->result);
    QCOMPARE(page.items.size(), std::size_t{kItems});
    for (const cluster::ItemView& item : page.items)
        QCOMPARE(*types::EncodedItem(item.attributes()).find("colour")->as<std::string>(), colour);
}

QString judged(WorldHarness& world) {
    for (int i = 0; i < 20; ++i) {
        world.flush();
        world.run(1s);
    }
    std::string wrong = test::judgeOwners(world.world(), world.store());
    if (wrong.empty()) wrong = test::judgeTables(world.world());
    if (wrong.empty()) wrong = test::judgeLeftovers(world.world(), world.store());
    return QString::fromStdString(wrong);
}

}  // namespace

class IdsTest : public QObject {
    Q_OBJECT
private slots:
    void theGroupsOfANewIndexAreItsOwnAfterARestart() {
        WorldHarness world;
        world.createTable();
        addIndex(world);
        world.restart();
        world.createTableNamed("Other");
        QCOMPARE(judged(world), QString());
    }

    /// Ids deleted just before a stop are not reclaimed yet; nothing new may take them.
    void idsToReclaimAreNotReused() {
        WorldHarness world;
        world.createTable();
        addIndex(world);
        paint(world, "red");
        world.flush();
        world.submit("DeleteTable", [](const cluster::Catalog& catalog, const auto& caller) {
            return ApiResult<cluster::Request>(cluster::DeleteTable{catalog.find(caller, "T")});
        });
        world.run(1ms);
        world.restart();
        world.createTable();
        paint(world, "blue");
        QCOMPARE(judged(world), QString());
        checkPainted(world, "blue");
    }

    void aFolderWithReusedIdsIsRepaired() {
        cluster::WorldOptions options;
        options.profile = cluster::Profile::dropIn();
        options.plantedBug = cluster::PlantedBug::CountersEarly;
        WorldHarness world(options);
        world.createTable();
        addIndex(world);
        world.restart();
        world.createTableNamed("Other");
        QVERIFY(!test::judgeOwners(world.world(), world.store()).empty());
        paint(world, "red");
        world.use("T");
        paint(world, "blue");
        world.options().plantedBug = cluster::PlantedBug::None;
        world.restart();
        QCOMPARE(world.world().notes().size(), std::size_t{1});
        QVERIFY(world.world().notes()[0].starts_with("Index ByColour of table T "));
        QCOMPARE(judged(world), QString());
        QCOMPARE(world.table()->status, cluster::TableStatus::Active);
        checkPainted(world, "blue");
        world.use("Other");
        checkPainted(world, "red");
        // The repair is permanent.
        world.restart();
        QVERIFY(world.world().notes().empty());
        paint(world, "green");
        QCOMPARE(judged(world), QString());
        checkPainted(world, "green");
    }

    /// While the calendar is paused, each timestamp is one nanosecond after the last.
    void commitTimestampsGoOnAfterAKill() {
        WorldHarness world;
        world.createTable();
        test::LogJudge logs;
        for (int round = 0; round < 3; ++round) {
            test::setClockSetting(world.world(), {.paused = true});
            for (int i = 0; i < kItems; ++i) {
                test::noteWallClock(world.world(), world.world().calendar(),
                                    cluster::Pace::Stopped);
                world.put("k" + std::to_string(i));
                world.run(0ms);
            }
            world.flush();
            QCOMPARE(QString::fromStdString(logs.judge(world.world(), world.store())), QString());
            world.kill();
        }
    }

    /// Version 1 of the counters and of the list of Regions has no version byte.
    void countersAndRegionsOfVersion1AreRead() {
        WorldHarness world;
        world.createTable();
        paint(world, "red");
        world.restart();
        storage::Turn turn;
        for (const char* name : {"next", "regions"}) {
            const auto value = world.store().value(name);
            QVERIFY(value && *value);
            QCOMPARE((*value)->substr(0, 2), std::string("\0\2", 2));
            turn.putValue(name, (*value)->substr(2));
        }
        world.store().commit(std::move(turn));
        world.sync();
        world.restart();
        checkPainted(world, "red");
        world.createTableNamed("Other");
        paint(world, "blue");
        QCOMPARE(judged(world), QString());
        QCOMPARE(world.world().makeSnapshot()->regions.size(), std::size_t{1});
    }

    void countersAndRegionsOfALaterVersionAreRefused() {
        for (const char* name : {"next", "regions"}) {
            const auto store = storage::MemoryStore::create();
            storage::Turn turn;
            turn.putValue(name, std::string("\0\3\1\1", 4));
            store->commit(std::move(turn));
            const auto opened = cluster::World::open(*store, {}, CalendarTime(2'000'000'000s));
            QVERIFY(!opened.has_value());
            QVERIFY(opened.error().message().find("newer version") != std::string::npos);
        }
    }

    void aGroupStateOfALaterVersionIsRefused() {
        WorldHarness world;
        world.createTable();
        paint(world, "red");
        world.sync();
        const auto first =
            world.world().makeSnapshot()->regions.at(0)->tables.at(0)->partitions.at(0);
        std::string state = **world.store().groupState(VolumeId(0), first.group);
        state.front() = '\x7f';
        storage::Turn turn;
        turn.putGroupState(VolumeId(0), first.group, state);
        world.store().commit(std::move(turn));
        world.sync();
        const auto store = world.store().reopened();
        const auto opened = cluster::World::open(*store, {}, CalendarTime(2'000'000'000s));
        QVERIFY(!opened.has_value());
        QCOMPARE(opened.error().message(),
                 "The state of partition " + std::to_string(first.group.value()) +
                     " was written by a newer version of Orrery; open the data folder with that "
                     "one.");
    }

    void aGroupStateIsReadAsItWasWritten() {
        cluster::GroupState state;
        state.lastCommitTimestamps = {CalendarTime(5s), CalendarTime(7s), CalendarTime()};
        state.lackedBytes = {0, 1000, 3};
        state.readers = {{"index", Lsn{9}}, {"stream", Lsn{70'000}}};
        const auto read = cluster::decodeGroupState(cluster::encodeGroupState(state));
        QVERIFY(read.has_value());
        QVERIFY(read->lackedBytes == state.lackedBytes);
        QVERIFY(read->lastCommitTimestamps == state.lastCommitTimestamps);
        QVERIFY(read->readers == state.readers);
    }
};

ORRERY_TEST_CLASS(IdsTest)
#include "ids_test.moc"
