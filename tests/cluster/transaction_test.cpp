// Goal: transactions are atomic, conflict with one another and with single writes, and survive the
// loss of whatever drives them. Method: scripted scenarios on a world; steps of events between two
// looks, so that a fault strikes at every step of a transaction once.

#include <QTest>

#include "tests/cluster/transaction_calls.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Act;
using test::Numbers;
using test::WorldHarness;

namespace {

constexpr std::int64_t kSum = 200;

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

/// Two accounts in different partitions, with 100 each.
void makeAccounts(WorldHarness& world) {
    world.createTable();
    test::finish(world, {test::write(world, {.pk = "x", .item = Numbers{{"n", 100}}}),
                         test::write(world, {.pk = "y", .item = Numbers{{"n", 100}}})});
    world.sync();
}

std::vector<Act> transfer(std::int64_t amount) {
    return {
        {.pk = "x", .update = "SET n = n - :a", .condition = "n >= :a", .values = {{":a", amount}}},
        {.pk = "y", .update = "SET n = n + :a", .values = {{":a", amount}}}};
}

/// What both accounts have, read together; nothing if the read does not succeed.
std::optional<std::pair<std::int64_t, std::int64_t>> balances(WorldHarness& world) {
    const std::uint64_t read = test::transactGet(world, {"x", "y"}, 1);
    test::finish(world, {read});
    if (test::outcomeOf(world, read) != "ok") return std::nullopt;
    const auto items = test::itemsOf(world, read);
    return std::pair(items[0]->at("n"), items[1]->at("n"));
}

/// Everything is healed, and enough time has passed for each recovery.
void settle(WorldHarness& world) {
    test::healAll(world.world());
    world.run(30s);
    world.sync();
}

/// The replicas agree with one another and with what was counted at apply, and no item is left
/// prepared.
std::string judge(WorldHarness& world) {
    std::string problem = test::judgeTables(world.world());
    if (problem.empty()) problem = test::judgeTrees(world.world(), world.store());
    const std::uint64_t write =
        test::write(world, {.pk = "x", .update = "SET t = :t", .values = {{":t", 1}}});
    test::finish(world, {write});
    if (problem.empty() && test::outcomeOf(world, write) != "ok")
        problem = "a write is refused: " + test::outcomeOf(world, write);
    return problem;
}

}  // namespace

class TransactionTest : public QObject {
    Q_OBJECT
private slots:
    void doesAllOrNothing() {
        WorldHarness world;
        makeAccounts(world);
        const std::uint64_t done = test::transact(world, transfer(30));
        test::finish(world, {done});
        QCOMPARE(qt(test::outcomeOf(world, done)), QString("ok"));
        QCOMPARE(*balances(world), std::pair(std::int64_t{70}, std::int64_t{130}));
        const std::uint64_t refused = test::transact(world, transfer(71));
        test::finish(world, {refused});
        QCOMPARE(qt(test::outcomeOf(world, refused)), QString("ConditionalCheckFailed, None"));
        QCOMPARE(*balances(world), std::pair(std::int64_t{70}, std::int64_t{130}));
        QCOMPARE(qt(judge(world)), QString());
    }

