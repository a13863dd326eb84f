#include <QTest>

#include "core/replication/replica.h"
#include "tests/support/test_main.h"

// Goal: a replica whose log cannot catch up gets a copy, and nobody counts on it meanwhile.
// Method: one replica alone, handed messages by hand. Whole groups: copy.scenario, tests/sim.

using namespace orrery;
using namespace orrery::replication;
using namespace std::chrono_literals;

namespace {

constexpr ZoneIndex kA{0};
constexpr ZoneIndex kB{1};
constexpr ZoneIndex kC{2};

Replica alone(const ReplicaOptions& options, ZoneIndex zone) {
    return Replica(zone, options, DurableState::appoint(kA), Lsn{}, Start::Resume, Prng(1),
                   Instant());
}

/// From the leader, which has nothing before record 10.
AppendRequest trimmedAppend() {
    AppendRequest request;
    request.term = Term{1};
    request.previous = {Term{1}, Lsn{9}};
    request.range = {Lsn{10}, Lsn{9}};
    request.trimmed = true;
    return request;
}

AppendReply accepted(Lsn matched, Standing standing) {
    AppendReply reply;
    reply.term = Term{1};
    reply.kind = AppendReply::Kind::Accepted;
    reply.matched = matched;
    reply.standing = standing;
    return reply;
}

template <typename Kind>
std::optional<Kind> sent(const Output& output, ZoneIndex to) {
    for (const Envelope& envelope : output.send) {
        const auto* message = std::get_if<Kind>(&envelope.message);
        if (message != nullptr && envelope.to == to) return *message;
    }
    return std::nullopt;
}

/// It has the records up to 3 on its disk, and nobody else has any.
Replica leaderOfThree(const ReplicaOptions& options) {
    Replica leader = alone(options, kA);
    leader.propose(Instant());
    leader.propose(Instant());
    leader.takeOutput();
    leader.persisted({Term{1}, Lsn{3}}, Instant());
    leader.takeOutput();
    return leader;
}

/// A follower that has been told that it needs a copy, and has that on its disk.
Replica followerInNeed(const ReplicaOptions& options) {
    Replica follower = alone(options, kB);
    follower.step({kA, kB, trimmedAppend()}, Instant(1ms));
    follower.stateSaved(follower.takeOutput().saveState, Instant(1ms));
    follower.takeOutput();
    return follower;
}

}  // namespace

class ReplicaCopyingTest : public QObject {
    Q_OBJECT
private slots:
    // What one replica has that could not lead is not yet safe from the loss of another.
    void countsNoReplicaWhoseCopyIsNotWhole() {
        const ReplicaOptions options;
        Replica leader = leaderOfThree(options);
        leader.step({kC, kA, accepted(Lsn{3}, Standing::Copying)}, Instant(1ms));
        QCOMPARE(leader.commitLsn().value(), std::uint64_t{0});
        QVERIFY(leader.leaseEnd() > Instant());  // Its promise counts.
        leader.step({kC, kA, accepted(Lsn{3}, Standing::Whole)}, Instant(2ms));
        QCOMPARE(leader.commitLsn().value(), std::uint64_t{3});
    }

    // Otherwise the leader waits for ever for an answer that goes as far as the old log did.
    void sendsAgainWhatTheLogBeforeTheCopyHad() {
        const ReplicaOptions options;
        Replica leader = leaderOfThree(options);
        leader.step({kC, kA, accepted(Lsn{3}, Standing::Copying)}, Instant(1ms));
        leader.step({kC, kA, accepted(Lsn{2}, Standing::Copying)}, Instant(2ms));
        leader.step({kC, kA, accepted(Lsn{2}, Standing::Whole)}, Instant(3ms));
        QCOMPARE(leader.matchedLsn(kC).value(), std::uint64_t{2});
        QCOMPARE(leader.commitLsn().value(), std::uint64_t{2});
        leader.takeOutput();
        leader.tick(leader.deadline());
        leader.tick(leader.deadline());
        const Output output = leader.takeOutput();
        const auto probe = sent<AppendRequest>(output, kC);
        QVERIFY(probe.has_value());
        QCOMPARE(probe->previous.lsn.value(), std::uint64_t{2});
    }

    // An old answer must not count for a replica that has begun to forget what it answered.
    void countsNoReplicaThatAsksForACopy() {
        const ReplicaOptions options;
        Replica leader = alone(options, kA);
        leader.propose(Instant());
        leader.takeOutput();
        leader.step({kC, kA, accepted(Lsn{2}, Standing::Whole)}, Instant(1ms));
        CopyRequest request;
        request.term = Term{1};
        request.begins = true;
        leader.step({kC, kA, request}, Instant(2ms));
        leader.persisted({Term{1}, Lsn{2}}, Instant(3ms));
        QCOMPARE(leader.commitLsn().value(), std::uint64_t{0});
        leader.step({kB, kA, accepted(Lsn{2}, Standing::Whole)}, Instant(4ms));
        QCOMPARE(leader.commitLsn().value(), std::uint64_t{2});
    }

    // The tree may have the first piece before the log has begun anew; after a loss of power in
    // between, the state must say that the log does not go with the tree.
    void asksForACopyOnceItsDiskKnowsThatItNeedsOne() {
        const ReplicaOptions options;
        Replica follower = alone(options, kB);
        follower.step({kA, kB, trimmedAppend()}, Instant(1ms));
        QVERIFY(follower.standing() == Standing::NeedsCopy);
        QVERIFY(!follower.isCaughtUp());
        const Output told = follower.takeOutput();
        QVERIFY(told.saveState != 0);
        QVERIFY(!sent<CopyRequest>(told, kA));
        follower.stateSaved(told.saveState, Instant(2ms));
        const auto request = sent<CopyRequest>(follower.takeOutput(), kA);
        QVERIFY(request.has_value());
        QVERIFY(request->begins);
    }

