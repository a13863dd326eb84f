// Goal: a reader of a partition's log gets every committed record once and in order, wherever the
// record is, in bounded steps; and the log keeps what a registered reader has not read.

#include "core/cluster/replicas/log_reader.h"

#include <QTest>

#include "core/base/bytes.h"
#include "core/cluster/replicas/group_state.h"
#include "core/storage/stores.h"
#include "core/table/log_record.h"
#include "tests/cluster/group_events.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using End = LogReader::End;
using Next = LogReader::Next;

namespace {

constexpr ZoneIndex kA(0);
constexpr ZoneIndex kB(1);
constexpr ZoneIndex kC(2);
constexpr RegionId kRegion(0);
constexpr KeySpaceId kTable(1);

/// One group on a store in memory, led by zone a, and a reader of its log.
class ReadGroup {
public:
    explicit ReadGroup(const Profile& profile = Profile::dropIn(), const LogBounds& bounds = {})
        : store(storage::MemoryStore::create()),
          world(*store, profile, 1, 100),
          replicator(world, bounds),
          reader(world, replicator) {
        world.addRegion("us-east-1");
        group =
            &replicator.create({GroupId(1), GroupKind::Table, kRegion, kTable, kTable, "", "", kA});
        group->schema = std::make_shared<table::ApplySchema>();
        replicator.requestLease(*group, kA);
        run(10ms);
    }

    /// Runs the events due by then, as one turn, and all work of the store.
    void run(Duration by) {
        test::runGroupEvents(world, replicator, world.now + by, [](const Event&) {});
        test::commitGroupTurn(world, replicator);
        while (runWork()) {
        }
    }
    bool runWork() {
        if (auto work = store->takeLogWork()) {
            work->run();
            store->finishLogWork(std::move(work));
            return true;
        }
        auto work = store->takeFlushWork(false);
        if (work == nullptr) return false;
        work->run();
        store->finishFlushWork(std::move(work));
        return true;
    }

    /// Writes records whose images contain their numbers; the leader's no-op counts as one.
    void write(int count) {
        for (int i = 0; i < count; ++i) {
            table::LogRecord record;
            record.kind = table::RecordKind::NoOp;
            record.key = std::to_string(++written);
            replicator.propose(*group, kA, record);
            if (i % 50 == 49) run(1ms);
        }
        run(10ms);
    }
    Lsn applied() const { return group->member(kA).mark.applied; }
    void setPower(ZoneIndex zone, bool isOn) {
        world.region(kRegion).up[zone.value()] = isOn;
        for (const ZoneIndex other : {kA, kB}) {
            world.region(kRegion).suspects[other.value()][zone.value()] = !isOn;
            replicator.reportReachability(*group, other, zone, isOn);
        }
        if (isOn) replicator.powerBack(*group, zone);
        if (!isOn) replicator.powerLoss(*group, zone);
    }

    /// Reads from `position` to the end, `atOnce` records per step. Returns how the last step
    /// ended.
    End readOn(Lsn& position, std::size_t atOnce) {
        End end = End::Bounded;
        while (end == End::Bounded) {
            std::size_t count = 0;
            Lsn before = position;
            end = reader.read(*group, kA, position, atOnce,
                              [&](Lsn lsn, const table::LogRecord& record) {
                                  inOrder = inOrder && lsn == before.next();
                                  before = lsn;
                                  seen.push_back(record.committedAt);
                                  ++count;
                                  return Next::Go;
                              });
            bounded = bounded && count <= atOnce;
        }
        return end;
    }

    std::unique_ptr<storage::MemoryStore> store;
    WorldState world;
    Replicator replicator;
    LogReader reader;
    Group* group = nullptr;
    int written = 0;
    bool inOrder = true;
    bool bounded = true;
    std::vector<CalendarTime> seen;
};

}  // namespace

class LogReaderTest : public QObject {
    Q_OBJECT
private slots:
    void readsEachRecordOnceAndInOrder() {
        for (const std::size_t atOnce : {1, 7, 1000}) {
            ReadGroup at;
            at.reader.registerReader(*at.group, "stream", Lsn{});
            at.write(300);
            QVERIFY(at.group->log.recent.size() < 200);  // Most records are only in the log.
            Lsn position{};
            QCOMPARE(at.readOn(position, atOnce), End::AtEnd);
            QCOMPARE(position, at.applied());
            QCOMPARE(at.seen.size(), at.applied().value());
            QVERIFY(at.inOrder && at.bounded);
            QVERIFY(std::ranges::is_sorted(at.seen));
            at.write(1);
            QCOMPARE(at.readOn(position, atOnce), End::AtEnd);
            QCOMPARE(at.seen.size(), at.applied().value());
        }
    }

