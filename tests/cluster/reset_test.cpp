// Goal: a reset drops an account's tables and streams in whatever state they are, and nothing of
// them comes back. Method: scripted scenarios on a world.

#include <QTest>

#include "tests/cluster/transaction_calls.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Numbers;
using test::WorldHarness;

namespace {

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

constexpr const char* kAccount = "000000000000";

std::uint64_t reset(WorldHarness& world, const std::string& accountId, std::size_t countMax = 100) {
    const auto dropped = world.world().admit(cluster::ResetTables{accountId, countMax});
    return dropped.value_or(0);
}

/// "T" with a stream.
void createWithStream(WorldHarness& world) {
    world.submit("CreateTable", [](const auto&, const auto&) {
        cluster::CreateTable create;
        create.table.name = "T";
        create.table.keys.partition = {"pk", types::AttributeType::String};
        create.table.billing = cluster::BillingMode::PayPerRequest;
        create.table.stream = cluster::StreamView::NewImage;
        return ApiResult<cluster::Request>(create);
    });
    world.run(30s);
}

/// A partition key whose partition has its leader in this zone.
std::string keyLedBy(WorldHarness& world, std::size_t zone) {
    for (int i = 0; i < 1000; ++i) {
        const std::string pk = "k" + std::to_string(i);
        types::Item key;
        key.set("pk", types::AttributeValue::string(pk));
        const auto look = world.world().lookItem({"us-east-1", "T", std::move(key)});
        if (look->versions[zone].leader) return pk;
    }
    qFatal("No partition has its leader in that zone.");
}

/// The names of the store's values about tables, streams and jobs.
QStringList leftIn(const WorldHarness& world) {
    QStringList names;
    for (const char* prefix : {"table/", "stream/", "job", "fill"}) {
        const auto values = world.store().values(prefix);
        if (!values) return {QStringLiteral("unreadable")};
        for (const auto& [name, value] : *values)
            names << qt(name);
    }
    return names;
}

}  // namespace

class ResetTest : public QObject {
    Q_OBJECT
private slots:
    void leavesNothingBehind() {
        WorldHarness world(cluster::Profile::serviceLike());
        createWithStream(world);
        for (int i = 0; i < 50; ++i)
            world.put("k" + std::to_string(i));
        world.run(5s);
        world.createTableNamed("Deleted");
        world.run(30s);
        QCOMPARE(reset(world, kAccount), std::uint64_t{2});
        QVERIFY(world.find("T") == nullptr);
        QVERIFY(world.world().catalog().streams().ofAccount(kAccount, 1).empty());
        for (int i = 0; i < 10; ++i) {  // The store gives back one range after another.
            world.run(1s);
            world.flush();
        }
        world.run(1s);
        world.sync();
        QCOMPARE(leftIn(world), QStringList());
        QVERIFY(world.world().jobs().empty());
        QCOMPARE(qt(test::judgeTrees(world.world(), world.store())), QString());
        world.kill();
        QVERIFY(world.find("T") == nullptr);
        QCOMPARE(world.world().catalog().size(), std::size_t{0});
    }

    void dropsTheStreamsOfDeletedTables() {
        WorldHarness world;
        createWithStream(world);
        world.put("a");
        world.run(1s);
        world.submit("DeleteTable", [](const cluster::Catalog& catalog, const auto& caller) {
            return ApiResult<cluster::Request>(cluster::DeleteTable{catalog.find(caller, "T")});
        });
        world.run(1s);
        QVERIFY(world.find("T") == nullptr);
        QCOMPARE(world.world().catalog().streams().ofAccount(kAccount, 9).size(), std::size_t{1});
        QCOMPARE(reset(world, kAccount), std::uint64_t{1});
        QVERIFY(world.world().catalog().streams().ofAccount(kAccount, 9).empty());
    }

    void dropsTablesInTransientStates() {
        for (const Duration after : {0s, 1s, 40s}) {
            WorldHarness world(cluster::Profile::serviceLike());
            world.createTable();
            world.run(after);
            for (int i = 0; i < 20; ++i)
                world.put("k" + std::to_string(i), {{"colour", "red"}});
            world.addIndex(test::colourIndex());
            static_cast<void>(test::failZone(world.world(), "us-east-1b", std::nullopt));
            world.run(30ms);
            QCOMPARE(reset(world, kAccount), std::uint64_t{1});
            world.createTable();
            world.run(1min);
            test::healAll(world.world());
            world.run(1min);
            world.sync();
            QVERIFY(world.find("T") != nullptr);
            const auto again = world.put("k", {{"v", "1"}});
            world.run(10s);
            QVERIFY(world.done(again) && !world.failed(again));
            QCOMPARE(qt(test::judgeTables(world.world())), QString());
        }
    }

