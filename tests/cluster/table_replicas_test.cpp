// Goal: a table gets replicas in other Regions, which have all of its items once they are ACTIVE;
// replicas are changed and removed again, and whatever happens in between, every table ends ACTIVE
// or gone. Method: scripted scenarios on a world, with restarts and kills after every event.

#include <QTest>
#include <functional>
#include <set>
#include <utility>

#include "core/base/check.h"
#include "tests/cluster/replicas_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::ReplicasHarness;

namespace {

constexpr const char* kHome = "us-east-1";
constexpr const char* kIreland = "eu-west-1";
constexpr const char* kTokyo = "ap-northeast-1";

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

SecondaryIndex localIndex() {
    SecondaryIndex index;
    index.name = "ByShade";
    index.keys.partition = {"pk", types::AttributeType::String};
    index.keys.sort = {"shade", types::AttributeType::String};
    return index;
}

/// "ACTIVE (eu-west-1 CREATING)": how a table and its other replicas are shown in a Region.
QString statuses(ReplicasHarness& t, const std::string& region) {
    const auto reply = t.describe(region);
    if (!reply) return "none";
    QString text = qt(std::string(statusText(reply->table->status)));
    for (const ReplicaReply& replica : reply->replicas)
        text += " (" + qt(replica.region + " " + std::string(statusText(replica.status))) + ")";
    return text;
}

}  // namespace

