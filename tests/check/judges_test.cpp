#include <QTest>

#include "core/check/committed_log.h"
#include "core/check/history.h"
#include "core/check/leadership.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::check;
using namespace std::chrono_literals;

namespace {

constexpr ZoneIndex kA{0};
constexpr ZoneIndex kB{1};

Instant at(Duration sinceStart) {
    return Instant(sinceStart);
}

/// A group with one member that commits every record that it is given.
struct Run {
    Verdict verdict;
    CommittedLog log{verdict};
    History history{verdict, log};

    OperationId committedWrite(std::uint32_t item, Instant now) {
        const OperationId id = history.begin(OperationKind::Write, item, now);
        log.committed(kA, log.last().next(), {item, id}, now);
        return id;
    }
};

bool says(const Verdict& verdict, const char* part) {
    return verdict.violation().find(part) != std::string::npos;
}

}  // namespace

// Goal: each judge finds the mistake that it is for. Method: each test breaks one promise.
class JudgesTest : public QObject {
    Q_OBJECT
private slots:
    void keepsTheFirstViolation() {
        Verdict verdict;
        QVERIFY(verdict.ok());
        verdict.fail(at(2ms), "first");
        verdict.fail(at(3ms), "second");
        QCOMPARE(verdict.violation(), std::string("at 2000 us: first"));
    }

    void acceptsAnHonestRun() {
        Run run;
        const OperationId write = run.committedWrite(7, at(1ms));
        run.history.acknowledge(write, Lsn{1}, at(2ms));
        const OperationId read = run.history.begin(OperationKind::StrongRead, 7, at(3ms));
        run.history.show(read, Lsn{1}, write, at(4ms));
        const OperationId lost = run.history.begin(OperationKind::Write, 7, at(4ms));
        run.history.leaveOpen(lost, at(5ms));
        run.log.committed(kB, Lsn{1}, {7, write}, at(5ms));
        run.log.committed(ZoneIndex{2}, Lsn{1}, {7, write}, at(5ms));
        run.log.expectConverged(at(6ms));
        run.history.finish(at(6ms));
        QVERIFY2(run.verdict.ok(), run.verdict.violation().c_str());
        QCOMPARE(run.history.count(OperationKind::Write, Outcome::Done), std::size_t{1});
    }

    void findsTwoHistories() {
        Run run;
        run.log.committed(kA, Lsn{1}, {0, 1}, at(1ms));
        run.log.committed(kB, Lsn{1}, {0, 2}, at(2ms));
        QVERIFY(says(run.verdict, "two histories: at LSN 1 zone b"));
    }

    void findsAHole() {
        Run run;
        run.log.committed(kA, Lsn{1}, kNoVersion, at(1ms));
        run.log.committed(kA, Lsn{2}, kNoVersion, at(1ms));
        run.log.restarted(kA, Lsn{1});
        run.log.committed(kA, Lsn{2}, kNoVersion, at(2ms));
        QVERIFY(run.verdict.ok());
        run.log.committed(kB, Lsn{2}, kNoVersion, at(3ms));
        QVERIFY(says(run.verdict, "zone b commits LSN 2 after LSN 0"));
    }

    void findsAMemberThatStaysBehind() {
        Run run;
        run.log.committed(kA, Lsn{1}, kNoVersion, at(1ms));
        run.log.expectConverged(at(2ms));
        QVERIFY(says(run.verdict, "zone b has committed up to LSN 0 of 1"));
    }

    void findsTwoLeadersOfATerm() {
        Verdict verdict;
        Leadership leadership(verdict);
        leadership.leads(kA, 1, at(1ms));
        leadership.leads(kB, 2, at(2ms));
        leadership.leads(kA, 1, at(3ms));
        QVERIFY(verdict.ok());
        leadership.leads(kA, 2, at(4ms));
        QVERIFY(says(verdict, "two leaders of term 2: zone b and zone a"));
    }

