// Goal: a setting that all replicas of a global table share changes in all of them at once,
// whichever is asked, and any other only where it was asked for. Method: one change per row of the
// table of settings.

#include "core/cluster/tables/replicated_settings.h"

#include <QTest>
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "tests/cluster/replicas_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::ReplicasHarness;

namespace {

constexpr const char* kHome = "us-east-1";
constexpr const char* kIreland = "eu-west-1";
constexpr const char* kKeyInIreland = "arn:aws:kms:eu-west-1:000000000000:key/k";
constexpr const char* kKeyAtHome = "arn:aws:kms:us-east-1:000000000000:key/k";

/// A change of one setting, and whether a table has it.
struct Change {
    std::function<void(UpdateTable&)> make;
    std::function<bool(const TableDescription&)> isIn;
};

SecondaryIndex shadeIndex() {
    SecondaryIndex index = test::colourIndex();
    index.name = "ByShade";
    return index;
}

const std::map<std::string_view, Change>& changes() {
    static const std::map<std::string_view, Change> kChanges = {
        {"billing mode",
         {[](UpdateTable& update) { update.billing = BillingMode::PayPerRequest; },
          [](const TableDescription& table) {
              return table.billing == BillingMode::PayPerRequest;
          }}},
        {"provisioned throughput",
         {[](UpdateTable& update) { update.throughput = Throughput{8, 9}; },
          [](const TableDescription& table) { return table.throughput == Throughput{8, 9}; }}},
        {"maximum on-demand throughput",
         {[](UpdateTable& update) {
              update.billing = BillingMode::PayPerRequest;
              update.onDemandMax = Throughput{77, 78};
          },
          [](const TableDescription& table) { return table.onDemandMax == Throughput{77, 78}; }}},
        {"warm throughput",
         {[](UpdateTable& update) { update.warm = Throughput{20'000, 30'000}; },
          [](const TableDescription& table) { return table.warm == Throughput{20'000, 30'000}; }}},
        {"table class",
         {[](UpdateTable& update) { update.tableClass = "STANDARD_INFREQUENT_ACCESS"; },
          [](const TableDescription& table) {
              return table.tableClass == "STANDARD_INFREQUENT_ACCESS";
          }}},
        {"kind of encryption",
         {[](UpdateTable& update) { update.sseEnabled = true; },
          [](const TableDescription& table) { return table.sseEnabled; }}},
        {"key of encryption",
         {[](UpdateTable& update) {
              update.sseEnabled = true;
              update.sseKeyArn = kKeyInIreland;
          },
          [](const TableDescription& table) {
              return table.sseKeyArn == (table.regionName == kIreland ? kKeyInIreland : kKeyAtHome);
          }}},
        {"new global indexes",
         {[](UpdateTable& update) { update.createIndexes.push_back(shadeIndex()); },
          [](const TableDescription& table) {
              const SecondaryIndex* index = table.findIndex("ByShade");
              return index != nullptr && index->status == TableStatus::Active;
          }}},
        {"deleted global indexes",
         {[](UpdateTable& update) { update.deleteIndexes.push_back("ByColour"); },
          [](const TableDescription& table) { return table.findIndex("ByColour") == nullptr; }}},
        {"throughput of global indexes",
         {[](UpdateTable& update) {
              update.updateIndexes = {{"ByColour", Throughput{3, 4}, {}, {}}};
          },
          [](const TableDescription& table) {
              const SecondaryIndex* index = table.findIndex("ByColour");
              return index != nullptr && index->throughput == Throughput{3, 4};
          }}},
        {"deletion protection",
         {[](UpdateTable& update) { update.deletionProtection = true; },
          [](const TableDescription& table) { return table.deletionProtection; }}},
        {"tags",
         {[](UpdateTable& update) { update.tags = std::vector<Tag>{{"who", "me"}}; },
          [](const TableDescription& table) { return !table.tags.empty(); }}},
        {"resource policy",
         {[](UpdateTable& update) { update.policy = "{}"; },
          [](const TableDescription& table) { return table.policy.has_value(); }}},
    };
    return kChanges;
}

/// "T" with a global index, in two Regions.
void makeReplicas(ReplicasHarness& t) {
    test::createTableIn(t, kHome);
    t.update(kHome, [](UpdateTable& update) {
        update.createIndexes.push_back(test::colourIndex());
        update.createIndexes.back().throughput = {1, 1};
    });
    t.run(1min);
    t.addReplica(kHome, kIreland);
}

}  // namespace

