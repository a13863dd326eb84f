// Goal: each thing that takes room leaves what it must leave for the others, in the world as well.

#include <QTest>
#include <algorithm>

#include "core/cluster/kernel/world_state.h"
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

constexpr std::uint64_t kMegabyte = 1u << 20;

/// The records that the logs of a zone lack.
std::uint64_t recordsLacking(WorldHarness& t, VolumeId zone) {
    std::uint64_t lacking = 0;
    const auto snapshot = t.world().makeSnapshot();
    for (const auto& table : snapshot->regions.at(0)->tables)
        for (const auto& partition : table->partitions)
            lacking += t.store().lastLsn(VolumeId(0), partition.group)->value() -
                       t.store().lastLsn(zone, partition.group)->value();
    return lacking;
}

/// The records that the logs of a zone still have.
std::uint64_t recordsKept(WorldHarness& t) {
    std::uint64_t kept = 0;
    const auto snapshot = t.world().makeSnapshot();
    for (const auto& table : snapshot->regions.at(0)->tables)
        for (const auto& partition : table->partitions)
            kept += t.store().lastLsn(VolumeId(0), partition.group)->value() + 1 -
                    std::max<std::uint64_t>(
                        t.store().trimMark(VolumeId(0), partition.group)->value(), 1);
    return kept;
}

/// Puts items that expire as soon as the table has a time to live.
void putExpired(WorldHarness& t, int count) {
    const auto second = std::chrono::floor<std::chrono::seconds>(t.world().calendar().sinceEpoch());
    for (int i = 0; i < count; ++i) {
        WriteItem write;
        write.table = t.table();
        const auto pk = types::AttributeValue::string("k" + std::to_string(i));
        types::Item item;
        item.set("pk", pk);
        item.set("ttl", types::AttributeValue::number(
                            *types::Number::parse(std::to_string(second.count() - 100))));
        write.key = {pk, std::nullopt};
        write.action = PutAction{std::move(item)};
        t.submit("PutItem",
                 [write](const auto&, const auto&) { return ApiResult<Request>(write); });
        t.run(0s);
    }
}

void setTimeToLive(WorldHarness& t) {
    const UpdateTimeToLive update{t.table(), true, "ttl"};
    t.submit("UpdateTimeToLive",
             [update](const auto&, const auto&) { return ApiResult<Request>(update); });
}