    // It is about to forget its log: what it took now, others would count on.
    void takesNoRecordsWhileItNeedsACopy() {
        const ReplicaOptions options;
        Replica follower = followerInNeed(options);
        AppendRequest request;
        request.term = Term{1};
        request.range = {Lsn{1}, Lsn{1}};
        request.entries.push_back({Term{1}, Lsn{1}, share("x")});
        follower.step({kA, kB, request}, Instant(2ms));
        const Output output = follower.takeOutput();
        QVERIFY(output.persist.empty());
        const auto reply = sent<AppendReply>(output, kA);
        QVERIFY(reply && reply->kind == AppendReply::Kind::Rejected);
        QVERIFY(reply->standing == Standing::NeedsCopy);
        QVERIFY(follower.promiseEnd() > Instant(2ms));
    }

    // A piece that was asked for before: of the log that goes, something may still be written.
    void beginsNoCopyBeforeItsDiskKnowsThatItNeedsOne() {
        const ReplicaOptions options;
        Replica follower = alone(options, kB);
        follower.step({kA, kB, trimmedAppend()}, Instant(1ms));
        const Output told = follower.takeOutput();
        CopyChunk chunk;
        chunk.term = Term{1};
        chunk.position = {Term{1}, Lsn{12}};
        follower.step({kA, kB, chunk}, Instant(2ms));
        QVERIFY(!follower.takeOutput().takeChunk);
        follower.stateSaved(told.saveState, Instant(3ms));
        follower.step({kA, kB, chunk}, Instant(4ms));
        QVERIFY(follower.takeOutput().takeChunk);
    }

    // It would get the same answer each time. Another leader has another tree.
    void asksALeaderThatCannotReadItsTreeNoMore() {
        const ReplicaOptions options;
        Replica follower = followerInNeed(options);
        CopyChunk refusal;
        refusal.term = Term{1};
        refusal.position = {Term{1}, Lsn{12}};
        refusal.isUnreadable = true;
        follower.step({kA, kB, refusal}, Instant(2ms));
        const Output output = follower.takeOutput();
        QVERIFY(!output.takeChunk && !output.beginCopy);
        follower.step({kA, kB, trimmedAppend()}, Instant(5s));
        QVERIFY(!sent<CopyRequest>(follower.takeOutput(), kA));
        CommitNotice rest;
        rest.term = Term{1};
        rest.resting = true;
        follower.step({kA, kB, rest}, Instant(6s));
        QVERIFY(follower.isAtRest());

        AppendRequest other = trimmedAppend();
        other.term = Term{2};
        follower.step({kC, kB, other}, Instant(7s));
        follower.stateSaved(follower.takeOutput().saveState, Instant(7s));
        follower.step({kC, kB, other}, Instant(8s));
        const auto request = sent<CopyRequest>(follower.takeOutput(), kC);
        QVERIFY(request.has_value());
    }

    // Nothing is left to do for it.
    void restsAlthoughItCannotGiveACopy_data() {
        QTest::addColumn<bool>("isRefused");
        QTest::newRow("refused") << true;
        QTest::newRow("on its way") << false;
    }
    void restsAlthoughItCannotGiveACopy() {
        QFETCH(bool, isRefused);
        const ReplicaOptions options;
        Replica leader = leaderOfThree(options);
        leader.step({kB, kA, accepted(Lsn{3}, Standing::Whole)}, Instant(1ms));
        CopyRequest request;
        request.term = Term{1};
        request.begins = true;
        leader.step({kC, kA, request}, Instant(2ms));
        QVERIFY(sent<CopyChunk>(leader.takeOutput(), kC));
        if (isRefused) leader.refuseCopy(kC);
        for (int tick = 1; tick < 20 && !leader.isAtRest(); ++tick) {
            leader.tick(leader.deadline());
            AppendReply reply = accepted(Lsn{3}, Standing::Whole);
            reply.promisedFrom =
                leader.deadline() == Instant::never() ? Instant(1s) : leader.deadline() - 1ms;
            leader.takeOutput();
            if (!leader.isAtRest()) leader.step({kB, kA, reply}, leader.deadline() - 1ms);
        }
        QCOMPARE(leader.isAtRest(), isRefused);
    }

    void beginsItsLogAnewWithTheFirstPiece() {
        const ReplicaOptions options;
        Replica follower = followerInNeed(options);
        CopyChunk chunk;
        chunk.term = Term{1};
        chunk.position = {Term{1}, Lsn{12}};
        follower.step({kA, kB, chunk}, Instant(2ms));
        const Output begun = follower.takeOutput();
        QVERIFY(begun.takeChunk);
        QVERIFY(begun.beginCopy);
        QVERIFY((follower.lastPosition() == LogPosition{Term{1}, Lsn{12}}));
        QVERIFY((follower.state().copyBase == LogPosition{Term{1}, Lsn{12}}));
        follower.stateSaved(begun.saveState, Instant(2ms));
        const auto reply = sent<AppendReply>(follower.takeOutput(), kA);
        QVERIFY(reply && reply->standing == Standing::Copying);
        QCOMPARE(reply->matched.value(), std::uint64_t{12});

        follower.copied(Instant(3ms));
        QVERIFY(follower.standing() == Standing::Whole);
        QVERIFY(follower.takeOutput().saveState != 0);
        follower.step({kA, kB, trimmedAppend()}, Instant(4ms));  // It has that by now.
        QVERIFY(follower.standing() == Standing::Whole);
    }
};

ORRERY_TEST_CLASS(ReplicaCopyingTest)
#include "replica_copying_test.moc"
