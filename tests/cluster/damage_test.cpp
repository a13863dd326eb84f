// Goal: damaged bytes never reach a client and never stop the world. Method: the test flips a byte
// of a stored item in the trees. A request for the item gets an error that says so, all other
// requests are served, and writes are refused.

#include <QTest>

#include "core/types/storage_key.h"
#include "tests/cluster/copied_table.h"
#include "tests/cluster/world_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

std::string storageKeyOf(WorldHarness& t, const std::string& pk) {
    return types::storageKey(t.table()->space, {types::AttributeValue::string(pk), std::nullopt});
}

/// Flips one bit of an item, in the trees of these zones.
void damageIn(WorldHarness& t, const std::string& pk, const std::vector<ZoneIndex>& zones,
              std::size_t byteFromEnd = 3) {
    const std::string key = storageKeyOf(t, pk);
    types::Item itemKey;
    itemKey.set("pk", types::AttributeValue::string(pk));
    const auto look = t.world().lookItem({"us-east-1", "T", itemKey});
    for (const ZoneIndex zone : zones) {
        const VolumeId volume = volumeOf(RegionId(0), zone);
        std::string bytes = **t.store().get(volume, key);
        char& byte = bytes[bytes.size() - byteFromEnd];
        byte = static_cast<char>(byte ^ 1);
        const std::vector<storage::TreeChange> changes = {{key, share(std::move(bytes))}};
        t.store().apply(volume, look->group, changes, *t.store().mark(volume, look->group));
    }
}

void damage(WorldHarness& t, const std::string& pk, std::size_t byteFromEnd = 3) {
    damageIn(t, pk, {ZoneIndex(0), ZoneIndex(1), ZoneIndex(2)}, byteFromEnd);
}

std::vector<observe::JobView> copiesOf(WorldHarness& t) {
    std::vector<observe::JobView> copies = t.world().jobs();
    std::erase_if(copies,
                  [](const auto& job) { return job.kind != observe::JobKind::CopyReplica; });
    return copies;
}

std::string errorOf(const WorldHarness& t, std::uint64_t id) {
    return t.failed(id) ? t.answer(id)->result.error().message : std::string();
}

}  // namespace

class DamageTest : public QObject {
    Q_OBJECT
private slots:
    void isReportedAndStopsOnlyWrites() {
        WorldHarness t;
        t.createTable();
        for (const char* pk : {"a", "b", "c"})
            t.put(pk, {{"v", pk}});
        t.run(1s);
        damage(t, "b");
        QVERIFY(!t.world().damage());

        for (const bool consistent : {false, true}) {
            const auto sound = t.get("a", consistent);
            const auto bad = t.get("b", consistent);
            const auto page = t.scan(consistent);
            t.run(1s);
            QCOMPARE(t.read(sound), std::string("a"));
            QVERIFY(errorOf(t, bad).find("is corrupt in items.mdb") != std::string::npos);
            // Never a short page.
            QVERIFY(errorOf(t, page).find("is corrupt in items.mdb") != std::string::npos);
        }
        QVERIFY(t.world().damage().has_value());
        QVERIFY(!t.world().failure());

        const auto refused = t.put("c", {{"v", "new"}});
        const auto removed = t.remove("a");
        t.run(1s);
        QVERIFY(errorOf(t, refused).find("Writes are refused") != std::string::npos);
        QVERIFY(errorOf(t, removed).find("Writes are refused") != std::string::npos);
        const auto after = t.get("c", true);
        t.run(1s);
        QCOMPARE(t.read(after), std::string("c"));
    }

    void isFoundByAWriteToo() {
        WorldHarness t;
        t.createTable();
        t.put("a", {{"v", "a"}});
        t.put("b", {{"v", "b"}});
        t.run(1s);
        damage(t, "a", 1);
        const auto overwritten = t.put("a", {{"v", "new"}});
        t.run(1s);
        QVERIFY(errorOf(t, overwritten).find("is corrupt in items.mdb") != std::string::npos);
        QVERIFY(t.world().damage().has_value());
        const auto other = t.get("b", true);
        t.run(1s);
        QCOMPARE(t.read(other), std::string("b"));
    }