class TableReplicasTest : public QObject {
    Q_OBJECT
private slots:
    void aReplicaHasWhatTheTableHas() {
        ReplicasHarness t;
        t.createTable(true, {localIndex(), test::colourIndex()});
        QVERIFY(t.update(kHome, [](UpdateTable& update) {
            update.tags = std::vector<Tag>{{"who", "me"}};
            update.deletionProtection = true;
        }));
        t.enableTimeToLive(kHome, "expires");
        const auto call = t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        QVERIFY(t.done(call) && !t.failed(call));
        const auto& reply = std::get<TableReply>(*t.answer(call)->result);
        QCOMPARE(reply.table->status, TableStatus::Updating);
        QVERIFY(reply.global != nullptr && reply.replicas.empty());
        t.run(1s);
        QCOMPARE(statuses(t, kHome), "ACTIVE (eu-west-1 ACTIVE)");
        QCOMPARE(statuses(t, kIreland), "ACTIVE (us-east-1 ACTIVE)");
        const TablePtr source = t.tableIn(kHome);
        const TablePtr table = t.tableIn(kIreland);
        QVERIFY(table->space != source->space && table->tableId != source->tableId);
        QVERIFY(table->attributes == source->attributes && table->billing == source->billing);
        QVERIFY(table->stream == StreamView::NewAndOldImages && table->stream == source->stream);
        QCOMPARE(t.world().catalog().streams().ofTable(table->space).size(), std::size_t{1});
        QCOMPARE(table->timeToLive.attribute, std::string("expires"));
        QVERIFY(table->tags.empty() && !table->deletionProtection);
        QCOMPARE(t.boundsOf(kIreland).size(), std::size_t{8});
        std::set<KeySpaceId> spaces = {source->space, table->space};
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(table->indexes[i].name, source->indexes[i].name);
            QCOMPARE(table->indexes[i].status, TableStatus::Active);
            QVERIFY(!table->indexes[i].backfilling);
            spaces.insert({source->indexes[i].space, table->indexes[i].space});
        }
        QCOMPARE(spaces.size(), std::size_t{6});
    }

    // Whatever a table that is made now would get.
    void aReplicaHasThePartitionsOfItsSource() {
        ReplicasHarness t;
        test::createTableIn(t, kHome);
        QVERIFY(t.update(kHome,
                         [](UpdateTable& update) { update.billing = BillingMode::PayPerRequest; }));
        QVERIFY(t.update(kHome, [](UpdateTable& update) {
            update.createIndexes.push_back(test::colourIndex());
        }));
        t.run(1s);
        t.addReplica(kHome, kIreland);
        QCOMPARE(t.boundsOf(kHome).size(), std::size_t{5});
        QVERIFY(t.boundsOf(kIreland) == t.boundsOf(kHome));
    }

    void aReplicaHasTheItems() {
        ReplicasHarness t;
        t.createTable();
        t.putMany(kHome, "old", 60);
        t.addReplica(kHome, kIreland);
        t.putMany(kHome, "home", 20);
        t.putMany(kIreland, "ireland", 20);
        t.addReplica(kIreland, kTokyo);
        t.putMany(kTokyo, "tokyo", 20);
        t.run(1s);
        QCOMPARE(t.items(kHome).size(), std::size_t{120});
        QVERIFY(t.items(kIreland) == t.items(kHome) && t.items(kTokyo) == t.items(kHome));
        QCOMPARE(statuses(t, kTokyo), "ACTIVE (us-east-1 ACTIVE) (eu-west-1 ACTIVE)");
        QCOMPARE(t.world().catalog().globals().size(), std::size_t{1});
    }

    // Nothing but DescribeTable sees a table that is CREATING; UPDATING refuses further changes.
    void isCreatingUntilItIsFilled() {
        ReplicasHarness t;
        t.createTable();
        t.putMany(kHome, "k", 50);
        t.failRegion(kHome);
        t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        t.run(30s);
        QCOMPARE(statuses(t, kHome), "UPDATING (eu-west-1 CREATING)");
        QCOMPARE(statuses(t, kIreland), "CREATING (us-east-1 ACTIVE)");
        QVERIFY(t.failed(t.get(kIreland, "k0")));
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Create, kTokyo)),
                 "Create/Update/Delete of replica is not allowed while the replica is being added "
                 "to table with name: T in region eu-west-1");
        QVERIFY(t.refusalOf(t.removeTable(kHome)).contains("Table is being updated: T"));
        QVERIFY(t.refusalOf(t.removeTable(kIreland)).contains("Table is being created: T"));
        test::healAll(t.world());
        t.run(1min);
        QCOMPARE(statuses(t, kHome), "ACTIVE (eu-west-1 ACTIVE)");
        QCOMPARE(t.items(kIreland).size(), std::size_t{50});
    }

    void takesTheTimeOfTheService() {
        ReplicasHarness t(Profile::serviceLike());
        const Duration unit = t.options().profile.transientStates;
        t.createTable();
        t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        QCOMPARE(statuses(t, kHome), "UPDATING");
        t.run(unit);
        QCOMPARE(statuses(t, kHome), "UPDATING (eu-west-1 CREATING)");
        t.run(2 * unit - 100ms);
        QCOMPARE(statuses(t, kHome), "UPDATING (eu-west-1 CREATING)");
        t.run(200ms);
        QCOMPARE(statuses(t, kHome), "ACTIVE (eu-west-1 ACTIVE)");
        QCOMPARE(statuses(t, kIreland), "ACTIVE (us-east-1 ACTIVE)");

        t.change(kIreland, ReplicaChange::Kind::Update, kHome);
        QCOMPARE(statuses(t, kIreland), "UPDATING (us-east-1 UPDATING)");
        t.run(unit + 100ms);
        QCOMPARE(statuses(t, kIreland), "ACTIVE (us-east-1 ACTIVE)");

        const auto call = t.change(kHome, ReplicaChange::Kind::Delete, kIreland);
        const auto& reply = std::get<TableReply>(*t.answer(call)->result);
        QCOMPARE(reply.replicas.at(0).status, ReplicaStatus::Active);
        QCOMPARE(statuses(t, kHome), "UPDATING (eu-west-1 DELETING)");
        QCOMPARE(statuses(t, kIreland), "DELETING (us-east-1 ACTIVE)");
        t.run(6 * unit + 100ms);
        QCOMPARE(statuses(t, kHome), "ACTIVE (eu-west-1 DELETING)");
        t.run(14 * unit + 100ms);
        QCOMPARE(statuses(t, kHome), "ACTIVE");
        QVERIFY(t.tableIn(kIreland) == nullptr);
        QCOMPARE(t.world().catalog().globals().size(), std::size_t{0});
    }

    void aRemovedReplicaLeavesItsWritesBehind_data() {
        QTest::addColumn<bool>("byDeleteTable");
        QTest::addColumn<bool>("isAwaited");
        QTest::newRow("ReplicaUpdates") << false << true;
        QTest::newRow("DeleteTable") << true << true;
        QTest::newRow("not awaited") << false << false;
    }
    void aRemovedReplicaLeavesItsWritesBehind() {
        QFETCH(bool, byDeleteTable);
        QFETCH(bool, isAwaited);
        WorldOptions options;
        if (!isAwaited) options.plantedBug = PlantedBug::DrainNotAwaited;
        ReplicasHarness t(options);
        t.createTable();
        t.addReplica(kHome, kIreland);
        t.slowLink(kIreland, kHome, 2s);
        t.putMany(kIreland, "k", 10);
        const auto call = byDeleteTable ? t.removeTable(kIreland)
                                        : t.change(kHome, ReplicaChange::Kind::Delete, kIreland);
        QVERIFY(t.done(call) && !t.failed(call));
        if (isAwaited) QCOMPARE(statuses(t, kHome).last(21), " (eu-west-1 DELETING)");
        t.run(10s);
        QVERIFY(t.tableIn(kIreland) == nullptr);
        const std::size_t left = t.items(kHome).size();
        QCOMPARE(left == 10, isAwaited);
        QCOMPARE(statuses(t, kHome), "ACTIVE");
        QVERIFY(t.tableIn(kHome)->stream.has_value());
        // Once more, with another table of the same name.
        t.addReplica(kHome, kIreland);
        QCOMPARE(t.items(kIreland).size(), left);
    }

    void waitsHalfAMinuteForOthersAtMost() {
        ReplicasHarness t;
        t.createTable();
        t.addReplica(kHome, kIreland);
        t.slowLink(kIreland, kHome, 5min);
        t.putMany(kIreland, "k", 1);
        t.change(kHome, ReplicaChange::Kind::Delete, kIreland);
        t.run(29s);
        QVERIFY(t.tableIn(kIreland) != nullptr);
        t.run(2s);
        QVERIFY(t.tableIn(kIreland) == nullptr);
        QVERIFY(t.describe(kHome)->global == nullptr);
    }

    void oneOfThreeGoes() {
        ReplicasHarness t;
        t.createTable();
        t.addReplica(kHome, kIreland);
        t.addReplica(kIreland, kTokyo);
        t.removeTable(kIreland);
        t.run(1s);
        QCOMPARE(statuses(t, kHome), "ACTIVE (ap-northeast-1 ACTIVE)");
        t.putMany(kTokyo, "k", 10);
        t.run(1s);
        QCOMPARE(t.items(kHome).size(), std::size_t{10});
    }

    void overridesAreKeptUntilTheyOverrideNothing() {
        ReplicasHarness t;
        t.createTable(false, {test::colourIndex()});
        QVERIFY(t.update(kHome, [](UpdateTable& update) {
            update.billing = BillingMode::Provisioned;
            update.throughput = Throughput{5, 6};
            update.updateIndexes = {{"ByColour", Throughput{7, 8}, {}, {}}};
        }));
        t.run(1s);
        ReplicaOverrides overrides;
        overrides.readUnits = 50;
        overrides.tableClass = "STANDARD";
        overrides.indexes = {{"ByColour", {70, {}}}, {"None", {1, {}}}};
        t.addReplica(kHome, kIreland, overrides);
        ReplicaOverrides kept;
        kept.readUnits = 50;
        kept.indexes = {{"ByColour", {70, {}}}};
        QVERIFY(t.describe(kHome)->replicas.at(0).overrides == kept);
        QCOMPARE(t.describe(kIreland)->table->throughput.readUnits, std::int64_t{50});
        QCOMPARE(t.describe(kIreland)->table->indexes[0].throughput.readUnits, std::int64_t{70});
        // What all have changes beside them.
        QVERIFY(
            t.update(kIreland, [](UpdateTable& update) { update.throughput = Throughput{9, 9}; }));
        t.run(1s);
        QCOMPARE(t.describe(kHome)->table->throughput.readUnits, std::int64_t{9});
        QVERIFY((t.describe(kIreland)->table->throughput == Throughput{50, 9}));

        ReplicaOverrides change;
        change.readUnits = 9;
        const auto call = t.change(kHome, ReplicaChange::Kind::Update, kIreland, change);
        QVERIFY(std::get<TableReply>(*t.answer(call)->result).replicas.at(0).overrides == kept);
        t.run(1s);
        kept.readUnits.reset();
        QVERIFY(t.describe(kHome)->replicas.at(0).overrides == kept);
        // On demand there are no units.
        QVERIFY(t.update(kHome,
                         [](UpdateTable& update) { update.billing = BillingMode::PayPerRequest; }));
        t.run(1s);
        QVERIFY(t.describe(kHome)->replicas.at(0).overrides == ReplicaOverrides{});
    }

    // The last one keeps what it had.
    void aRegionalTableOverridesNothing() {
        ReplicasHarness t;
        t.createTable();
        ReplicaOverrides overrides;
        overrides.tableClass = "STANDARD_INFREQUENT_ACCESS";
        t.addReplica(kHome, kIreland, overrides);
        t.removeTable(kHome);
        t.run(1s);
        QVERIFY(t.describe(kIreland)->global == nullptr);
        QCOMPARE(t.tableIn(kIreland)->tableClass, *overrides.tableClass);
    }

    void refusesWhatCannotBe() {
        ReplicasHarness t;
        t.createTable();
        const QString exists =
            "Failed to create a the new replica of table with name: ‘T’ because one or more "
            "replicas already existed as tables.";
        const QString noReplicas =
            "Update global table operation failed because one or more replicas were not part of "
            "the global table. Please retry the request without these replicas: [%1].";
        test::createTableIn(t, kTokyo);
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Create, kTokyo)), exists);
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Delete, kTokyo)),
                 noReplicas.arg(kTokyo));
        t.addReplica(kHome, kIreland);
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Create, kIreland)), exists);
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Update, kTokyo)),
                 noReplicas.arg(kTokyo));
        QCOMPARE(t.refusalOf(t.submitUpdate(
                     kIreland, [](UpdateTable& update) { update.stream = StreamChange{}; })),
                 "One or more parameter values were invalid: Disabling Stream is not allowed for a "
                 "Global Table replica.");
        ReplicaOverrides change;
        change.readUnits = 5;
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Update, kIreland, change)),
                 "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                 "BillingMode is PAY_PER_REQUEST");
        change = {};
        change.kmsKey = "key";
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Update, kIreland, change)),
                 "One or more parameter values were invalid: KMSMasterKeyId must be specified for "
                 "each replica.");
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Create, "eu-west-2", change)),
                 "All replica keys must either be Customer Managed CMK or AWS Managed CMK.");
        QVERIFY(t.update(kIreland, [](UpdateTable& update) { update.deletionProtection = true; }));
        QCOMPARE(t.refusalOf(t.change(kHome, ReplicaChange::Kind::Delete, kIreland)),
                 "Cannot delete table T in region eu-west-1 because it has deletion protection "
                 "enabled. Disable deletion protection first.");
        QVERIFY(!t.tableIn(kHome)->deletionProtection);
        t.slowLink(kHome, kIreland, 1s);
        t.putMany(kHome, "k", 1);
        t.removeTable(kHome);
        QCOMPARE(t.refusalOf(t.change(kIreland, ReplicaChange::Kind::Delete, kHome)),
                 "The resource which you are attempting to change is in use.");
    }

    // In a world without delays a program may delete what it has made.
    void aSourceStaysForADay() {
        ReplicasHarness t(Profile::serviceLike());
        t.createTable();
        t.addReplica(kHome, kIreland);
        t.addReplica(kHome, kTokyo);
        const QString refusal =
            "Replica cannot be deleted because it has acted as a source region for new replica(s) "
            "being added to the table in the last 24 hours.";
        QCOMPARE(t.refusalOf(t.removeTable(kHome)), refusal);
        QCOMPARE(t.refusalOf(t.change(kTokyo, ReplicaChange::Kind::Delete, kHome)), refusal);
        // It ends with the replicas that were made.
        t.removeTable(kTokyo);
        t.run(1min);
        QCOMPARE(t.refusalOf(t.removeTable(kHome)), refusal);
        t.run(24h);
        const auto call = t.removeTable(kHome);
        QVERIFY(t.done(call) && !t.failed(call));
        t.run(1min);
        QCOMPARE(statuses(t, kIreland), "ACTIVE");
    }
};

ORRERY_TEST_CLASS(TableReplicasTest)
#include "table_replicas_test.moc"