    void findsTwoThatServeAtOnce() {
        Verdict verdict;
        Leadership leadership(verdict);
        leadership.serves(kA, at(10ms), at(1ms));
        leadership.serves(kB, at(20ms), at(10ms));  // The lease ends early.
        leadership.stops(kB);
        leadership.serves(kA, at(30ms), at(11ms));
        QVERIFY(verdict.ok());
        leadership.serves(kB, at(40ms), at(29ms));
        QVERIFY(says(verdict, "two replicas serve as leader: zone b and zone a"));
    }

    void findsAnAcknowledgedWriteThatIsNotCommitted() {
        Run run;
        const OperationId write = run.history.begin(OperationKind::Write, 3, at(1ms));
        run.history.acknowledge(write, Lsn{1}, at(2ms));
        QVERIFY(says(run.verdict, "write 0 of item 3 was acknowledged at LSN 1"));
    }

    void findsAStaleStrongRead() {
        Run run;
        const OperationId first = run.committedWrite(1, at(1ms));
        run.history.acknowledge(first, Lsn{1}, at(1ms));
        const OperationId before = run.history.begin(OperationKind::StrongRead, 1, at(2ms));
        const OperationId second = run.committedWrite(1, at(2ms));
        run.history.acknowledge(second, Lsn{2}, at(3ms));
        const OperationId eventual = run.history.begin(OperationKind::EventualRead, 1, at(4ms));
        const OperationId after = run.history.begin(OperationKind::StrongRead, 1, at(4ms));
        run.history.show(before, Lsn{1}, first, at(5ms));    // The two overlapped.
        run.history.show(eventual, Lsn{1}, first, at(5ms));  // An eventual read promises nothing.
        QVERIFY2(run.verdict.ok(), run.verdict.violation().c_str());
        run.history.show(after, Lsn{1}, first, at(5ms));
        QVERIFY(says(run.verdict, "shows LSN 1, but LSN 2 was known before it began"));
    }

    void findsAVersionThatIsTakenBack() {
        Run run;
        const OperationId write = run.history.begin(OperationKind::Write, 1, at(1ms));
        const OperationId failed = run.history.begin(OperationKind::FailedCondition, 1, at(2ms));
        run.history.show(failed, Lsn{1}, write, at(3ms));
        QVERIFY(run.verdict.ok());  // It may still be committed.
        run.log.committed(kA, Lsn{1}, kNoVersion, at(4ms));
        run.history.finish(at(5ms));
        QVERIFY(says(run.verdict, "failed condition 1 of item 1 showed what operation 0 wrote"));
    }

    void findsAVersionThatIsNeverCommitted() {
        Run run;
        const OperationId write = run.history.begin(OperationKind::Write, 1, at(1ms));
        const OperationId failed = run.history.begin(OperationKind::FailedCondition, 1, at(2ms));
        run.history.show(failed, Lsn{1}, write, at(3ms));
        run.history.finish(at(5ms));
        QVERIFY(says(run.verdict, "showed LSN 1, which nobody ever committed"));
    }

    void findsAStrongReadOlderThanOneBefore() {
        Run run;
        const OperationId open =
            run.committedWrite(1, at(1ms));  // Committed but never acknowledged.
        const OperationId first = run.history.begin(OperationKind::StrongRead, 1, at(2ms));
        run.history.show(first, Lsn{1}, open, at(2ms));
        const OperationId second = run.history.begin(OperationKind::StrongRead, 1, at(3ms));
        run.history.show(second, Lsn{}, 0, at(3ms));
        QVERIFY(says(run.verdict, "shows LSN 0, but LSN 1 was known"));
    }

    void findsAWriteThatWasRefused() {
        Run run;
        const OperationId write = run.committedWrite(1, at(1ms));
        run.history.refuse(write, at(2ms));
        run.history.finish(at(3ms));
        QVERIFY(says(run.verdict, "LSN 1 holds a write of item 1 that no client asked for"));
    }
};

ORRERY_TEST_CLASS(JudgesTest)
#include "judges_test.moc"