class ReplicatedSettingsTest : public QObject {
    Q_OBJECT
private slots:
    void reachesTheReplicasThatItShould_data() {
        QTest::addColumn<int>("row");
        int row = 0;
        for (const ReplicatedSetting& setting : replicatedSettings())
            QTest::newRow(std::string(setting.name).c_str()) << row++;
    }
    void reachesTheReplicasThatItShould() {
        QFETCH(int, row);
        const ReplicatedSetting& setting = replicatedSettings()[static_cast<std::size_t>(row)];
        const auto found = changes().find(setting.name);
        // A stream is there already, and replicas are no setting.
        const std::set<std::string_view> others = {"stream", "replicas",
                                                   "consistency over Regions"};
        if (others.contains(setting.name)) return;
        QVERIFY(found != changes().end());
        ReplicasHarness t;
        makeReplicas(t);
        QVERIFY(!found->second.isIn(*t.tableIn(kHome)));
        QVERIFY(!found->second.isIn(*t.tableIn(kIreland)));
        QVERIFY(t.update(kIreland, found->second.make));
        t.run(1min);
        QVERIFY(found->second.isIn(*t.tableIn(kIreland)));
        QCOMPARE(found->second.isIn(*t.tableIn(kHome)), setting.scope == SettingScope::AllReplicas);
        QCOMPARE(t.tableIn(kHome)->status, TableStatus::Active);
        QCOMPARE(t.tableIn(kIreland)->status, TableStatus::Active);
        t.sync();
        t.kill();
        QCOMPARE(found->second.isIn(*t.tableIn(kHome)), setting.scope == SettingScope::AllReplicas);
    }

    void aTimeToLiveReachesAllReplicas() {
        ReplicasHarness t;
        makeReplicas(t);
        t.putMany(kHome, "k", 5);
        t.enableTimeToLive(kIreland, "expires");
        t.run(1min);
        QCOMPARE(t.tableIn(kHome)->timeToLive.attribute, std::string("expires"));
        QVERIFY(!t.tableIn(kHome)->timeToLive.isChanging);
    }

    // An index that is new is filled in each Region with the items there.
    void aNewIndexIsFilledInEachRegion() {
        ReplicasHarness t;
        makeReplicas(t);
        t.putMany(kHome, "k", 20);
        SecondaryIndex index = test::colourIndex();
        index.name = "ByValue";
        index.keys.partition.name = "v";
        QVERIFY(t.update(kIreland,
                         [&](UpdateTable& update) { update.createIndexes.push_back(index); }));
        t.run(1min);
        for (const char* region : {kHome, kIreland}) {
            const auto reply = t.describe(region);
            QCOMPARE(reply->table->indexes.back().name, std::string("ByValue"));
            QCOMPARE(reply->indexCounts.back().first, std::int64_t{20});
        }
    }

    void allAreUpdatingForAsLong() {
        ReplicasHarness t(Profile::serviceLike());
        makeReplicas(t);
        QVERIFY(t.update(kIreland, [](UpdateTable& update) { update.throughput = {8, 9}; }));
        QCOMPARE(t.tableIn(kHome)->status, TableStatus::Updating);
        t.run(t.options().profile.transientStates + 1s);
        QCOMPARE(t.tableIn(kHome)->status, TableStatus::Active);
    }

    // Where one of them cannot change, none does.
    void isRefusedWhileAReplicaIsMade() {
        ReplicasHarness t(Profile::serviceLike());
        makeReplicas(t);
        t.change(kHome, ReplicaChange::Kind::Create, "eu-west-2");
        const auto change = [](UpdateTable& update) { update.throughput = {8, 9}; };
        QCOMPARE(t.refusalOf(t.submitUpdate(kIreland, change)),
                 "Attempt to change a resource which is still in use: Table is being updated: T");
        QVERIFY((t.tableIn(kIreland)->throughput == Throughput{1, 1}));
        QVERIFY(t.update(kIreland, [](UpdateTable& update) { update.deletionProtection = true; }));
        t.run(1min);
        QVERIFY(t.update(kIreland, change));
        t.run(1min);
        QVERIFY((t.tableIn("eu-west-2")->throughput == Throughput{8, 9}));
    }
};

ORRERY_TEST_CLASS(ReplicatedSettingsTest)
#include "replicated_settings_test.moc"
