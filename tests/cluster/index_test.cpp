// Goal: a global index comes to reflect its table, whatever happened on the way, without any
// further request. Method: the contents of table and index at the replicas are compared.

#include <QTest>
#include <algorithm>
#include <map>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/prng.h"
#include "core/cluster/replicas/jobs.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr int kManyItems = 20'000;

void createTableWithIndex(WorldHarness& world) {
    world.createTable(false, {test::colourIndex()});
}

std::uint64_t paint(WorldHarness& world, int item, const std::string& colour,
                    std::uint8_t zone = 0) {
    return world.put("k" + std::to_string(item), {{"colour", colour}}, zone);
}

/// The colour by partition key, as stored in a zone.
std::multimap<std::string, std::string> contents(WorldHarness& world, const std::string& index,
                                                 std::uint8_t zone = 0) {
    std::multimap<std::string, std::string> found;
    cluster::ItemsLookRequest request{"us-east-1", "T", index, ZoneIndex(zone), "", 0, 1000, false};
    for (bool more = true; more;) {
        const auto look = world.world().lookItems(request);
        CHECK(look.has_value());
        for (const auto& row : look->rows) {
            request.after = row.storageKey;
            const types::EncodedItem item(row.item.attributes());
            if (const auto colour = item.find("colour"))
                found.emplace(*item.find("pk")->as<std::string>(), *colour->as<std::string>());
        }
        more = look->more;
    }
    return found;
}

/// The differences between the table and its index in any zone; empty if there are none.
QString differences(WorldHarness& world) {
    const auto table = contents(world, "");
    for (std::uint8_t zone = 0; zone < 3; ++zone) {
        const auto index = contents(world, "ByColour", zone);
        if (index == table) continue;
        QString text = QString("zone %1: %2 items, %3 entries;").arg(zone).arg(table.size());
        text = text.arg(index.size());
        for (const auto& [key, colour] : table) {
            if (index.count(key) != 1 || index.find(key)->second != colour)
                return text + " first " + QString::fromStdString(key);
        }
        return text + " entries of nothing";
    }
    return {};
}

bool isFilled(const WorldHarness& world) {
    return !world.table()->indexes.at(0).backfilling;
}

void runUntilFilled(WorldHarness& world) {
    for (int i = 0; i < 2000 && !isFilled(world); ++i)
        world.run(50ms);
    world.run(2s);
}

/// By base partition, as the jobs of fillings have them in the store.
using Saved = std::map<GroupId, std::string>;
Saved savedCursors(WorldHarness& world) {
    Saved saved;
    const auto values = world.store().values("job/");
    for (const auto& [name, bytes] : *values) {
        const auto job = cluster::decodeJob(bytes);
        CHECK(job.has_value());
        if (job->kind == cluster::JobKind::FillIndex) saved[job->group] = job->cursor;
    }
    return saved;
}

struct IndexSize {
    std::uint64_t records = 0;
    std::uint64_t entries = 0;  ///< Includes records in the log that are not applied yet.
};

IndexSize sizeOfIndex(WorldHarness& world) {
    IndexSize size;
    const auto snapshot = world.world().makeSnapshot();
    for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->indexes.at(0).partitions) {
        const observe::ReplicaView& replica = partition.replicas[0];
        const auto last =
            std::ranges::max(partition.replicas, {}, &observe::ReplicaView::persisted);
        size.records += replica.applied.value();
        size.entries += static_cast<std::uint64_t>(replica.itemCount) + last.persisted.value() -
                        replica.applied.value();
    }
    return size;
}

/// The items of the table that the cursors have passed. Its four partitions are the first groups.
std::uint64_t itemsPassed(WorldHarness& world, const Saved& cursors) {
    std::uint64_t passed = 0;
    for (const auto& [group, bytes] : cursors) {
        ByteReader in(bytes);
        in.varint();
        const std::string next(in.sized());
        const std::string begin = types::keyAtFraction(world.table()->space, group.value() - 1, 4);
        if (next <= begin) continue;
        const auto scanned =
            world.store().scan(VolumeId(0), begin, next, storage::ScanDirection::Forward,
                               [&](std::string_view, std::string_view) {
                                   ++passed;
                                   return storage::ScanStep::Continue;
                               });
        CHECK(scanned.has_value());
    }
    return passed;
}

}  // namespace

