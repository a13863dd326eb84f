// Goal: a group's records are stored where its replicas look for them, no longer than needed, and
// the modelled disk writes them in order.

#include "core/cluster/replicas/replicator.h"

#include <QTest>

#include <span>

#include "core/cluster/replicas/group_state.h"
#include "core/table/log_record.h"
#include "tests/cluster/one_group.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using replication::LogPosition;
using replication::Term;
using test::kA;
using test::kB;
using test::kC;
using test::kRegion;
using test::noOp;
using test::OneGroup;

namespace {

Profile slowDisk() {
    Profile profile = Profile::dropIn();
    profile.disk = 300us;
    return profile;
}

/// Zone b has missed more in 40 groups than may be in flight to it, and begins to catch up.
std::vector<Group*> manyCatchingUp(OneGroup& t) {
    std::vector<Group*> groups = {t.group};
    while (groups.size() < 40)
        groups.push_back(&t.another());
    t.setCut(kA, kB, true);
    for (Group* group : groups)
        t.missRecords(*group, 20, 50'000);
    t.setCut(kA, kB, false);
    return groups;
}

}  // namespace

class ReplicatorTest : public QObject {
    Q_OBJECT
private slots:
    // Records for a member that is away stay in the store.
    void keepsFewRecordsForAMemberThatIsCutOff() {
        OneGroup t;
        t.setCut(kA, kB, true);
        for (int i = 0; i < 1000; ++i) {
            t.replicator.propose(*t.group, kA, {});
            t.run(1ms);
        }
        QCOMPARE(t.at(kC).mark.applied.value(), t.at(kA).mark.applied.value());
        QVERIFY(t.at(kB).mark.applied < t.at(kA).mark.applied);
        QVERIFY2(t.group->log.recent.size() <= 100,
                 qPrintable(QString::number(t.group->log.recent.size())));
        t.setCut(kA, kB, false);
        t.run(100ms);
        QCOMPARE(t.at(kB).mark.applied.value(), t.at(kA).mark.applied.value());
        t.run(1ms);
        QVERIFY(t.group->log.recent.empty());
    }

