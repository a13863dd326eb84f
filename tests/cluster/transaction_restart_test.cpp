// Goal: what a process began is not taken by the next one for its own, whatever numbers repeat.
// Method: worlds that are stopped or killed at some step of a transaction; the next process has the
// disk alone, and starts as the one before did.

#include <QTest>

#include "core/cluster/transactions/ledger_row.h"
#include "tests/cluster/transaction_calls.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Act;
using test::Numbers;
using test::WorldHarness;

namespace {

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

/// Three items with 100 each, and a ledger.
void makeTable(WorldHarness& world) {
    world.createTable();
    std::vector<std::uint64_t> calls;
    for (const char* pk : {"x", "y", "z"})
        calls.push_back(test::write(world, {.pk = pk, .item = Numbers{{"n", 100}}}));
    test::finish(world, calls);
    test::finish(world, {test::transact(world, {{.pk = "x", .item = Numbers{{"n", 100}}}})});
    world.run(1min);
}

std::vector<Act> add(std::int64_t amount, const std::string& to) {
    return {{.pk = "x", .update = "ADD n :a", .values = {{":a", amount}}},
            {.pk = to, .update = "ADD n :a", .values = {{":a", amount}}}};
}

std::vector<std::optional<Numbers>> read(WorldHarness& world) {
    const std::uint64_t call = test::transactGet(world, {"x", "y", "z"});
    test::finish(world, {call});
    return test::itemsOf(world, call);
}

std::string writeNow(WorldHarness& world, const std::string& pk) {
    const std::uint64_t write =
        test::write(world, {.pk = pk, .update = "SET t = :t", .values = {{":t", 1}}});
    test::finish(world, {write});
    return test::outcomeOf(world, write);
}

}  // namespace

class TransactionRestartTest : public QObject {
    Q_OBJECT
private slots:
    // The clock may stand where it stood before: a new transaction is none of those before the
    // stop.
    void aRestartRepeatsNoTransaction() {
        WorldHarness world;
        makeTable(world);
        for (std::int64_t done = 1; done <= 3; ++done) {
            static_cast<void>(test::transact(world, add(1, "y")));
            while (world.turn(world.world().now(), 1) == false) {
            }
            world.restart();
        }
        world.run(20s);
        const auto items = read(world);
        QCOMPARE(items[0]->at("n"), std::int64_t{103});
        QCOMPARE(items[1]->at("n"), std::int64_t{103});
    }

    // Two processes that start alike. The second one's first transaction has the token of the
    // first one's, and its tickets and numbers are the same.
    void aNewProcessTakesNoTokenForItsOwn() {
        WorldHarness world;
        makeTable(world);
        world.sync();
        const auto call = [&](std::int64_t amount) {
            world.reopen();
            const std::uint64_t one = test::transact(world, add(amount, "y"), "token");
            test::finish(world, {one});
            world.sync();
            return test::outcomeOf(world, one);
        };
        QCOMPARE(qt(call(1)), QString("ok"));
        QCOMPARE(qt(call(2)), QString("IdempotentParameterMismatchException"));
        QCOMPARE(qt(call(1)), QString("ok"));
        QCOMPARE(read(world)[0]->at("n"), std::int64_t{101});
        QCOMPARE(qt(writeNow(world, "x")), QString("ok"));
    }

    // The decision comes after the begin in the ledger's log, so nothing is lost by not waiting.
    void preparesBeforeTheLedgerHasWritten() {
        WorldHarness world;
        makeTable(world);
        world.sync();
        world.world().setDetailedTrace(true);
        const EventId before = world.world().lastEvent();
        static_cast<void>(test::transact(world, add(1, "y")));
        while (!world.turn(world.world().now(), 1)) {
        }
        std::size_t prepared = 0;
        for (const observe::Event& event : world.world().trace().since(before, SIZE_MAX))
            if (observe::eventKind(event.body) == "transaction prepared") ++prepared;
        QVERIFY(prepared > 0);
    }

    // The begin of another transaction of the same token may have been lost in an earlier term.
    void twoTermsGiveDifferentNumbers() {
        const std::uint64_t first = cluster::transactionNumber({replication::Term(1), Lsn(7)});
        const std::uint64_t second = cluster::transactionNumber({replication::Term(2), Lsn(7)});
        QVERIFY(first != second);
        QCOMPARE(cluster::lsnIn(first), std::uint64_t{7});
        QCOMPARE(cluster::lsnIn(second), std::uint64_t{7});
    }

    // What a killed process left open is settled at the start: its coordinator cannot come back.
    void anOpenTransactionHoldsItsItemsNoLongerThanAStart() {
        for (std::size_t step = 0; step < 160; step += 2) {
            WorldHarness world(cluster::Profile::dropIn(), 1 + step);
            makeTable(world);
            world.sync();
            static_cast<void>(test::transact(world, add(10, "y")));
            world.turn(world.world().now() + 20ms, step);
            world.sync();
            world.kill();
            world.run(3s);
            QCOMPARE(qt(writeNow(world, "x")), QString("ok"));
            QCOMPARE(qt(writeNow(world, "y")), QString("ok"));
        }
    }

    // The first one is killed at any step of its transaction.
    void aNewProcessRepeatsNoTransaction() {
        for (std::size_t step = 0; step < 160; step += 2) {
            WorldHarness world(cluster::Profile::serviceLike(), 1 + step);
            makeTable(world);
            world.sync();
            world.reopen();
            const std::uint64_t first = test::transact(world, add(10, "y"));
            world.turn(world.world().now() + 20ms, step);
            const bool isAnswered = test::outcomeOf(world, first) == "ok";
            world.sync();
            world.reopen();
            const std::uint64_t second = test::transact(world, add(1, "z"));
            test::finish(world, {second});
            world.run(20s);
            world.sync();
            const QString where = QString("step %1").arg(step);
            const auto items = read(world);
            const std::int64_t first10 = items[1]->at("n") - 100;
            const std::int64_t second1 = items[2]->at("n") - 100;
            QVERIFY2(first10 == 10 || (first10 == 0 && !isAnswered), qPrintable(where));
            const bool isDone = test::outcomeOf(world, second) == "ok";
            QVERIFY2(second1 == (isDone ? 1 : 0), qPrintable(where));
            QCOMPARE(items[0]->at("n"), 100 + first10 + second1);
            for (const char* pk : {"x", "y", "z"})
                QVERIFY2(writeNow(world, pk) == "ok", qPrintable(where));
        }
    }
};

ORRERY_TEST_CLASS(TransactionRestartTest)
#include "transaction_restart_test.moc"