void putColours(WorldHarness& t, int count) {
    t.createTable();
    for (int i = 0; i < count; ++i)
        t.put("k" + std::to_string(i), {{"colour", "red"}, {"pad", std::string(10'000, 'x')}});
    t.run(1s);
}

std::size_t keysLeft(WorldHarness& t) {
    const auto scan = t.scan(true);
    t.run(0s);
    return t.keys(scan).size();
}

}  // namespace

class RoomTest : public QObject {
    Q_OBJECT
private slots:
    void eachLeavesRoomForThoseAfterIt() {
        Room room;
        QVERIFY(!room.isLimited());
        for (const RoomFor what :
             {RoomFor::OwnWork, RoomFor::Growth, RoomFor::CatchUp, RoomFor::Deletion}) {
            room.set(5 * kMegabyte, true);
            QVERIFY(room.isLimited());
            const std::uint64_t most = 5 * kMegabyte - reserveOf(what);
            QVERIFY(!room.take(what, most + 1));
            QCOMPARE(room.lacks(), what == RoomFor::Growth);
            QVERIFY(room.take(what, most) && !room.take(what, 1));
        }
        room.set(reserveOf(RoomFor::Deletion) - 1, true);
        QVERIFY(!room.take(RoomFor::Deletion, 0));
    }

    void allTakeFromTheSame() {
        Room room;
        room.set(3 * kMegabyte, true);
        QVERIFY(room.take(RoomFor::Growth, kMegabyte));
        QVERIFY(!room.take(RoomFor::Growth, 1));
        QVERIFY(room.take(RoomFor::CatchUp, kMegabyte));
        QVERIFY(!room.take(RoomFor::CatchUp, 1));
        QVERIFY(room.take(RoomFor::Deletion, kMegabyte / 2));
        QVERIFY(!room.take(RoomFor::Deletion, 1));
    }

    void growthMayBeRefusedWhateverRoomThereIs() {
        Room room;
        room.set(UINT64_MAX, false);
        QVERIFY(room.isLimited() && !room.lacks());
        QVERIFY(room.take(RoomFor::Deletion, UINT64_MAX));
        QVERIFY(!room.take(RoomFor::OwnWork, 0) && !room.lacks());
        QVERIFY(!room.take(RoomFor::Growth, 0) && room.lacks());
        room.set(UINT64_MAX, true);
        QVERIFY(!room.lacks() && room.take(RoomFor::Growth, UINT64_MAX));
    }

    // Not all of its items are deletions, and none is carried out. The ledger has its decision.
    void aTransactionWithoutRoomIsCancelledAtOnceAndSaysWhy() {
        WorldHarness t(Profile::serviceLike());
        t.createTable();
        t.put("x", {{"n", "1"}});
        t.run(1s);
        t.setAccepts(Accepted::NoGrowth);
        const auto call = test::transact(
            t, {{.pk = "x", .isDelete = true}, {.pk = "y", .item = test::Numbers{{"n", 1}}}});
        t.run(200ms);
        QVERIFY(t.failed(call));
        QVERIFY(t.answer(call)->result.error().message.starts_with("Too little room"));
        const auto erased = test::write(t, {.pk = "x", .isDelete = true});
        t.run(200ms);
        QVERIFY(t.done(erased) && !t.failed(erased));
    }

    // Each takes what it may cost from what was estimated last.
    void deletionsEndBeforeTheLastRoom() {
        WorldHarness t;
        t.createTable();
        for (int i = 0; i < 100; ++i)
            t.put("k" + std::to_string(i), {{"pad", std::string(1000, 'x')}});
        t.run(1s);
        t.setAccepts(Accepted::NoGrowth, kMegabyte);
        int done = 0;
        for (int i = 0; i < 100; ++i) {
            const auto call = test::write(t, {.pk = "k" + std::to_string(i), .isDelete = true});
            t.run(0s);
            QVERIFY(t.done(call));
            if (!t.failed(call)) {
                ++done;
                continue;
            }
            const std::string& why = t.answer(call)->result.error().message;
            QVERIFY2(why.find("log this deletion") != std::string::npos, why.c_str());
        }
        QVERIFY2(done > 10 && done < 100, qPrintable(QString::number(done)));
        t.setAccepts(Accepted::NoGrowth, kMegabyte);
        const auto next = test::write(t, {.pk = "k99", .isDelete = true});
        t.run(0s);
        QVERIFY(t.done(next) && !t.failed(next));
    }

    // Without its entry in the index by expiry an item never expires, which would make room.
    void itemsGetTheirExpiryAsFarAsThereIsRoom() {
        WorldHarness t;
        t.createTable();
        putExpired(t, 300);
        t.setAccepts(Accepted::NoGrowth, reserveOf(RoomFor::CatchUp));
        setTimeToLive(t);
        t.run(10s);
        QCOMPARE(keysLeft(t), std::size_t{300});
        t.setAccepts(Accepted::NoGrowth, 2 * kMegabyte);
        t.run(10s);
        const std::size_t left = keysLeft(t);
        QVERIFY2(left > 0 && left < 300, qPrintable(QString::number(left)));
        for (int i = 0; i < 30; ++i) {
            t.setAccepts(Accepted::NoGrowth, 2 * kMegabyte);
            t.run(1s);
        }
        QCOMPARE(keysLeft(t), std::size_t{0});
    }

    void anIndexIsFilledAsFarAsThereIsRoom() {
        WorldHarness t;
        putColours(t, 100);
        t.setAccepts(Accepted::ClientWrites, 5 * kMegabyte);
        t.addIndex(test::colourIndex());
        t.run(10s);
        const observe::JobView job = t.world().jobs().at(0);
        QVERIFY(job.waitsForRoom && job.kind == observe::JobKind::FillIndex);
        QVERIFY2(job.done > 0 && job.done < 100, qPrintable(QString::number(job.done)));
        for (int i = 0; i < 100; ++i) {
            t.setAccepts(Accepted::ClientWrites, 5 * kMegabyte);
            t.run(100ms);
        }
        QVERIFY(t.world().jobs().empty());
        QCOMPARE(QString::fromStdString(test::judgeTables(t.world())), QString());
    }

    // Otherwise the table could not be removed either.
    void anIndexWithoutEntriesNeedsNoRoom() {
        WorldHarness t;
        putColours(t, 100);
        t.setAccepts(Accepted::NoGrowth, 3 * kMegabyte);
        t.addIndex(test::colourIndex());
        t.run(1s);
        QVERIFY(t.world().jobs().at(0).waitsForRoom);
        for (int i = 0; i < 100; ++i) {
            t.setAccepts(Accepted::NoGrowth, 3 * kMegabyte);
            test::write(t, {.pk = "k" + std::to_string(i), .isDelete = true});
            t.run(10ms);
        }
        t.run(10s);
        QVERIFY(t.world().jobs().empty());
        QVERIFY(!t.table()->indexes.at(0).backfilling);
    }

    // Otherwise clients could not put again before it is back, however much they delete.
    void noLogIsKeptForAZoneThatIsAwayWhileThereIsLittleRoom() {
        LogBounds bounds;
        bounds.stepRecords = 1;
        bounds.stepBytes = 10'000;
        WorldHarness t(Profile::dropIn(), 1, 16'384, bounds);
        t.createTable();
        const auto fault = test::failZone(t.world(), "us-east-1b", std::nullopt);
        t.run(5s);
        for (int i = 0; i < 100; ++i)
            t.put("k" + std::to_string(i), {{"pad", std::string(10'000, 'x')}});
        t.run(5s);
        t.flush();
        t.run(1s);
        QVERIFY2(recordsKept(t) >= 100, qPrintable(QString::number(recordsKept(t))));
        t.setAccepts(Accepted::NoGrowth, 3 * kMegabyte);
        for (int i = 0; i < 100; ++i)
            test::write(t, {.pk = "k" + std::to_string(i), .isDelete = true});
        t.run(1s);
        t.flush();
        t.run(1s);
        QVERIFY2(recordsKept(t) < 10, qPrintable(QString::number(recordsKept(t))));
        t.setAccepts(true);
        QVERIFY(test::heal(t.world(), *fault));
        t.run(20s);
        QCOMPARE(recordsLacking(t, VolumeId(1)), std::uint64_t{0});
        QCOMPARE(keysLeft(t), std::size_t{0});
    }

    // It goes on, piece by piece, whenever there is room again.
    void aZoneCatchesUpOnlyAsFarAsThereIsRoom() {
        WorldHarness t;
        t.createTable();
        const auto fault = test::failZone(t.world(), "us-east-1b", std::nullopt);
        t.run(5s);  // Its leaders are replaced.
        for (int i = 0; i < 100; ++i)
            t.put("k" + std::to_string(i), {{"pad", std::string(10'000, 'x')}});
        t.run(5s);
        t.setAccepts(Accepted::NoGrowth, reserveOf(RoomFor::CatchUp));
        QVERIFY(test::heal(t.world(), *fault));
        t.run(10s);
        const std::uint64_t before = recordsLacking(t, VolumeId(1));
        QVERIFY2(before >= 100, qPrintable(QString::number(before)));
        t.setAccepts(Accepted::NoGrowth, 2 * kMegabyte);
        t.run(10s);
        const std::uint64_t after = recordsLacking(t, VolumeId(1));
        QVERIFY2(after > 0 && after < before, qPrintable(QString::number(after)));
        for (int i = 0; i < 10; ++i) {
            t.setAccepts(Accepted::NoGrowth, 2 * kMegabyte);
            t.run(1s);
        }
        QCOMPARE(recordsLacking(t, VolumeId(1)), std::uint64_t{0});
    }
};

ORRERY_TEST_CLASS(RoomTest)
#include "room_test.moc"