    void dropsSomeInEachStep() {
        WorldHarness world;
        for (int i = 0; i < 10; ++i)
            world.createTableNamed("T" + std::to_string(i));
        world.run(1s);
        QCOMPARE(reset(world, "", 4), std::uint64_t{4});
        QCOMPARE(reset(world, "", 4), std::uint64_t{4});
        QCOMPARE(reset(world, "", 4), std::uint64_t{2});
        QCOMPARE(world.world().catalog().size(), std::size_t{0});
    }

    // What the transaction wrote is gone, so its repetition must not be taken as done.
    void forgetsClientTokens_data() {
        QTest::addColumn<QString>("account");
        QTest::addColumn<bool>("forgets");
        QTest::newRow("of the account") << kAccount << true;
        QTest::newRow("of all") << "" << true;
        QTest::newRow("of a namespace") << "000000000000/a" << false;
    }
    void forgetsClientTokens() {
        QFETCH(QString, account);
        QFETCH(bool, forgets);
        WorldHarness world;
        const auto transact = [&] {
            const std::uint64_t call =
                test::transact(world, {{.pk = "x", .item = Numbers{{"n", 1}}}}, "token");
            test::finish(world, {call});
            const auto& reply = std::get<cluster::TransactWriteReply>(*world.answer(call)->result);
            return !reply.repeatedBytes.empty();
        };
        world.createTable();
        world.run(1s);
        QVERIFY(!transact());
        QVERIFY(transact());
        world.run(1s);
        reset(world, account.toStdString());
        world.run(1s);
        world.sync();
        world.kill();
        if (forgets) world.createTable();
        world.run(1s);
        QCOMPARE(transact(), !forgets);
        QVERIFY(transact());  // The new one counts.
    }

    // A reset comes at any moment of a transaction, which may be finished only after it.
    void forgetsTheTokenOfATransactionUnderWay() {
        for (int step = 0; step < 40; ++step) {
            WorldHarness world(cluster::Profile::serviceLike());
            world.createTable();
            world.run(10s);
            const auto transact = [&] {
                return test::transact(world, {{.pk = "x", .item = Numbers{{"n", 1}}}}, "token");
            };
            transact();
            world.run(200us * step);
            reset(world, kAccount);
            world.run(30s);
            world.createTable();
            world.run(10s);
            const std::uint64_t call = transact();
            test::finish(world, {call});
            QCOMPARE(qt(test::outcomeOf(world, call)), QString("ok"));
            const auto& reply = std::get<cluster::TransactWriteReply>(*world.answer(call)->result);
            QVERIFY2(reply.repeatedBytes.empty(), qPrintable(QString::number(step)));
        }
    }

    // A transaction that has met later writes is stamped ahead of the clock, so the reset that
    // follows it may have an earlier time.
    void forgetsTheTokenOfATransactionStampedAhead() {
        int committed = 0;
        for (const std::uint8_t far : {1, 2}) {
            WorldHarness world;
            world.createTable();
            world.run(10s);
            const std::string pk = keyLedBy(world, far);
            const auto put = [&](int n) { return test::Act{.pk = pk, .item = Numbers{{"n", n}}}; };
            test::finish(world, {test::transact(world, {put(1)})});
            static_cast<void>(test::cutLink(world.world(), "us-east-1a",
                                            far == 1 ? "us-east-1b" : "us-east-1c", std::nullopt));
            const std::uint64_t call = test::transact(world, {put(2)}, "token");
            world.run(50ms);
            const std::uint64_t single = test::write(world, put(3), far);
            world.run(150ms);
            test::healAll(world.world());
            test::finish(world, {call, single});
            // Not where the ledger's leader was out of reach.
            if (test::outcomeOf(world, call) != "ok") continue;
            ++committed;
            reset(world, kAccount);
            world.run(10ms);
            world.createTable();
            const std::uint64_t again = test::transact(world, {put(2)}, "token");
            test::finish(world, {again});
            const auto& reply = std::get<cluster::TransactWriteReply>(*world.answer(again)->result);
            QVERIFY2(reply.repeatedBytes.empty(), qPrintable(QString::number(far)));
        }
        QVERIFY(committed > 0);
    }

    void forgetsOldResets() {
        WorldHarness world;
        world.run(1s);
        reset(world, "000000000000/a");
        world.run(11min);
        reset(world, "000000000000/b");
        world.run(1s);
        world.sync();
        const auto values = world.store().values("reset/");
        QVERIFY(values.has_value());
        QCOMPARE(values->size(), std::size_t{1});
        QCOMPARE(qt(values->begin()->first), QString("reset/000000000000/b"));
        const cluster::Resets& resets = world.world().catalog().resets();
        QVERIFY(!resets.of("000000000000/a"));
        QVERIFY(resets.of("000000000000/b"));
    }
};

ORRERY_TEST_CLASS(ResetTest)
#include "reset_test.moc"
