// Goal: what a leader keeps in its memory ends with its lead. The next leader knows what its own
// log, its own tree and messages say, and commit timestamps rise all the same. Method: one group
// whose leader loses its power or its links at a chosen moment. A record stamped an hour ahead
// shows where the next timestamp comes from.

#include <QTest>

#include <functional>
#include <variant>

#include "core/cluster/items/item_server.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/types/storage_key.h"
#include "tests/cluster/one_group.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::kA;
using test::kB;
using test::kC;
using test::kRegion;
using test::OneGroup;

namespace {

constexpr Duration kAhead = 1h;

Profile slowDisk() {
    Profile profile = Profile::dropIn();
    profile.disk = 300us;
    return profile;
}

LogBounds smallBounds() {
    LogBounds bounds;
    bounds.groupHeldBytesMax = 1000;
    bounds.stepRecords = 1;
    bounds.stepBytes = 1;
    return bounds;
}

table::LogRecord recordAhead(const OneGroup& t) {
    table::LogRecord record;
    record.kind = table::RecordKind::Delete;
    record.space = KeySpaceId(1);
    record.key =
        types::storageKey(KeySpaceId(1), {types::AttributeValue::string("deleted"), std::nullopt});
    record.stamp = CalendarTime(t.world.calendar().sinceEpoch() + kAhead);
    return record;
}

void losePower(OneGroup& t, ZoneIndex zone) {
    t.world.region(kRegion).up[zone.value()] = false;
    t.replicator.powerLoss(*t.group, zone);
    for (const ZoneIndex other : kZones) {
        if (other != zone) t.replicator.reportReachability(*t.group, other, zone, false);
    }
}

/// The zone that leads after an election.
ZoneIndex elect(OneGroup& t) {
    for (int i = 0; i < 100 && !t.group->servingLeader(t.world.now); ++i)
        t.run(100ms);
    return t.group->servingLeader(t.world.now).value_or(kA);
}

/// Empty if the commit timestamps rise along the committed log of a zone.
std::string judgeTimestamps(OneGroup& t, ZoneIndex zone) {
    CalendarTime last;
    const Member& member = t.at(zone);
    for (Lsn lsn = member.firstKept; lsn <= member.mark.applied; lsn = lsn.next()) {
        const auto bytes = t.replicator.committedRecord(*t.group, zone, lsn);
        const auto record = bytes && *bytes ? table::decodeRecord(**bytes) : std::nullopt;
        const std::string name = "record " + std::to_string(lsn.value());
        if (!record) return name + " cannot be read";
        if (record->committedAt <= last) return name + " goes back";
        last = record->committedAt;
    }
    return {};
}

/// An item server on a group with a global index that answers nothing.
class ServedGroup : private GroupListener {
public:
    ServedGroup()
        : prepared(t.world),
          collections(t.world),
          server(
              t.world, t.replicator, prepared, collections,
              [this](Group&, ZoneIndex, OpId, std::unique_ptr<OpResult> result) {
                  answers.push_back(std::move(result));
              },
              [](Group&, ZoneIndex, const OpRequest&, CollectionSizes&) { return Transacted(); }) {
        auto description = std::make_shared<TableDescription>();
        description->name = "T";
        description->space = KeySpaceId(1);
        description->keys.partition = {"pk", types::AttributeType::String};
        SecondaryIndex index;
        index.kind = IndexKind::Global;
        index.space = KeySpaceId(2);
        index.keys.partition = {"colour", types::AttributeType::String};
        description->indexes.push_back(index);
        table = description;
        t.world.catalog.put(table);
        t.group->schema =
            std::make_shared<table::ApplySchema>(table::ApplySchema{t.group->id, table->keys, {}});
        LogReader(t.world, t.replicator).registerReader(*t.group, std::string(kIndexReader), {});
        t.replicator.setListener(*this);
    }
    ~ServedGroup() override = default;
    ServedGroup(const ServedGroup&) = delete;
    ServedGroup& operator=(const ServedGroup&) = delete;