    // The mark of a tree is in one file, the definitions of the indexes that it counts in the
    // other.
    void aMarkThatCountsOtherIndexesIsRefused() {
        WorldHarness t;
        cluster::SecondaryIndex index;
        index.name = "ByShade";
        index.keys.partition = {"pk", types::AttributeType::String};
        index.keys.sort = types::KeyAttribute{"shade", types::AttributeType::String};
        t.createTable(true, {index});
        types::Item item;
        for (const char* name : {"pk", "sk", "shade"})
            item.set(name, types::AttributeValue::string(name));
        const auto written =
            t.submit("PutItem", [=](const cluster::Catalog& catalog, const auto& caller) {
                cluster::WriteItem write;
                write.table = catalog.find(caller, "T");
                write.key = {*item.find("pk"), *item.find("sk")};
                write.action = cluster::PutAction{item};
                return ApiResult<cluster::Request>(std::move(write));
            });
        t.run(1s);
        QVERIFY(t.done(written) && !t.failed(written));
        t.flush();
        types::Item key;
        for (const char* name : {"pk", "sk"})
            key.set(name, types::AttributeValue::string(name));
        const auto look = t.world().lookItem({"us-east-1", "T", key});
        storage::TreeMark mark = *t.store().mark(VolumeId(0), look->group);
        QCOMPARE(mark.localIndexes.size(), std::size_t{1});
        mark.localIndexes.resize(2);
        t.store().apply(VolumeId(0), look->group, {}, mark);
        t.store().commit({});
        t.flush();
        const auto store = t.store().reopened();
        const auto opened = cluster::World::open(*store, {}, test::kCalendar);
        QVERIFY(!opened.has_value());
        QVERIFY2(opened.error().message().find("items.mdb is corrupt (the mark of partition") !=
                     std::string::npos,
                 opened.error().message().c_str());
    }

    // The leader would read the same range each time. Another one has another tree.
    void stopsACopyUntilAnotherReplicaLeads() {
        test::CopiedTable table;
        WorldHarness& t = table.t;
        table.missMuch();
        types::Item key;
        key.set("pk", types::AttributeValue::string(test::CopiedTable::key(1)));
        const GroupId group = t.world().lookItem({"us-east-1", "T", key})->group;
        const std::vector<GroupId> groups = table.groups();
        const auto place = std::ranges::find(groups, group) - groups.begin();
        const int leader = t.leaders().at(static_cast<std::size_t>(place));
        QVERIFY(leader == 0 || leader == 2);
        damageIn(t, test::CopiedTable::key(1), {ZoneIndex(static_cast<std::uint8_t>(leader))});
        test::healAll(t.world());
        t.run(60s);

        const std::string zone = std::string("us-east-1") + static_cast<char>('a' + leader);
        QVERIFY(t.world().damage().has_value());
        QVERIFY(t.world().damage()->message().find("An item") != std::string::npos);
        const auto stopped = copiesOf(t);
        QCOMPARE(stopped.size(), std::size_t{1});
        QVERIFY(stopped.front().isStopped);
        QCOMPARE(stopped.front().subject, "partition " + std::to_string(group.value()) +
                                              " of table T to us-east-1b (corrupt in " + zone +
                                              ")");
        // Nothing is tried again and again: the world comes to rest.
        QVERIFY(t.world().nextEventAt() > t.world().now() + 1h);

        QVERIFY(test::failZone(t.world(), zone, std::nullopt).has_value());
        t.run(20s);
        QVERIFY(copiesOf(t).empty());
        QCOMPARE(table.copying(), 0);
        t.run(60s);
        QVERIFY(t.world().nextEventAt() > t.world().now() + 1h);
    }

    void isToldByALook() {
        WorldHarness t;
        t.createTable();
        t.put("a", {{"v", "a"}});
        t.run(1s);
        damage(t, "a");
        cluster::ItemsLookRequest request;
        request.table = "T";
        request.limit = 10;
        QVERIFY(!t.world().lookItems(request).has_value());
    }
};

ORRERY_TEST_CLASS(DamageTest)
#include "damage_test.moc"
