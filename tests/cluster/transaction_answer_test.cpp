// Goal: what a transaction answers does not depend on what else goes on: on other items of its
// partitions, on messages that are sent twice, or on how many others wait. Method: scripted
// scenarios on a world.

#include <QTest>

#include <algorithm>

#include "core/types/storage_key.h"
#include "tests/cluster/transaction_calls.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::Numbers;
using test::WorldHarness;

namespace {

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

GroupId groupOf(WorldHarness& world, const std::string& pk) {
    types::Item key;
    key.set("pk", types::AttributeValue::string(pk));
    return world.world().lookItem({"us-east-1", "T", key})->group;
}

cluster::SecondaryIndex localIndex() {
    cluster::SecondaryIndex index;
    index.name = "ByShade";
    index.kind = cluster::IndexKind::Local;
    index.keys.partition = {"pk", types::AttributeType::String};
    index.keys.sort = types::KeyAttribute{"shade", types::AttributeType::String};
    return index;
}

/// A transaction that puts one item into a table with a sort key, and asks for the size of its
/// collection.
std::uint64_t putAlone(WorldHarness& world, const std::string& pk) {
    return world.submit(
        "TransactWriteItems", [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::WriteItem write;
            write.table = catalog.find(caller, "T");
            write.key = {types::AttributeValue::string(pk), types::AttributeValue::string("s")};
            write.wantsCollectionBytes = true;
            types::Item item;
            item.set("pk", types::AttributeValue::string(pk));
            item.set("sk", types::AttributeValue::string("s"));
            item.set("colour", types::AttributeValue::string(pk));
            write.action = cluster::PutAction{std::move(item)};
            cluster::TransactWrite request;
            request.actions.emplace_back(std::move(write));
            return ApiResult<cluster::Request>(std::move(request));
        });
}

}  // namespace

class TransactionAnswerTest : public QObject {
    Q_OBJECT
private slots:
    void deletionsOfOtherItemsDisturbNoReadOfAMissingOne() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        std::vector<std::string> pks;
        for (int i = 0; pks.size() < 200; ++i) {
            const std::string pk = "k" + std::to_string(i);
            if (groupOf(world, pk) == groupOf(world, "none")) pks.push_back(pk);
        }
        std::vector<std::uint64_t> puts;
        for (const std::string& pk : pks)
            puts.push_back(test::write(world, {.pk = pk, .item = Numbers{{"n", 1}}}));
        test::finish(world, puts);
        const std::uint64_t read = test::transactGet(world, {"none", "k0"});
        std::vector<std::uint64_t> deletions;
        for (const std::string& pk : pks) {
            if (pk != "k0") deletions.push_back(world.remove(pk));
            world.run(300us);
        }
        test::finish(world, deletions);
        test::finish(world, {read});
        QCOMPARE(qt(test::outcomeOf(world, read)), QString("ok"));
        QVERIFY(!test::itemsOf(world, read)[0]);
    }

    // The item is there for a moment between the two rounds, or after them.
    void anItemThatComesAndGoesIsNotMissedByHalf() {
        int conflicts = 0;
        for (int delay = 0; delay < 60; ++delay) {
            WorldHarness world(cluster::Profile::serviceLike());
            world.createTable();
            test::finish(world, {test::write(world, {.pk = "left", .item = Numbers{{"n", 1}}})});
            test::finish(world, {test::transact(world, {{.pk = "left", .isDelete = true}})});
            const std::uint64_t read = test::transactGet(world, {"left", "right"});
            world.run(100us * delay);
            const std::uint64_t put =
                test::transact(world, {{.pk = "left", .item = Numbers{{"n", 1}}},
                                       {.pk = "right", .item = Numbers{{"n", 1}}}});
            test::finish(world, {read, put});
            if (test::outcomeOf(world, read) != "ok") {
                ++conflicts;
                continue;
            }
            const auto items = test::itemsOf(world, read);
            QCOMPARE(items[0].has_value(), items[1].has_value());
        }
        QVERIFY(conflicts < 60);
    }

    // The leader of an index partition is lost. Until there is another, writes wait for the index,
    // and meanwhile the coordinator asks again.
    void anAnswerAskedForTwiceIsWhole() {
        WorldHarness world;
        world.createTable(true, {localIndex(), test::colourIndex()});
        test::finish(world, {putAlone(world, "first")});
        int waited = 0;
        for (int i = 0; i < 40; ++i) {
            test::healAll(world.world());
            world.run(20s);
            test::finish(world, {putAlone(world, "before" + std::to_string(i))});
            static_cast<void>(test::failZone(
                world.world(), i % 2 == 0 ? "us-east-1b" : "us-east-1c", std::nullopt));
            const std::uint64_t call = putAlone(world, "k" + std::to_string(i));
            const Instant begun = world.world().now();
            while (!world.done(call) && world.world().now() - begun < 10s)
                world.run(1ms);
            const Duration took = world.world().now() - begun;
            if (test::outcomeOf(world, call) != "ok") continue;
            const auto& reply = std::get<cluster::TransactWriteReply>(*world.answer(call)->result);
            QVERIFY(reply.writes[0].collectionBytes.has_value());
            if (took < 100ms) continue;
            QVERIFY2(took >= 400ms, qPrintable(QString::number(took.count())));
            ++waited;
        }
        QVERIFY(waited > 0);
    }

    // Thousands of transactions may be waiting; none of the world's events is long.
    void aSweepAsksForSomeAtATime() {
        WorldHarness world(cluster::Profile::serviceLike());
        world.createTable();
        static_cast<void>(test::failZone(world.world(), "us-east-1b", std::nullopt));
        static_cast<void>(test::failZone(world.world(), "us-east-1c", std::nullopt));
        world.run(20s);
        world.world().setDetailedTrace(true);
        for (int i = 0; i < 2000; ++i)
            static_cast<void>(test::transactGet(world, {"k" + std::to_string(i)}));
        std::size_t most = 0;
        const Instant end = world.world().now() + 500ms;
        bool isDone = false;
        while (!isDone) {
            const EventId last = world.world().lastEvent();
            isDone = world.turn(end, 1);
            const auto events = world.world().trace().since(last, SIZE_MAX);
            most = std::max(most, events.size());
        }
        QVERIFY2(most > 50 && most <= 250, qPrintable(QString::number(most)));
    }
};

ORRERY_TEST_CLASS(TransactionAnswerTest)
#include "transaction_answer_test.moc"