    /// Leader a commits it, and waits for the index.
    void write() {
        WriteItem write;
        write.table = table;
        write.key = {types::AttributeValue::string("k"), std::nullopt};
        types::Item item;
        item.set("pk", types::AttributeValue::string("k"));
        write.action = PutAction{item};
        OpRequest request;
        request.key = types::storageKey(table->space, write.key);
        request.access = Access::Write;
        request.deadline = t.world.now + 10s;
        request.call = std::make_shared<const Request>(std::move(write));
        OpId op;
        op.call = CallNumber(1);
        server.serve(*t.group, {op, kA, std::make_shared<const OpRequest>(std::move(request))});
        t.run(10ms);
    }

    OneGroup t;
    PreparedItems prepared;
    CollectionSizes collections;
    ItemServer server;
    TablePtr table;
    std::vector<std::unique_ptr<OpResult>> answers;

private:
    bool waits(const Group& group) const override { return server.waits(group.id); }
    void moved(Group& group) override { server.moved(group); }
    void removed(GroupId group) override { server.forget(group); }
};

}  // namespace

class LeaderMemoryTest : public QObject {
    Q_OBJECT
private slots:
    void whatALostRecordWasAssignedIsForgotten() {
        OneGroup t;
        t.setCut(kA, kB, true);
        t.setCut(kA, kC, true);
        t.replicator.propose(*t.group, kA, recordAhead(t));
        QVERIFY(t.at(kA).deletedStampMax > 0);
        t.run(3s);
        const ZoneIndex leader = elect(t);
        QVERIFY(leader != kA);
        t.replicator.propose(*t.group, leader, {});
        t.run(10ms);
        const CalendarTime soon(t.world.calendar().sinceEpoch() + 1min);
        QVERIFY(t.at(leader).assignedTimestamp < soon);
        QVERIFY(t.at(leader).lastCommitTimestamp < soon);
        QCOMPARE(t.at(leader).deletedStampMax, std::uint64_t{0});
        QCOMPARE(t.at(leader).mark.deletedStampMax, std::uint64_t{0});
        QCOMPARE(judgeTimestamps(t, leader), std::string());
    }

    void timestampsGoOnAfterAnUncommittedRecordOfTheNewLeadersLog() {
        OneGroup t(slowDisk());
        const Lsn ahead = t.replicator.propose(*t.group, kA, recordAhead(t));
        t.events(100us);  // The others have received it, and their disks are writing it.
        losePower(t, kA);
        QVERIFY(t.group->committed < ahead);
        const ZoneIndex leader = elect(t);
        QVERIFY(leader != kA);
        QVERIFY(t.at(leader).mark.applied > ahead);
        QVERIFY(t.at(leader).lastCommitTimestamp.sinceEpoch() >= kAhead);
        QVERIFY(t.at(leader).mark.deletedStampMax > 0);
        QCOMPARE(judgeTimestamps(t, leader), std::string());
    }

    // A group at rest keeps no record that would say what was assigned last.
    void timestampsGoOnWhereTheNewLeadersLogIsEmpty_data() {
        QTest::addColumn<bool>("isCopied");
        QTest::newRow("trimmed") << false;
        QTest::newRow("copied") << true;
    }
    void timestampsGoOnWhereTheNewLeadersLogIsEmpty() {
        QFETCH(bool, isCopied);
        OneGroup t(Profile::dropIn(), smallBounds());
        if (isCopied) {
            t.setCut(kB, kA, true);
            t.setCut(kB, kC, true);
            for (const ZoneIndex other : {kA, kC})
                t.world.region(kRegion).suspects[other.value()][kB.value()] = true;
            t.missRecords(*t.group, 100, 100);
        }
        const Lsn ahead = t.replicator.propose(*t.group, kA, recordAhead(t));
        t.run(10ms);
        QCOMPARE(t.at(kA).mark.applied, ahead);
        QCOMPARE(t.at(kB).mark.applied == ahead, !isCopied);
        t.setCut(kB, kA, false);
        t.setCut(kB, kC, false);
        t.run(20s);
        QCOMPARE(t.at(kB).mark.applied, ahead);
        QCOMPARE(t.at(kB).lastCommitTimestamp, t.at(kA).lastCommitTimestamp);
        QVERIFY(t.at(kB).firstKept > ahead);

        // A restart goes on from what the state says.
        WorldState world(*t.store, Profile::dropIn(), 1, 100);
        world.addRegion("us-east-1");
        Replicator replicator(world);
        Group& group = replicator.add(
            {GroupId(1), GroupKind::Table, kRegion, KeySpaceId(1), KeySpaceId(1), "", "", kA});
        group.schema = std::make_shared<table::ApplySchema>();
        QVERIFY(replicator.reopen(group).has_value());
        for (const Member& member : group.members)
            QCOMPARE(member.lastCommitTimestamp, t.at(kA).lastCommitTimestamp);

        losePower(t, kA);
        const ZoneIndex leader = elect(t);
        QVERIFY(leader != kA);
        QVERIFY(t.at(leader).mark.applied > ahead);
        QVERIFY(t.at(leader).assignedTimestamp.sinceEpoch() > kAhead);
    }