    void stopsWhereTheVisitorHasEnough() {
        ReadGroup at;
        at.write(10);
        Lsn position(3);
        const auto stop = [](Lsn, const table::LogRecord&) { return Next::Stop; };
        QCOMPARE(at.reader.read(*at.group, kA, position, 5, stop), End::Stopped);
        QCOMPARE(position, Lsn(4));
        QCOMPARE(at.reader.read(*at.group, kA, position, 0, stop), End::Bounded);
        QCOMPARE(position, Lsn(4));
    }

    void stopsAfterSoManyBytes() {
        ReadGroup at;
        at.reader.registerReader(*at.group, "stream", Lsn{});
        for (int i = 0; i < 30; ++i) {
            table::LogRecord record;
            record.key = std::string(100'000, 'x');
            at.replicator.propose(*at.group, kA, record);
        }
        at.run(10ms);
        Lsn position{};
        const auto go = [](Lsn, const table::LogRecord&) { return Next::Go; };
        QCOMPARE(at.reader.read(*at.group, kA, position, 1000, go), End::Bounded);
        QCOMPARE(position, Lsn(12));  // The leader's no-op, and the record that reached the bound.
        QCOMPARE(at.readOn(position, 1000), End::AtEnd);
        QCOMPARE(position, Lsn(31));
    }

    // Where the log is trimmed, the archive has the records.
    void goesOnInTheArchive() {
        ReadGroup at;
        at.write(200);
        at.world.turn.archive({kTable, GroupId(1), volumeOf(kRegion, kA), Lsn(1), Lsn(90), 1});
        at.run(1ms);
        at.world.turn.archive({kTable, GroupId(1), volumeOf(kRegion, kA), Lsn(91), Lsn(150), 2});
        at.run(1ms);
        QCOMPARE(at.store->archiveSegments(kTable).size(), std::size_t{2});
        Lsn whole{};
        QCOMPARE(at.readOn(whole, 1000), End::AtEnd);
        const std::vector<CalendarTime> all = std::exchange(at.seen, {});

        storage::Turn drop;
        drop.dropGroup(GroupId(1));
        at.store->commit(std::move(drop));
        while (at.runWork()) {
        }
        at.group->log.recent.clear();
        Lsn position{};
        QCOMPARE(at.readOn(position, 40), End::Unavailable);
        QCOMPARE(position, Lsn(150));
        QVERIFY(at.inOrder && at.bounded);
        QVERIFY(std::ranges::equal(at.seen, std::span(all).first(150)));
        QVERIFY(!at.world.damage.has_value());
    }

    void theLogKeepsWhatARegisteredReaderNeeds() {
        ReadGroup at;
        at.reader.registerReader(*at.group, "stream", Lsn(100));
        at.reader.registerReader(*at.group, "other", Lsn(2000));
        at.write(1000);
        QVERIFY(at.group->log.trimMark <= Lsn(101));
        at.reader.registerReader(*at.group, "stream", Lsn(900));  // Already registered.
        at.reader.advance(*at.group, "stream", Lsn(50));          // A cursor never goes back.
        QCOMPARE(LogReader::cursorOf(*at.group, "stream"), std::optional(Lsn(100)));
        at.reader.advance(*at.group, "stream", Lsn(600));
        at.run(1ms);
        QVERIFY(at.group->log.trimMark > Lsn(300));
        QVERIFY(at.group->log.trimMark <= Lsn(601));
        at.reader.retire(*at.group, "stream");
        at.run(1ms);
        QVERIFY(at.group->log.trimMark > Lsn(601));
        QVERIFY(!LogReader::cursorOf(*at.group, "stream").has_value());
    }

    // It could lead and would not have what the reader needs next.
    void aReplicaThatIsCopiedWaitsForReaders() {
        LogBounds bounds;
        bounds.groupHeldBytesMax = 1000;
        bounds.stepRecords = 1;
        // The whole copy comes in one piece, long before the disk has begun the log anew.
        Profile slowDisk = Profile::serviceLike();
        slowDisk.disk = 5ms;
        ReadGroup at(slowDisk, bounds);
        at.reader.registerReader(*at.group, "stream", Lsn(60));
        at.setPower(kC, false);
        at.write(100);
        at.run(1s);
        const Member& copied = at.group->member(kC);
        QCOMPARE(copied.standing(), replication::Standing::NeedsCopy);
        QCOMPARE(at.group->log.trimMark, Lsn(61));

        at.setPower(kC, true);
        at.run(5s);
        QVERIFY(copied.firstKept > Lsn(61));
        QCOMPARE(copied.standing(), replication::Standing::Copying);
        // Waiting writes nothing.
        const storage::Ticket turn = at.world.openTicket;
        at.run(5s);
        QCOMPARE(at.world.openTicket.value(), turn.value());
        QCOMPARE(copied.standing(), replication::Standing::Copying);
        at.reader.advance(*at.group, "stream", at.applied());
        at.run(5s);
        QCOMPARE(copied.standing(), replication::Standing::Whole);
        QCOMPARE(copied.mark.applied, at.applied());
    }

    void savesCursorsWithTheGroup() {
        ReadGroup at;
        at.reader.registerReader(*at.group, "stream", Lsn(100));
        at.reader.registerReader(*at.group, "recovery", Lsn(7));
        at.run(1ms);
        at.reader.advance(*at.group, "stream", Lsn(101));
        at.run(1ms);
        at.store->crash();
        const auto saved = at.store->groupState(volumeOf(kRegion, kA), GroupId(1));
        QVERIFY(saved && *saved);
        const auto state = decodeGroupState(**saved);
        QVERIFY(state.has_value());
        const std::map<std::string, Lsn, std::less<>> expected{{"recovery", Lsn(7)},
                                                               {"stream", Lsn(101)}};
        QVERIFY(state->readers == expected);
        QVERIFY(!decodeGroupState(std::string_view(**saved).substr(0, (*saved)->size() - 1)));
    }

    void readsStatesOfEarlierVersions() {
        using Readers = std::map<std::string, Lsn, std::less<>>;
        const GroupState state;
        // Version 1 ends after the cursor of the global indexes.
        std::string bytes(1, char{1});
        ByteWriter out(bytes);
        for (const replication::DurableState& replica : state.replicas)
            out.sized(replica.encode());
        out.varint(9);
        const auto first = decodeGroupState(bytes);
        QVERIFY(first.has_value());
        QVERIFY(first->replicas == state.replicas);
        QVERIFY(!first->lastCommitTimestamps);
        QVERIFY((first->readers == Readers{{"index", Lsn(9)}}));
        // In version 2, one timestamp, three counts of bytes and the other readers follow.
        bytes.front() = char{2};
        out.u64(static_cast<std::uint64_t>(Duration(5s).count()));
        for (const std::uint64_t lacked : {0, 1000, 3})
            out.varint(lacked);
        out.varint(1);
        out.sized("stream");
        out.varint(3);
        const auto second = decodeGroupState(bytes);
        QVERIFY(second.has_value());
        QVERIFY((second->readers == Readers{{"index", Lsn(9)}, {"stream", Lsn(3)}}));
        QVERIFY(second->lackedBytes == (std::array<std::uint64_t, 3>{0, 1000, 3}));
        QVERIFY(second->lastCommitTimestamps.has_value());
        for (const CalendarTime one : *second->lastCommitTimestamps)
            QCOMPARE(one.sinceEpoch(), Duration(5s));
        // The rest of both is that of the present version.
        const auto again = decodeGroupState(encodeGroupState(*second));
        QVERIFY(again && again->readers == second->readers);
        QVERIFY(again->lastCommitTimestamps == second->lastCommitTimestamps);
    }

    // A partition without global indexes has no such reader, whatever version wrote its state.
    void noIndexReadsAStateThatNamesNone() {
        std::string bytes(1, char{1});
        ByteWriter out(bytes);
        for (const replication::DurableState& replica : GroupState().replicas)
            out.sized(replica.encode());
        out.varint(0);
        QVERIFY(decodeGroupState(bytes)->readers.empty());
    }

    void tellsTheWorldOfDamage() {
        ReadGroup at;
        storage::Turn turn;
        turn.append(volumeOf(kRegion, kA), GroupId(2), Lsn(1), share("this is no record"));
        at.store->commit(std::move(turn));
        Group& group = at.replicator.create(
            {GroupId(2), GroupKind::Table, kRegion, kTable, kTable, "b", "", kA});
        group.member(kA).mark.applied = Lsn(1);
        Lsn position{};
        const auto go = [](Lsn, const table::LogRecord&) { return Next::Go; };
        QCOMPARE(at.reader.read(group, kA, position, 5, go), End::Unavailable);
        QCOMPARE(position, Lsn(0));
        QVERIFY(at.world.damage.has_value());
        QVERIFY(at.world.damage->message().find("Record 1 of partition 2") != std::string::npos);
    }
};

ORRERY_TEST_CLASS(LogReaderTest)
#include "log_reader_test.moc"