    void keepsFewBytesForAMemberThatIsCutOff() {
        OneGroup t;
        t.setCut(kA, kB, true);
        table::LogRecord record;
        record.newImage = std::string(10'000, 'x');
        for (int i = 0; i < 100; ++i) {
            t.replicator.propose(*t.group, kA, record);
            t.run(1ms);
        }
        QVERIFY2(t.group->log.recent.size() <= 4,
                 qPrintable(QString::number(t.group->log.recent.size())));
        t.setCut(kA, kB, false);
        t.run(100ms);
        QCOMPARE(t.at(kB).mark.applied.value(), t.at(kA).mark.applied.value());
    }

    // What is on its way to a quorum stays at hand while another member catches up far behind it.
    void keepsTheLatestRecordsWhileAMemberCatchesUp() {
        OneGroup t;
        t.setCut(kA, kB, true);
        t.missRecords(*t.group, 200, 100);
        const Lsn last = t.replicator.propose(*t.group, kA, {});
        t.events(1ms);
        QVERIFY(t.group->log.recent.find(last) != nullptr);
        t.setCut(kA, kB, false);
        bool isLost = false;
        test::runGroupEvents(t.world, t.replicator, t.world.now + 100ms, [&](const Event&) {
            isLost = isLost || t.group->log.recent.find(last) == nullptr;
        });
        QCOMPARE(t.at(kB).mark.applied, last);
        QVERIFY(!isLost);
    }

    // Whatever keeps it behind, also where every node hears every other one.
    void aMemberThatIsFarBehindIsNotWaitedFor() {
        cluster::LogBounds bounds;
        bounds.groupHeldBytesMax = 100'000;
        bounds.stepBytes = 20'000;
        OneGroup t(Profile::dropIn(), bounds);
        t.setCut(kA, kB, true);
        t.missRecords(*t.group, 50, 1000);
        QVERIFY(t.group->log.trimMark <= t.at(kB).mark.applied.next());
        t.missRecords(*t.group, 450, 1000);
        QVERIFY2(t.group->log.trimMark > Lsn(400),
                 qPrintable(QString::number(t.group->log.trimMark.value())));
        t.setCut(kA, kB, false);
        t.run(10s);
        QCOMPARE(t.at(kB).standing(), replication::Standing::Whole);
        QCOMPARE(t.at(kB).mark.applied.value(), t.at(kA).mark.applied.value());
    }

    // The records that a leader reads for a follower's catch-up occupy memory until they arrive.
    void catchesUpWithFewBytesUnderWay() {
        OneGroup t(slowDisk());
        t.setCut(kA, kB, true);
        t.missRecords(*t.group, 400, 20'000);
        t.setCut(kA, kB, false);
        t.run(100ms);
        QCOMPARE(t.at(kB).mark.applied.value(), t.at(kA).mark.applied.value());
        QVERIFY2(t.catchUpPeak > 0 && t.catchUpPeak < 700'000,
                 qPrintable(QString::number(t.catchUpPeak)));
        QCOMPARE(t.catchUpBytes(), std::uint64_t{0});
    }

    // A zone that is back may have missed records of thousands of groups.
    void catchesManyGroupsUpWithFewBytesOnALink() {
        OneGroup t(slowDisk());
        const std::vector<Group*> groups = manyCatchingUp(t);
        t.run(200ms);
        for (const Group* group : groups)
            QCOMPARE(group->member(kB).mark.applied.value(),
                     group->member(kA).mark.applied.value());
        QVERIFY2(t.catchUpPeak > 4'000'000 && t.catchUpPeak < 8'800'000,
                 qPrintable(QString::number(t.catchUpPeak)));
        QCOMPARE(t.catchUpBytes(), std::uint64_t{0});
    }

    // Nobody may ever look at what changed.
    void forgetsThatGroupsChangedThatAreGone() {
        OneGroup t;
        for (std::uint64_t id = 2; id < 5000; ++id) {
            const KeySpaceId space(static_cast<std::uint32_t>(id));
            t.replicator.create({GroupId(id), GroupKind::Table, kRegion, space, space, "", "", kA});
            t.replicator.remove(GroupId(id));
        }
        QVERIFY(t.world.changedGroups.size() <= 1024);
        QCOMPARE(t.world.changedGroups.groups().front(), GroupId(1));
    }

    // The queue of waiting followers advances, whichever of them leaves it.
    void continuesWhenAFollowerThatCaughtUpLeaves() {
        OneGroup t(slowDisk());
        const std::vector<Group*> groups = manyCatchingUp(t);
        QVERIFY(t.catchUpBytes() > 0);
        for (std::size_t i = 0; i < groups.size() / 2; ++i)
            t.replicator.remove(groups[i]->id);
        t.replicator.powerLoss(*groups.back(), kA);
        t.run(200ms);
        for (std::size_t i = groups.size() / 2; i + 1 < groups.size(); ++i) {
            QCOMPARE(groups[i]->member(kB).mark.applied.value(),
                     groups[i]->member(kA).mark.applied.value());
        }
        QCOMPARE(t.catchUpBytes(), std::uint64_t{0});
    }

    // Records of the open turn are on the modelled disk, but the store cannot return them yet.
    void findsItsRecordsAfterPowerWasLostAndBackInOneTurn() {
        OneGroup t;
        t.replicator.propose(*t.group, kA, {});
        t.events(1ms);
        const Lsn last = t.at(kB).mark.applied;
        t.group->log.recent.clear();
        t.at(kB).mark.applied = Lsn(last.value() - 1);
        QCOMPARE(t.at(kB).durableLast.value(), last.value());
        t.replicator.powerLoss(*t.group, kB);
        t.replicator.powerBack(*t.group, kB);
        QCOMPARE(t.at(kB).mark.applied.value(), last.value());
        t.endTurn();
        QVERIFY(t.at(kB).writing.empty());
    }

    // What one disk has lost another may have; if none has it, only that replica stays behind.
    void passesOverADamagedRecord_data() {
        QTest::addColumn<int>("damaged");
        QTest::newRow("in one log") << 1;
        QTest::newRow("in all logs") << 3;
    }
    void passesOverADamagedRecord() {
        QFETCH(int, damaged);
        OneGroup t;
        t.replicator.propose(*t.group, kA, {});
        t.run(1ms);
        const Lsn last = t.at(kB).mark.applied;
        const ZoneIndex zones[] = {kB, kA, kC};
        for (const ZoneIndex zone : std::span(zones).first(static_cast<std::size_t>(damaged))) {
            const VolumeId volume = volumeOf(kRegion, zone);
            t.world.turn.truncate(volume, t.group->id, last);
            t.world.turn.append(volume, t.group->id, last, share("junk"));
        }
        t.endTurn();
        t.group->log.recent.clear();
        t.at(kB).mark.applied = Lsn(last.value() - 1);
        t.replicator.powerLoss(*t.group, kB);
        t.replicator.powerBack(*t.group, kB);
        QVERIFY(!t.world.failure.has_value());
        QVERIFY(t.world.damage.has_value());
        const std::string message = t.world.damage->message();
        QVERIFY2(message.starts_with("Record 2 of partition 1 in zone b is corrupt in log.mdb"),
                 message.c_str());
        QCOMPARE(t.at(kB).mark.applied.value(), last.value() - (damaged == 3 ? 1 : 0));
    }

    // The same when a resuming leader reads its uncommitted tail.
    void opensNoGroupWithADamagedTail() {
        OneGroup t;
        t.setCut(kA, kB, true);
        t.setCut(kA, kC, true);
        const Lsn last = t.replicator.propose(*t.group, kA, {});
        t.run(1ms);
        QVERIFY(t.at(kA).durableLast == last && t.at(kA).mark.applied < last);
        const VolumeId volume = volumeOf(kRegion, kA);
        t.world.turn.truncate(volume, t.group->id, last);
        t.world.turn.append(volume, t.group->id, last, share("junk"));
        t.endTurn();
        WorldState world(*t.store, Profile::dropIn(), 1, 100);
        world.addRegion("us-east-1");
        Replicator replicator(world);
        Group& group = replicator.add(
            {GroupId(1), GroupKind::Table, kRegion, KeySpaceId(1), KeySpaceId(1), "", "", kA});
        group.schema = std::make_shared<table::ApplySchema>();
        const auto opened = replicator.reopen(group);
        QVERIFY(!opened.has_value());
        QVERIFY(opened.error().message().find("corrupt") != std::string::npos);
    }

    // A member that was cut off may take the leader of an earlier term for the present one.
    void takesTheLeaderOfTheLatestTermWhenItOpens() {
        OneGroup t;
        GroupState states;
        states.replicas.fill(replication::DurableState::appoint(kC));
        for (const ZoneIndex zone : {kA, kB}) {
            states.replicas[zone.value()].term = Term(4);
            states.replicas[zone.value()].leader = kB;
        }
        t.world.turn.putGroupState(volumeOf(kRegion, kA), GroupId(2), encodeGroupState(states));
        t.endTurn();
        Group& group = t.replicator.add(
            {GroupId(2), GroupKind::Table, kRegion, KeySpaceId(1), KeySpaceId(1), "b", "", kC});
        group.schema = std::make_shared<table::ApplySchema>();
        QVERIFY(t.replicator.reopen(group).has_value());
        QCOMPARE(group.leaderHint, kB);
    }

    // A copy that is there waits for the readers of the log; what is committed meanwhile must not
    // be applied at once when they are done.
    void appliesInStepsAfterACopyThatWaitedForReaders() {
        LogBounds bounds;
        bounds.groupHeldBytesMax = 1000;
        bounds.stepRecords = 1;
        OneGroup t(Profile::dropIn(), bounds);
        t.setCut(kA, kB, true);
        for (const ZoneIndex other : {kA, kC})
            t.world.region(kRegion).suspects[other.value()][kB.value()] = true;
        t.group->log.readers["stream"] = Lsn(50);
        t.missRecords(*t.group, 200, 100);
        QVERIFY(t.group->log.trimMark > t.at(kB).mark.applied.next());
        t.setCut(kA, kB, false);
        t.run(1s);
        for (int i = 0; i < 3000; ++i)
            t.replicator.propose(*t.group, kA, {});
        t.run(1s);
        QCOMPARE(t.at(kB).standing(), replication::Standing::Copying);
        t.group->log.readers["stream"] = t.group->committed;
        std::uint64_t most = 0;
        Lsn before = t.at(kB).mark.applied;
        test::runGroupEvents(t.world, t.replicator, t.world.now + 1s, [&](const Event&) {
            const Lsn now = t.at(kB).mark.applied;
            most = std::max(most, now.value() - before.value());
            before = now;
        });
        QCOMPARE(t.at(kB).standing(), replication::Standing::Whole);
        QCOMPARE(before, t.group->committed);
        QVERIFY2(most <= 256, qPrintable(QString::number(most)));
    }

    // The disk gets a record and, before it is written, another one in its place: the completion of
    // the first is not that of the second.
    void writesNothingEarlyWhereATailWasCut() {
        OneGroup t(slowDisk());
        const LogPosition first = t.at(kB).replica->lastPosition();
        QCOMPARE(t.at(kB).durableLast.value(), first.lsn.value());
        const Lsn next = first.lsn.next();
        t.give(kA, first, {Term(1), next});
        t.run(100us);
        t.give(kC, first, {Term(2), next});
        t.run(210us);
        QCOMPARE(t.at(kB).durableLast.value(), first.lsn.value());
        t.run(100us);
        QCOMPARE(t.at(kB).durableLast.value(), next.value());
        t.replicator.powerLoss(*t.group, kB);
        t.replicator.powerBack(*t.group, kB);
        QCOMPARE(t.at(kB).replica->lastPosition().term.value(), std::uint64_t{2});
    }

    // A disk that becomes faster does not write the last record before the others.
    void writesInOrderWhenTheDiskBecomesFaster() {
        OneGroup t(slowDisk());
        const LogPosition first = t.at(kB).replica->lastPosition();
        const LogPosition second{Term(1), first.lsn.next()};
        const LogPosition third{Term(2), second.lsn.next()};
        t.give(kA, first, second);
        t.run(100us);
        t.world.setProfile(Profile::dropIn());
        t.give(kC, second, third);
        t.run(0us);
        QCOMPARE(t.at(kB).durableLast.value(), first.lsn.value());
        t.run(250us);
        QCOMPARE(t.at(kB).durableLast.value(), third.lsn.value());
        QCOMPARE(t.at(kB).durable.term.value(), std::uint64_t{2});
    }
};

ORRERY_TEST_CLASS(ReplicatorTest)
#include "replicator_test.moc"