    // No message tells the zone that led before.
    void aWriteIsNotAnsweredByWhatTheNextLeaderLearns() {
        ServedGroup at;
        at.write();
        QVERIFY(at.server.waitsForIndexes(at.t.group->id));
        at.t.replicator.handOver(*at.t.group, kA, kB);
        at.t.run(100ms);
        QCOMPARE(at.t.group->servingLeader(at.t.world.now), std::optional(kB));
        at.server.indexesShow(*at.t.group, kB, at.t.group->committed);
        QVERIFY(at.answers.empty());
        at.t.run(400ms);
        at.server.indexesShow(*at.t.group, kB, Lsn{});
        QCOMPARE(at.answers.size(), std::size_t{1});
        QVERIFY(std::holds_alternative<WriteReply>(at.answers.front()->answer));
    }

    void aWriteIsAnsweredByWhatItsLeaderLearns() {
        ServedGroup at;
        at.write();
        QVERIFY(at.answers.empty());
        at.server.indexesShow(*at.t.group, kA, at.t.group->committed);
        QCOMPARE(at.answers.size(), std::size_t{1});
    }

    void aZoneWithoutPowerForgetsWhoWaits() {
        ServedGroup at;
        at.write();
        losePower(at.t, kA);
        QVERIFY(!at.server.waitsForIndexes(at.t.group->id));
        QVERIFY(at.answers.empty());
    }

    // The mark waits for a copy that its leader has offered, as long as that leader may answer.
    void anOfferIsForgottenWithTheLead() {
        OneGroup t;
        const LogBounds bounds = [] {
            LogBounds made = smallBounds();
            made.groupHeldBytesMax = 20'000;
            return made;
        }();
        LogTrimmer trimmer(t.world, bounds);
        for (const ZoneIndex other : {kA, kC}) {
            t.setCut(kB, other, true);
            t.world.region(kRegion).suspects[other.value()][kB.value()] = true;
        }
        t.missRecords(*t.group, 300, 100);
        trimmer.move(*t.group);
        t.run(1ms);
        QVERIFY(t.group->log.trimMark > t.at(kB).mark.applied.next());
        t.world.acceptsOwnWork = false;  // No chunk is sent.
        for (const ZoneIndex other : {kA, kC})
            t.setCut(kB, other, false);
        t.run(1s);
        QVERIFY(t.at(kB).standing() == replication::Standing::NeedsCopy);

        const Lsn begin = t.group->committed;
        trimmer.offer(*t.group, kA, kB, begin);
        t.missRecords(*t.group, 50, 100);
        trimmer.move(*t.group);
        QCOMPARE(t.group->log.trimMark, begin.next());
        trimmer.forgetOffers(t.group->id, kC);
        trimmer.move(*t.group);
        QCOMPARE(t.group->log.trimMark, begin.next());
        trimmer.forgetOffers(t.group->id, kA);
        trimmer.move(*t.group);
        QCOMPARE(t.group->log.trimMark, t.group->committed.next());
    }
};

ORRERY_TEST_CLASS(LeaderMemoryTest)
#include "leader_memory_test.moc"
