// Goal: the records that a leader is given in one instant leave together, before it learns anything
// else, and whatever happens to the records in memory meanwhile.

#include <QTest>

#include "tests/cluster/one_group.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using replication::LogPosition;
using replication::Term;
using test::kA;
using test::kB;
using test::kC;
using test::noOp;
using test::OneGroup;

class ProposalsTest : public QObject {
    Q_OBJECT
private slots:
    void sendsWhatIsProposedInOneInstantTogether() {
        OneGroup t;
        const auto messagesOf = [&](int records) {
            const std::uint64_t before = t.replicator.totals().messages;
            for (int i = 0; i < records; ++i)
                t.replicator.propose(*t.group, kA, {});
            t.run(1ms);
            return t.replicator.totals().messages - before;
        };
        const std::uint64_t messages = messagesOf(1);
        const Lsn before = t.group->committed;
        QCOMPARE(messagesOf(10), messages);
        QCOMPARE(t.group->committed.value(), before.value() + 10);
        for (const ZoneIndex zone : {kA, kB, kC})
            QCOMPARE(t.at(zone).mark.applied.value(), t.group->committed.value());
    }

    // A leader that learns something in the same instant has sent what it was given before.
    void sendsWhatIsProposedBeforeAnythingElse() {
        OneGroup t;
        const Lsn last = t.replicator.propose(*t.group, kA, {});
        QVERIFY(t.at(kA).writing.empty());
        t.replicator.reportReachability(*t.group, kA, kC, false);
        QCOMPARE(t.at(kA).writing.back().position.lsn.value(), last.value());
        t.run(1ms);
        QCOMPARE(t.group->committed.value(), last.value());
    }

    void losesWithItsPowerWhatHasNotLeft() {
        OneGroup t;
        const Lsn lost = t.replicator.propose(*t.group, kA, {});
        t.replicator.powerLoss(*t.group, kA);
        t.replicator.powerBack(*t.group, kA);
        t.run(10ms);
        for (const ZoneIndex zone : {kA, kB, kC})
            QVERIFY(t.at(zone).durableLast < lost);
    }

    // A late record of an older leader takes the place of the proposed one among those in memory,
    // which all replicas of the group share.
    void sendsWhatIsProposedWhileAnotherLeadersRecordArrives() {
        OneGroup t;
        t.replicator.propose(*t.group, kA, {});
        t.run(1ms);
        table::LogRecord record;
        record.newImage = "of a";
        const Lsn lsn = t.replicator.propose(*t.group, kA, record);
        const LogPosition proposed = t.group->log.recent.newest().position;
        const SharedBytes bytes = t.group->log.recent.newest().bytes;
        t.group->log.recent.add({Term(proposed.term.value() - 1), lsn}, noOp());
        t.run(10ms);
        QCOMPARE(t.group->committed.value(), lsn.value());
        for (const ZoneIndex zone : {kA, kB, kC})
            QCOMPARE(*t.store->record(t.at(zone).volume(), t.group->id, lsn).value(), *bytes);
    }
};

ORRERY_TEST_CLASS(ProposalsTest)
#include "proposals_test.moc"
