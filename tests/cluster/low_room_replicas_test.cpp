// Goal: while there is little room, the deletions of clients reach the replicas in other Regions,
// whatever items those lack; and items are accepted only if there is room for all replicas.

#include <QTest>
#include <algorithm>

#include "core/cluster/kernel/world_state.h"
#include "tests/cluster/replicas_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::ReplicasHarness;

namespace {

constexpr const char* kHome = "us-east-1";
constexpr const char* kIreland = "eu-west-1";
constexpr std::uint64_t kMegabyte = 1u << 20;

/// Tells the world what the store accepts again and again, as a driver does.
void runWithRoom(ReplicasHarness& t, Accepted accepted, std::uint64_t room, Duration time) {
    for (Duration passed{}; passed < time; passed += 50ms) {
        t.setAccepts(accepted, room);
        t.run(50ms);
    }
}

void removeMany(ReplicasHarness& t, Accepted accepted, std::uint64_t room, const std::string& name,
                int count) {
    for (int i = 0; i < count; ++i) {
        const auto id = t.remove(name + std::to_string(i));
        runWithRoom(t, accepted, room, 50ms);
        QVERIFY(t.done(id) && !t.failed(id));
    }
}

std::size_t countOf(ReplicasHarness& t, const std::string& region, char first) {
    const auto items = t.items(region);
    return static_cast<std::size_t>(
        std::ranges::count(items, first, [](const auto& item) { return item.first.front(); }));
}

}  // namespace

class LowRoomReplicasTest : public QObject {
    Q_OBJECT
private slots:
    void deletionsReachAReplica_data() {
        QTest::addColumn<int>("accepted");
        QTest::addColumn<int>("kilobytes");
        QTest::newRow("no growth") << static_cast<int>(Accepted::NoGrowth) << 1024;
        QTest::newRow("deletions") << static_cast<int>(Accepted::Deletions) << 800;
    }
    void deletionsReachAReplica() {
        QFETCH(int, accepted);
        QFETCH(int, kilobytes);
        const auto only = static_cast<Accepted>(accepted);
        const std::uint64_t room = static_cast<std::uint64_t>(kilobytes) << 10;
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        t.run(1s);
        t.addReplica(kHome, kIreland);
        t.putMany(kHome, "a", 40);
        t.run(5s);
        QCOMPARE(countOf(t, kIreland, 'a'), std::size_t{40});
        removeMany(t, only, room, "a", 40);
        runWithRoom(t, only, room, 10s);
        QCOMPARE(countOf(t, kIreland, 'a'), std::size_t{0});
    }

    // What does not fit there waits, and its own deletion takes its place.
    void itemsThatLackRoomHoldUpNoDeletions() {
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        t.run(1s);
        t.addReplica(kHome, kIreland);
        t.putMany(kHome, "a", 20);
        t.run(5s);
        t.slowLink(kHome, kIreland, 2s);
        t.putMany(kHome, "b", 20);
        t.setAccepts(Accepted::NoGrowth, kMegabyte);
        removeMany(t, Accepted::NoGrowth, kMegabyte, "a", 20);
        runWithRoom(t, Accepted::NoGrowth, kMegabyte, 30s);
        QCOMPARE(countOf(t, kIreland, 'a'), std::size_t{0});
        QCOMPARE(countOf(t, kIreland, 'b'), std::size_t{0});
        removeMany(t, Accepted::NoGrowth, kMegabyte, "b", 10);
        runWithRoom(t, Accepted::NoGrowth, kMegabyte, 30s);
        QCOMPARE(countOf(t, kIreland, 'b'), std::size_t{0});
        t.setAccepts(true);
        t.run(30s);
        QCOMPARE(countOf(t, kIreland, 'b'), std::size_t{10});
        QVERIFY(t.items(kIreland) == t.items(kHome));
    }

    void nothingReachesAReplicaWhileNothingIsAccepted() {
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        t.run(1s);
        t.addReplica(kHome, kIreland);
        t.putMany(kHome, "a", 5);
        t.run(5s);
        t.slowLink(kHome, kIreland, 2s);
        for (int i = 0; i < 5; ++i)
            t.remove("a" + std::to_string(i));
        t.run(1s);
        t.setAccepts(false);
        t.run(1min);
        QCOMPARE(countOf(t, kIreland, 'a'), std::size_t{5});
        t.setAccepts(true);
        t.run(30s);
        QCOMPARE(countOf(t, kIreland, 'a'), std::size_t{0});
    }

    // The table gets a stream with it.
    void aReplicaNeedsRoomForWhatIsDeleted() {
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        t.run(1s);
        t.putMany(kHome, "a", 4);
        const std::uint64_t least = reserveOf(RoomFor::OwnWork);
        t.setAccepts(Accepted::ClientWrites, least + std::uint64_t{4 * 256});
        const auto refused = t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        QVERIFY(t.refusalOf(refused).contains(QStringLiteral("keep a stream of this table")));
        t.setAccepts(Accepted::ClientWrites, least + kMegabyte / 4);
        QVERIFY(!t.failed(t.change(kHome, ReplicaChange::Kind::Create, kIreland)));
        // It has its stream by then.
        t.run(10s);
        t.setAccepts(Accepted::ClientWrites, least);
        QVERIFY(!t.failed(t.change(kHome, ReplicaChange::Kind::Create, "eu-central-1")));
    }

    void aReplicaIsFilledAsFarAsThereIsRoom() {
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        t.run(1s);
        t.putMany(kHome, "a", 60);
        t.setAccepts(Accepted::ClientWrites, 5 * kMegabyte);
        t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        t.run(10s);
        const auto jobs = t.world().jobs();
        QVERIFY(std::ranges::any_of(jobs, &observe::JobView::waitsForRoom));
        for (const observe::JobView& job : jobs)
            QCOMPARE(job.kind, observe::JobKind::FillReplica);
        runWithRoom(t, Accepted::ClientWrites, 5 * kMegabyte, 20s);
        QVERIFY(t.world().jobs().empty());
        QCOMPARE(countOf(t, kIreland, 'a'), std::size_t{60});
    }

    // In both Regions together they would take more than there is.
    void changesThatAReplicaLacksOweTheirRoom() {
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        t.run(1s);
        t.addReplica(kHome, kIreland);
        t.run(5s);
        t.slowLink(kHome, kIreland, 2s);
        t.putMany(kHome, "a", 10);
        constexpr std::uint64_t kOwed = 10 * 2 * kZonesPerRegion * 4096;
        QVERIFY(t.world().roomOwed() >= kOwed);
        t.run(30s);
        // Their streams have owed the images of the items since then.
        QVERIFY(t.world().roomOwed() < kOwed / 10);
    }
};

ORRERY_TEST_CLASS(LowRoomReplicasTest)
#include "low_room_replicas_test.moc"