class IndexTest : public QObject {
    Q_OBJECT
private slots:
    /// Items deleted or changed before the index was created leave no record in the log that could
    /// undo them.
    void aNewIndexShowsWhatIsThereNow() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        paint(world, 1, "red");
        world.run(50ms);
        world.remove("k1");
        paint(world, 2, "red");
        world.run(50ms);
        paint(world, 2, "blue");
        paint(world, 3, "red");
        world.addIndex(test::colourIndex());  // While the last two are in flight.
        paint(world, 3, "green");
        runUntilFilled(world);
        QVERIFY(isFilled(world));
        QCOMPARE(differences(world), QString());
        QCOMPARE(contents(world, "").size(), std::size_t{2});
    }

    void aNewIndexIsFilledWhileWritesGoOn() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        for (int i = 0; i < kManyItems; ++i) {
            paint(world, i, "red");
            if (i % 500 == 0) world.run(5ms);
        }
        const auto added = world.addIndex(test::colourIndex());
        for (int i = 0; i < 500; ++i) {
            paint(world, i * 3, "white");
            world.remove("k" + std::to_string(i * 3 + 1));
            world.run(2ms);
        }
        runUntilFilled(world);
        QVERIFY(world.done(added) && !world.failed(added) && isFilled(world));
        QCOMPARE(contents(world, "").size(), std::size_t{kManyItems - 500});
        QCOMPARE(differences(world), QString());
        world.sync();
        QCOMPARE(savedCursors(world), Saved());
    }

    // GSI.OnlineOps: only while resources are allocated is the table UPDATING.
    void theTableIsActiveWhileAnIndexIsFilled() {
        using cluster::TableStatus;
        WorldHarness world(cluster::Profile::dropIn());
        world.createTable();
        for (int i = 0; i < kManyItems; ++i) {
            paint(world, i, "red");
            if (i % 500 == 0) world.run(5ms);
        }
        world.run(1s);
        world.addIndex(test::colourIndex());
        world.run(Duration{});
        const auto request = [&](const auto& make) {
            const auto call = world.submit("Change", [&](const auto& catalog, const auto& caller) {
                return ApiResult<cluster::Request>(make(catalog.find(caller, "T")));
            });
            world.run(Duration{});
            return world.done(call) && !world.failed(call);
        };
        const auto remove = [](const auto& table) { return cluster::DeleteTable{table}; };
        const auto addAnother = [](const auto& table) {
            cluster::UpdateTable update;
            update.table = table;
            update.createIndexes.push_back(test::colourIndex());
            update.createIndexes.back().name = "Other";
            return update;
        };
        const auto deleteIt = [](const auto& table) {
            cluster::UpdateTable update;
            update.table = table;
            update.deleteIndexes.push_back("ByColour");
            return update;
        };
        QCOMPARE(world.table()->status, TableStatus::Active);
        QCOMPARE(world.table()->indexes.at(0).status, TableStatus::Creating);
        QVERIFY(!isFilled(world));
        QVERIFY(!request(remove));
        QVERIFY(!request(addAnother));
        QVERIFY(request(deleteIt));
        world.run(1s);
        world.sync();
        QVERIFY(world.table()->indexes.empty());
        QCOMPARE(world.table()->status, TableStatus::Active);
        QCOMPARE(savedCursors(world), Saved());
        world.kill();
        QVERIFY(request(addAnother));
        world.run(20s);
        QCOMPARE(world.table()->indexes.at(0).status, TableStatus::Active);
    }

    void aNewIndexIsFilledWhileALeaderIsLost() {
        for (int zone = 0; zone < 3; ++zone) {
            WorldHarness world(cluster::Profile::serviceLike());
            world.createTable();
            for (int i = 0; i < 2000; ++i)
                paint(world, i, "red");
            world.run(2ms);
            world.addIndex(test::colourIndex());
            const std::string name = std::string("us-east-1") + static_cast<char>('a' + zone);
            QVERIFY(test::failZone(world.world(), name, 5s).has_value());
            runUntilFilled(world);
            world.run(10s);
            QVERIFY(isFilled(world));
            QCOMPARE(differences(world), QString());
        }
    }

    void aKillCostsNoMoreThanWhatCameAfterTheCursor() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        for (int i = 0; i < kManyItems; ++i) {
            paint(world, i, "c" + std::to_string(i % 7));
            if (i % 500 == 0) world.run(5ms);
        }
        world.run(1s);
        world.addIndex(test::colourIndex());
        std::uint64_t kills = 0;
        std::uint64_t again = 0;
        Saved before;
        for (int i = 0; i < 20'000 && !isFilled(world); ++i) {
            world.run(5ms);
            world.sync();
            const Saved now = savedCursors(world);
            if (now == before || isFilled(world)) continue;
            before = now;
            again += sizeOfIndex(world).entries - itemsPassed(world, now);
            world.kill();
            ++kills;
        }
        QVERIFY(isFilled(world));
        QVERIFY2(kills >= 3, qPrintable(QString::number(kills)));
        world.run(2s);
        QCOMPARE(differences(world), QString());
        // A restart from the beginning would add up to twenty thousand more with each kill.
        constexpr std::uint64_t kNoOps = 100;
        const std::uint64_t records = sizeOfIndex(world).records;
        QVERIFY2(records <= kManyItems + again + kNoOps,
                 qPrintable(QString("%1 records, %2 kills, %3 items that came after the cursor")
                                .arg(records)
                                .arg(kills)
                                .arg(again)));
        QCOMPARE(savedCursors(world), Saved());
    }

    /// The backfill of a new index runs together with new changes: a repeated batch of both must
    /// not undo a change.
    void aRepeatedBatchUndoesNothingWhileAnIndexIsFilled() {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            Prng prng(seed);
            WorldHarness world(cluster::Profile::serviceLike(), seed);
            world.createTable();
            constexpr int kItems = 3000;
            for (int i = 0; i < kItems; ++i)
                paint(world, i, "red");
            world.run(10s);
            world.addIndex(test::colourIndex());
            for (int step = 0; step < 1500; ++step) {
                const auto zone = static_cast<char>('a' + prng.below(3));
                const auto other = static_cast<char>('a' + (zone - 'a' + 1) % 3);
                if (prng.chance({1, 6}))
                    test::cutLink(world.world(), std::string("us-east-1") + zone,
                                  std::string("us-east-1") + other, 2ms);
                const int item = static_cast<int>(prng.below(kItems));
                if (prng.chance({1, 2}))
                    world.remove("k" + std::to_string(item));
                else
                    paint(world, item, "blue" + std::to_string(step));
                world.run(Duration(static_cast<std::int64_t>(prng.below(200'000))));
            }
            runUntilFilled(world);
            QVERIFY(isFilled(world));
            QVERIFY2(differences(world).isEmpty(),
                     qPrintable(QString("seed %1: %2").arg(seed).arg(differences(world))));
        }
    }

    /// All groups are at rest, so the leader of the index needs a lease before it accepts a batch.
    void answersTheFirstWriteAfterARestAtOnce() {
        WorldHarness world;
        createTableWithIndex(world);
        paint(world, 1, "red");
        world.run(10s);
        const auto put = paint(world, 1, "blue");
        world.run(1ms);
        QVERIFY(world.done(put));
    }

    /// More changes wait than fit in one batch, and no request comes after the link has healed.
    void showsAllThatWaitedBehindACutLink_data() {
        QTest::addColumn<int>("zone");
        for (int zone = 0; zone < 3; ++zone)
            QTest::addRow("cut off %d", zone) << zone;
    }
    void showsAllThatWaitedBehindACutLink() {
        QFETCH(int, zone);
        WorldHarness world(cluster::Profile::serviceLike());
        createTableWithIndex(world);
        constexpr int kItems = 3000;
        for (int i = 0; i < kItems; ++i)
            paint(world, i, "red" + std::to_string(i));
        world.run(5s);
        const auto nameOf = [](int one) {
            return std::string("us-east-1") + static_cast<char>('a' + one % 3);
        };
        QVERIFY(test::cutLink(world.world(), nameOf(zone), nameOf(zone + 1), 8s).has_value());
        for (int i = 0; i < kItems; ++i) {
            paint(world, i, "blue" + std::to_string(i), static_cast<std::uint8_t>((zone + 2) % 3));
            if (i % 100 == 0) world.run(10ms);
        }
        world.run(30s);
        QCOMPARE(differences(world), QString());
    }

    /// A batch that depends on the tail of a lost leader is not accepted.
    void losesNothingWhenAZoneIsIsolated() {
        Prng prng(5);
        WorldHarness world(cluster::Profile::serviceLike());
        createTableWithIndex(world);
        for (int round = 0; round < 200; ++round) {
            for (int i = 0; i < 12; ++i)
                paint(world, i, "r" + std::to_string(round) + "-" + std::to_string(i),
                      static_cast<std::uint8_t>(i % 3));
            world.run(Duration(static_cast<std::int64_t>(prng.below(8'000'000))));
            const std::uint64_t alone = prng.below(3);
            for (std::uint64_t other = 1; other < 3; ++other) {
                const auto nameOf = [](std::uint64_t zone) {
                    return std::string("us-east-1") + static_cast<char>('a' + zone % 3);
                };
                test::cutLink(world.world(), nameOf(alone), nameOf(alone + other), 4s);
            }
            world.run(20s);
            QVERIFY2(differences(world).isEmpty(),
                     qPrintable(QString("round %1: %2").arg(round).arg(differences(world))));
        }
    }

    void goesOnAfterAKillWithoutARequest() {
        WorldHarness world(cluster::Profile::serviceLike());
        createTableWithIndex(world);
        Prng prng(6);
        for (int round = 0; round < 60; ++round) {
            for (int i = 0; i < 20; ++i)
                paint(world, i, "c" + std::to_string(round * 20 + i));
            world.run(Duration(static_cast<std::int64_t>(prng.below(10'000'000))));
            world.sync();
            world.kill();
            world.run(5s);
            QVERIFY2(differences(world).isEmpty(),
                     qPrintable(QString("round %1: %2").arg(round).arg(differences(world))));
        }
    }
};

ORRERY_TEST_CLASS(IndexTest)
#include "index_test.moc"
