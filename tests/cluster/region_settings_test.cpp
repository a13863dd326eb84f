// Goal: what is set for Regions outlives a stop and a kill, and corrupt values give one sentence.
// Method: one store, and several worlds on it, one after the other.

#include "core/cluster/catalog/region_settings.h"

#include <QTest>
#include <array>

#include "core/base/bytes.h"
#include "core/storage/stores.h"
#include "tests/cluster/world_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::RegionLink;
using cluster::RegionSettings;
using test::WorldHarness;

namespace {

std::string encoded(const RegionSettings& settings) {
    const auto store = storage::MemoryStore::create();
    storage::Turn turn;
    cluster::saveRegionSettings(turn, settings);
    store->commit(std::move(turn));
    return store->value("region-settings")->value();
}

storage::StorageResult<RegionSettings> decoded(const std::string& bytes) {
    const auto store = storage::MemoryStore::create();
    storage::Turn turn;
    turn.putValue("region-settings", bytes);
    store->commit(std::move(turn));
    return cluster::loadRegionSettings(*store);
}

RegionSettings some() {
    RegionSettings settings;
    settings.clockOffsets["eu-west-1"] = -5s;
    settings.clockOffsets["us-east-1"] = 1h;
    settings.links[{"us-east-1", "eu-west-1"}] = RegionLink{40ms, 2ms, {1, 100}};
    settings.links[{"eu-west-1", "us-east-1"}] = RegionLink{10min, 0ms, {1, 1}};
    return settings;
}

void createIn(WorldHarness& t, const std::string& region) {
    t.submitIn(region, "CreateTable", [](const auto&, const auto&) {
        cluster::CreateTable create;
        create.table.name = "T";
        create.table.keys.partition = {"pk", types::AttributeType::String};
        create.table.throughput = {1, 1};
        return ApiResult<cluster::Request>(create);
    });
    t.run(0s);
}

}  // namespace

class RegionSettingsTest : public QObject {
    Q_OBJECT
private slots:
    void comesBackAsItWas() {
        const auto back = decoded(encoded(some()));
        QVERIFY(back.has_value() && *back == some());
        QVERIFY(*decoded(encoded({})) == RegionSettings());
        QVERIFY(*cluster::loadRegionSettings(*storage::MemoryStore::create()) == RegionSettings());
    }

    void refusesWhatCannotBe() {
        const std::string sound = encoded(some());
        for (std::size_t size = 1; size < sound.size(); ++size)
            QVERIFY(!decoded(sound.substr(0, size)).has_value());
        QVERIFY(!decoded(sound + 'x').has_value());
        RegionSettings wrong = some();
        wrong.clockOffsets["eu-west-1"] = 1h + 1ns;
        QVERIFY(!decoded(encoded(wrong)).has_value());
        wrong = some();
        wrong.links.begin()->second.loss = {2, 1};
        QVERIFY(!decoded(encoded(wrong)).has_value());
        wrong.links.begin()->second.loss = {0, 0};
        QVERIFY(!decoded(encoded(wrong)).has_value());
        const auto newer = decoded(std::string(1, 2));
        QVERIFY(newer.error().message().find("newer version") != std::string::npos);
    }

    void outlivesAKill() {
        WorldHarness t;
        createIn(t, "us-east-1");
        createIn(t, "eu-west-1");
        const RegionLink link{40ms, 2ms, {1, 100}};
        QVERIFY(t.world().admit(cluster::SetRegionLink{"us-east-1", "eu-west-1", link}));
        QVERIFY(t.world().admit(cluster::SetRegionClock{"eu-west-1", -5s}));
        t.run(0s);
        t.sync();
        QVERIFY(t.world().admit(cluster::SetRegionClock{"eu-west-1", 7s}));
        t.kill();
        const auto regions = t.world().regions();
        QCOMPARE(regions.size(), std::size_t{2});
        QVERIFY(regions[0].links.front().isSet && regions[0].links.front().link == link);
        QVERIFY(!regions[1].links.front().isSet);
        QCOMPARE(regions[1].clockOffset, Duration(-5s));
        QVERIFY(t.world().admit(cluster::SetRegionLink{"us-east-1", "eu-west-1", std::nullopt}));
        QVERIFY(t.world().regions()[0].links.front().link == RegionLink());
    }
};

ORRERY_TEST_CLASS(RegionSettingsTest)
#include "region_settings_test.moc"
