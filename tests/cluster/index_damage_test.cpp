// Goal: damaged bytes that the keeping of a global index meets end no process, are not retried for
// ever and never pass in silence: the world says which file, refuses writes and reads what is
// sound. Method: a byte is flipped in the trees of all zones, or in a saved value.

#include <QTest>

#include "core/table/apply.h"
#include "core/types/storage_key.h"
#include "tests/cluster/world_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

/// Flips one bit of what the trees of all zones have under a key. False if they have nothing.
bool flip(WorldHarness& t, GroupId group, const std::string& key) {
    for (const std::uint8_t zone : {0, 1, 2}) {
        const VolumeId volume = volumeOf(RegionId(0), ZoneIndex(zone));
        const auto stored = t.store().get(volume, key);
        if (!*stored) return false;
        std::string bytes = **stored;
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        const std::vector<storage::TreeChange> changes = {{key, share(std::move(bytes))}};
        t.store().apply(volume, group, changes, *t.store().mark(volume, group));
    }
    return true;
}

GroupId groupOf(WorldHarness& t, const std::string& pk) {
    types::Item key;
    key.set("pk", types::AttributeValue::string(pk));
    return t.world().lookItem({"us-east-1", "T", key})->group;
}

std::vector<GroupId> groupsOfIndex(WorldHarness& t) {
    std::vector<GroupId> groups;
    const auto snapshot = t.world().makeSnapshot();
    for (const auto& partition : snapshot->regions.at(0)->tables.at(0)->indexes.at(0).partitions)
        groups.push_back(partition.group);
    return groups;
}

/// Damage is told once with the file; reads of what is sound go on and writes are refused.
void expectReadOnly(WorldHarness& t, const std::string& soundItem) {
    QVERIFY(t.world().damage().has_value());
    QVERIFY(t.world().damage()->message().find("items.mdb") != std::string::npos);
    QVERIFY(!t.world().failure());
    const auto sound = t.get(soundItem, true);
    const auto refused = t.put("new", {{"colour", "red"}});
    t.run(2s);
    QVERIFY(!t.failed(sound));
    QVERIFY(t.failed(refused));
    // Nothing is tried again and again: the world comes to rest.
    t.run(60s);
    QVERIFY(t.world().nextEventAt() > t.world().now() + 1h);
}

}  // namespace

class IndexDamageTest : public QObject {
    Q_OBJECT
private slots:
    void theCursorOfAnIndex() {
        WorldHarness t;
        t.createTable(false, {test::colourIndex()});
        t.put("a", {{"colour", "red"}});
        t.run(1s);
        const GroupId base = groupOf(t, "a");
        int flipped = 0;
        for (const GroupId index : groupsOfIndex(t))
            flipped += flip(t, index, table::sourceCursorKey(index, base)) ? 1 : 0;
        QCOMPARE(flipped, 1);
        QVERIFY(!t.world().damage());
        const auto written = t.put("a", {{"colour", "red"}, {"v", "2"}});
        t.run(2s);
        QVERIFY(t.done(written) && !t.failed(written));  // The table has it.
        expectReadOnly(t, "a");
    }

    void anEntryOfAnIndex() {
        WorldHarness t;
        t.createTable(false, {test::colourIndex()});
        t.put("a", {{"colour", "red"}});
        t.run(1s);
        std::vector<std::string> keys;
        const KeySpaceId space = t.table()->indexes.at(0).space;
        static_cast<void>(t.store().scan(VolumeId(0), types::keySpaceBegin(space),
                                         types::keySpaceEnd(space), storage::ScanDirection::Forward,
                                         [&](auto key, auto) {
                                             keys.emplace_back(key);
                                             return storage::ScanStep::Continue;
                                         }));
        QCOMPARE(keys.size(), std::size_t{1});
        for (const GroupId index : groupsOfIndex(t)) {
            if ((*t.store().mark(VolumeId(0), index)).itemCount == 1) flip(t, index, keys.front());
        }
        t.put("a", {{"colour", "blue"}});
        t.run(2s);
        expectReadOnly(t, "a");
    }

    void anItemThatAFillingReads() {
        WorldHarness t;
        t.createTable();
        for (int i = 0; i < 300; ++i)
            t.put("k" + std::to_string(i), {{"colour", "red"}});
        t.run(1s);
        const types::Key key{types::AttributeValue::string("k7"), std::nullopt};
        QVERIFY(flip(t, groupOf(t, "k7"), types::storageKey(t.table()->space, key)));
        t.addIndex(test::colourIndex());
        t.run(5s);
        QVERIFY(t.table()->indexes.at(0).backfilling);  // It does not pass for whole.
        expectReadOnly(t, "k8");
    }

    void howFarAFillingHadCome() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        for (int i = 0; i < 9000; ++i) {
            t.put("k" + std::to_string(i), {{"colour", "red"}});
            if (i % 500 == 0) t.run(5ms);
        }
        t.run(1s);
        t.addIndex(test::colourIndex());
        std::vector<std::pair<std::string, std::string>> saved;
        for (int i = 0; i < 1000 && saved.empty(); ++i) {
            t.run(5ms);
            saved = *t.store().values(kJobs);
        }
        QVERIFY(!saved.empty());
        t.world().close();
        storage::Turn turn;
        turn.putValue(saved.front().first, saved.front().second.substr(0, 3));
        t.store().commit(std::move(turn));
        t.sync();
        const auto opened = cluster::World::open(t.store(), {}, CalendarTime(2'000'000'000s));
        QVERIFY(!opened.has_value());
        const std::string message = opened.error().message();
        QVERIFY2(message.find("log.mdb") != std::string::npos, message.c_str());
    }

private:
    static constexpr const char* kJobs = "job/";
};

ORRERY_TEST_CLASS(IndexDamageTest)
#include "index_damage_test.moc"