    void putsDeletesAndChecks() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        const std::uint64_t done = test::transact(
            world,
            {{.pk = "new", .item = Numbers{{"n", 1}}, .condition = "attribute_not_exists(n)"},
             {.pk = "x", .isDelete = true},
             {.pk = "y", .condition = "n = :n", .values = {{":n", 100}}},
             {.pk = "gone", .condition = "attribute_not_exists(n)"},
             {.pk = "never", .isDelete = true}});
        test::finish(world, {done});
        QCOMPARE(qt(test::outcomeOf(world, done)), QString("ok"));
        const std::uint64_t read = test::transactGet(world, {"new", "x", "y", "gone", "never"});
        test::finish(world, {read});
        const auto items = test::itemsOf(world, read);
        QCOMPARE(items[0]->at("n"), std::int64_t{1});
        QVERIFY(!items[1]);
        QCOMPARE(items[2]->at("n"), std::int64_t{100});
        QVERIFY(!items[3] && !items[4]);
        settle(world);
        QCOMPARE(qt(judge(world)), QString());
    }

    // Both are under way at once; the items are in different partitions.
    void twoTransactionsConflict() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        test::finish(world, {test::transact(world, transfer(1))});  // The ledger exists.
        std::map<std::string, int> outcomes;
        for (int i = 0; i < 10; ++i) {
            const std::vector<std::uint64_t> both = {test::transact(world, transfer(1), "", 0),
                                                     test::transact(world, transfer(1), "", 1)};
            test::finish(world, both);
            for (const std::uint64_t one : both)
                ++outcomes[test::outcomeOf(world, one)];
        }
        QVERIFY(outcomes["ok"] >= 1);
        int conflicts = 0;
        for (const auto& [outcome, count] : outcomes) {
            if (outcome.contains("TransactionConflict")) conflicts += count;
        }
        QVERIFY(conflicts >= 1);
        QCOMPARE(outcomes["ok"] + conflicts, 20);
        const auto end = *balances(world);
        QCOMPARE(end.second - 101, std::int64_t{outcomes["ok"]});
        QCOMPARE(end.first + end.second, kSum);
        QVERIFY(world.world().totals().transactionConflicts >= 1);
    }

    // GetItem shows the last committed value meanwhile.
    void aSingleWriteRunsIntoATransaction() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        test::finish(world, {test::transact(world, transfer(1))});
        const std::uint64_t transaction = test::transact(world, transfer(10));
        std::map<std::string, int> writes;
        std::map<std::string, int> reads;
        std::vector<std::uint64_t> calls{transaction};
        std::vector<std::uint64_t> gets;
        while (!world.done(transaction)) {
            calls.push_back(
                test::write(world, {.pk = "x", .update = "SET t = :t", .values = {{":t", 1}}}, 2));
            gets.push_back(world.get("x", true, 2));
            world.run(300us);
        }
        test::finish(world, calls);
        test::finish(world, gets);
        for (std::size_t i = 1; i < calls.size(); ++i)
            ++writes[test::outcomeOf(world, calls[i])];
        for (const std::uint64_t get : gets)
            ++reads[test::outcomeOf(world, get)];
        QVERIFY(writes["TransactionConflictException"] >= 1);
        QCOMPARE(reads["ok"], static_cast<int>(gets.size()));
        QCOMPARE(qt(test::outcomeOf(world, transaction)), QString("ok"));
    }

    void aBatchLeavesAConflictingWriteUnprocessed() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        test::finish(world, {test::transact(world, transfer(1))});
        const std::uint64_t transaction = test::transact(world, transfer(10));
        world.run(4ms);  // It is prepared.
        const std::uint64_t batch =
            world.submit("BatchWriteItem", [](const cluster::Catalog& catalog, const auto& caller) {
                cluster::WriteBatch request;
                for (const char* pk : {"x", "z"}) {
                    cluster::WriteItem write;
                    write.table = catalog.find(caller, "T");
                    write.key = {types::AttributeValue::string(pk), std::nullopt};
                    write.action = cluster::DeleteAction{};
                    request.writes.push_back(std::move(write));
                }
                return ApiResult<cluster::Request>(std::move(request));
            });
        test::finish(world, {transaction, batch});
        QCOMPARE(qt(test::outcomeOf(world, transaction)), QString("ok"));
        const auto& reply = std::get<cluster::BatchWriteReply>(*world.answer(batch)->result);
        QCOMPARE(reply.unprocessed, std::vector<std::uint32_t>{0});
    }

    void aRefusedItemIsShownIfWanted() {
        WorldHarness world;
        makeAccounts(world);
        const std::uint64_t refused = test::transact(
            world, {{.pk = "x", .condition = "n = :n", .values = {{":n", 5}}, .wantsItem = true},
                    {.pk = "z", .item = Numbers{{"n", 1}}}});
        test::finish(world, {refused});
        const auto& reasons = world.answer(refused)->result.error().reasons;
        QCOMPARE(reasons.size(), std::size_t{2});
        QVERIFY(reasons[0].item != nullptr);
        QCOMPARE(qt(std::string(reasons[1].code)), QString("None"));
    }

    void aTokenCountsOnceForTenMinutes() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        const auto call = [&](std::int64_t amount) {
            const std::uint64_t one = test::transact(world, transfer(amount), "token");
            test::finish(world, {one});
            return one;
        };
        QCOMPARE(qt(test::outcomeOf(world, call(5))), QString("ok"));
        const std::uint64_t again = call(5);
        QCOMPARE(qt(test::outcomeOf(world, again)), QString("ok"));
        const auto& reply = std::get<cluster::TransactWriteReply>(*world.answer(again)->result);
        QCOMPARE(reply.repeatedBytes.size(), std::size_t{2});
        QCOMPARE(qt(test::outcomeOf(world, call(6))),
                 QString("IdempotentParameterMismatchException"));
        QCOMPARE(balances(world)->first, std::int64_t{95});
        world.sync();
        world.kill();
        QCOMPARE(qt(test::outcomeOf(world, call(5))), QString("ok"));
        QCOMPARE(balances(world)->first, std::int64_t{95});
        world.run(11min);
        QCOMPARE(qt(test::outcomeOf(world, call(5))), QString("ok"));
        QCOMPARE(balances(world)->first, std::int64_t{90});
    }

    void aTokenInUseIsInProgress() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        test::finish(world, {test::transact(world, transfer(1))});
        const std::uint64_t first = test::transact(world, transfer(5), "token");
        world.run(3ms);
        const std::uint64_t second = test::transact(world, transfer(5), "token", 1);
        test::finish(world, {first, second});
        QCOMPARE(qt(test::outcomeOf(world, first)), QString("ok"));
        QCOMPARE(qt(test::outcomeOf(world, second)), QString("TransactionInProgressException"));
        QCOMPARE(qt(world.answer(second)->result.error().message),
                 QString("Transaction from previous request is still in progress"));
        QCOMPARE(balances(world)->first, std::int64_t{94});
    }

    void aCancelledTokenMayBeUsedAgain() {
        WorldHarness world;
        makeAccounts(world);
        const std::uint64_t refused = test::transact(world, transfer(500), "token");
        test::finish(world, {refused});
        QCOMPARE(qt(test::outcomeOf(world, refused)), QString("ConditionalCheckFailed, None"));
        const std::uint64_t other = test::transact(world, transfer(5), "token");
        test::finish(world, {other});
        QCOMPARE(qt(test::outcomeOf(world, other)), QString("ok"));
    }

    // An advance of the clock leaves the ledger empty and the world at rest.
    void tokensAreRemoved() {
        WorldHarness world;
        makeAccounts(world);
        for (int i = 0; i < 250; ++i)
            test::finish(world, {test::transact(world, transfer(0), std::to_string(i))});
        world.run(20min);
        QCOMPARE(world.world().nextEventAt(), Instant::never());
    }

    // The zone of the coordinator, the leader of a participant, or that of the ledger.
    void aLostZoneAtAnyStepLeavesAllOrNothing() {
        for (std::size_t step = 0; step < 120; step += 3) {
            for (const std::uint8_t zone : {0, 1, 2}) {
                WorldHarness world(cluster::Profile::serviceLike(), 1 + step);
                makeAccounts(world);
                test::finish(world, {test::transact(world, transfer(1))});
                const std::uint64_t call = test::transact(world, transfer(10), "t");
                world.turn(world.world().now() + 20ms, 20 + step);
                const std::string name = std::string("us-east-1") + static_cast<char>('a' + zone);
                static_cast<void>(test::failZone(world.world(), name, 3s));
                test::finish(world, {call});
                settle(world);
                const auto end = balances(world);
                const QString where = QString("step %1, zone %2").arg(step).arg(zone);
                QVERIFY2(end.has_value(), qPrintable(where));
                QCOMPARE(end->first + end->second, kSum);
                QVERIFY2(end->first == 99 || end->first == 89, qPrintable(where));
                if (test::outcomeOf(world, call) == "ok") QCOMPARE(end->first, std::int64_t{89});
                QCOMPARE(qt(judge(world)), QString());
            }
        }
    }

    void aKillAtAnyStepLeavesAllOrNothing() {
        for (std::size_t step = 0; step < 160; step += 2) {
            WorldHarness world(cluster::Profile::serviceLike(), 1 + step);
            makeAccounts(world);
            test::finish(world, {test::transact(world, transfer(1))});
            const std::uint64_t call = test::transact(world, transfer(10));
            world.turn(world.world().now() + 20ms, step);
            const bool isAnswered = test::outcomeOf(world, call) == "ok";
            world.sync();
            world.kill();
            world.run(20s);
            const auto end = balances(world);
            QVERIFY2(end.has_value(), qPrintable(QString("step %1").arg(step)));
            QCOMPARE(end->first + end->second, kSum);
            QVERIFY(end->first == (isAnswered ? 89 : end->first == 99 ? 99 : 89));
            QCOMPARE(qt(judge(world)), QString());
            world.run(20min);
            QCOMPARE(world.world().nextEventAt(), Instant::never());
        }
    }

    // A job shows the recovery, and the trace tells of each step.
    void aRecoveryIsAJobAndTraced() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        test::finish(world, {test::transact(world, transfer(1))});
        static_cast<void>(test::transact(world, transfer(10)));
        world.run(4ms);
        world.sync();
        world.kill();
        std::set<std::string> kinds;
        bool isListed = false;
        for (int i = 0; i < 10'000; ++i) {
            world.run(1ms);
            for (const auto& job : world.world().jobs())
                isListed = isListed || job.kind == observe::JobKind::RecoverTransactions;
        }
        for (const observe::Event& event : world.world().trace().since(EventId{}, SIZE_MAX))
            kinds.insert(std::string(observe::eventKind(event.body)));
        QVERIFY(isListed);
        QVERIFY(kinds.contains("transaction stalled"));
        QVERIFY(world.world().jobs().empty());
        QCOMPARE(balances(world)->first, std::int64_t{99});
    }

    // A call with the same token may be what wakes the ledger after a stop.
    void aCallThatWasCutOffIsFinishedOnceItIsRepeated() {
        for (int cut = 0; cut < 60; ++cut) {
            WorldHarness world(cluster::Profile::serviceLike());
            makeAccounts(world);
            static_cast<void>(test::transact(world, transfer(10), "token"));
            for (int i = 0; i <= cut; ++i) {
                world.run(100us);
                world.sync();
            }
            world.kill();
            world.run(30s);
            std::string outcome;
            for (int i = 0; i < 200 && outcome != "ok"; ++i) {
                const std::uint64_t call = test::transact(world, transfer(10), "token");
                test::finish(world, {call});
                outcome = test::outcomeOf(world, call);
                world.run(100ms);
            }
            QCOMPARE(QString("%1: %2").arg(cut).arg(qt(outcome)), QString("%1: ok").arg(cut));
            QCOMPARE(balances(world)->first, std::int64_t{90});
        }
    }

    // A transaction that only its stamp keeps back is prepared again with a higher one.
    void aLowStampIsRaised() {
        WorldHarness world(cluster::Profile::serviceLike());
        makeAccounts(world);
        test::finish(world, {test::transact(world, transfer(1))});
        for (int i = 0; i < 20; ++i) {
            const std::uint64_t call = test::transact(world, transfer(1));
            world.run(std::chrono::microseconds(100 * i));
            const std::uint64_t single =
                test::write(world, {.pk = "y", .update = "SET t = :t", .values = {{":t", i}}});
            const std::uint64_t gone = test::write(world, {.pk = "none", .isDelete = true});
            test::finish(world, {call, single, gone});
            QCOMPARE(qt(test::outcomeOf(world, call)), QString("ok"));
        }
        QCOMPARE(balances(world)->first, std::int64_t{79});
    }

    void indexesFollow() {
        WorldHarness world;
        world.createTable(false, {test::colourIndex()});
        const std::uint64_t done = test::transact(world, {{.pk = "a", .item = Numbers{{"n", 1}}},
                                                          {.pk = "b", .item = Numbers{{"n", 2}}}});
        test::finish(world, {done});
        test::finish(world, {test::transact(world, {{.pk = "a", .isDelete = true}})});
        world.run(1s);
        QCOMPARE(qt(test::judgeTables(world.world())), QString());
    }
};

ORRERY_TEST_CLASS(TransactionTest)
#include "transaction_test.moc"
