// Goal: what a transaction answers does not depend on what else goes on: on other items of its
// partitions, on messages that are sent twice, or on how many others wait. Method: scripted
// scenarios on a world.

#include <QtTest>

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
};

ORRERY_TEST_CLASS(TransactionAnswerTest)
#include "transaction_answer_test.moc"
