// Goal: a read is stale if an item differs from what was acknowledged when it began, and only then.
// Method: one replica no longer hears the leader of a partition, and clients read it there.

#include <QTest>

#include <array>
#include <set>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

// Fewer records than are looked through for what happened while a read was under way.
constexpr std::size_t kKeys = 100;

/// Items of one partition, and a zone whose replica lags behind its leader.
class Lagging {
public:
    Lagging() : t(cluster::Profile::serviceLike()) {
        t.createTable();
        for (int i = 0; keys.size() < kKeys; ++i) {
            const std::string key = "k" + std::to_string(i);
            if (keys.empty() || groupOf(key) == groupOf(keys[0])) keys.push_back(key);
        }
        for (const std::string& key : keys)
            t.put(key, {{"v", "old"}});
        t.run(2s);
        const auto look = lookAt(keys[0]);
        for (const auto& version : look.versions)
            (version.leader ? leader : lagging) = version.zone;
        const auto name = [](ZoneIndex zone) {
            return std::string("us-east-1") + static_cast<char>('a' + zone.value());
        };
        QVERIFY(test::cutLink(t.world(), name(leader), name(lagging), std::nullopt).has_value());
    }

    void write(const std::string& key, const std::string& value) {
        const auto put = t.put(key, {{"v", value}}, leader.value());
        while (!t.done(put))
            t.run(1ms);
        QVERIFY(!t.failed(put));
    }
    /// What a read by the lagging replica says. Routers choose replicas at random.
    cluster::Served readBy(const std::function<std::uint64_t()>& submit) {
        for (int i = 0; i < 100; ++i) {
            const auto read = submit();
            while (!t.done(read))
                t.run(1ms);
            const cluster::Served served = t.answer(read)->served;
            if (served.zone == lagging && served.known) return served;
        }
        return {};
    }
    cluster::Served get(const std::string& key) {
        return readBy([&] { return t.get(key, false, lagging.value()); });
    }
    /// The record that wrote the item, as the leader has it.
    Lsn newestOf(const std::string& key) { return lookAt(key).versions[leader.value()].itemLsn; }
    ZoneIndex third() const {
        return ZoneIndex(static_cast<std::uint8_t>(3 - leader.value() - lagging.value()));
    }
    observe::Totals totals() { return t.world().totals(); }

    WorldHarness t;
    std::vector<std::string> keys;
    ZoneIndex leader;
    ZoneIndex lagging;

private:
    cluster::ItemLook lookAt(const std::string& key) {
        types::Item item;
        item.set("pk", types::AttributeValue::string(key));
        return *t.world().lookItem({"us-east-1", "T", item});
    }
    GroupId groupOf(const std::string& key) { return lookAt(key).group; }
};

using Stale = std::optional<std::uint64_t>;

}  // namespace

class StalenessTest : public QObject {
    Q_OBJECT
private slots:
    void onlyTheItemThatChangedIsStale() {
        Lagging world;
        world.write(world.keys[0], "new");
        const observe::Totals before = world.totals();
        const cluster::Served changed = world.get(world.keys[0]);
        QVERIFY(changed.behindRecords > 0);
        QCOMPARE(changed.staleItems, Stale(1));
        QCOMPARE(world.totals().staleReads, before.staleReads + 1);
        const cluster::Served same = world.get(world.keys[1]);
        QVERIFY(same.behindRecords > 0);
        QCOMPARE(same.staleItems, Stale(0));
        QCOMPARE(world.totals().staleReads, before.staleReads + 1);
        QCOMPARE(world.totals().laggingReads, before.laggingReads + 1);
    }

    void aRewriteOfTheSameValueMakesNothingStale() {
        Lagging world;
        world.write(world.keys[0], "old");
        QCOMPARE(world.get(world.keys[0]).staleItems, Stale(0));
    }

    void anItemThatWasDeletedOrCameIsStale() {
        Lagging world;
        const auto removed = world.t.remove(world.keys[0]);
        while (!world.t.done(removed))
            world.t.run(1ms);
        QCOMPARE(world.get(world.keys[0]).staleItems, Stale(1));
    }

    /// Neither a write that was acknowledged while the read was under way counts, nor does it hide
    /// that the item was stale before.
    void whatCountsIsTheInstantAtWhichTheReadBegan() {
        Lagging world;
        std::array<int, 2> seen{};
        for (std::size_t i = 0; i < world.keys.size(); ++i) {
            const std::string& key = world.keys[i];
            const bool isStaleBefore = i % 2 == 0;
            if (isStaleBefore) world.write(key, "earlier");
            const Lsn before = world.newestOf(key);
            const auto put = world.t.put(key, {{"v", "now"}}, world.leader.value());
            world.t.run(i % 20 * 100us);
            const bool isAcknowledged = world.newestOf(key) != before;
            // The third zone asks the lagging one, which takes about as long as a write.
            const auto get = world.t.get(key, false, world.third().value());
            while (!world.t.done(get) || !world.t.done(put))
                world.t.run(100us);
            const cluster::Served served = world.t.answer(get)->served;
            if (served.zone != world.lagging) continue;
            const bool isStale = isAcknowledged || isStaleBefore;
            QCOMPARE(served.staleItems, Stale(isStale ? 1 : 0));
            ++seen[isStale ? 1 : 0];
        }
        QVERIFY(seen[0] > 0 && seen[1] > 0);
    }

    void aPageCountsItsStaleItems() {
        Lagging world;
        world.write(world.keys[0], "new");
        world.write(world.keys[2], "new");
        // A scan asks one replica of each partition, at random.
        std::set<std::uint64_t> counts;
        for (int i = 0; i < 100; ++i) {
            const auto scan = world.t.scan(false, world.lagging.value());
            while (!world.t.done(scan))
                world.t.run(1ms);
            counts.insert(world.t.answer(scan)->served.staleItems.value());
        }
        QCOMPARE(counts, (std::set<std::uint64_t>{0, 2}));
    }

    void aStrongReadIsNeverStale() {
        Lagging world;
        world.write(world.keys[0], "new");
        const auto read = world.t.get(world.keys[0], true, world.leader.value());
        while (!world.t.done(read))
            world.t.run(1ms);
        QCOMPARE(world.t.answer(read)->served.staleItems, Stale(0));
    }

    void aWriteTellsNoStaleness() {
        Lagging world;
        const auto put = world.t.put(world.keys[0], {{"v", "x"}}, world.leader.value());
        while (!world.t.done(put))
            world.t.run(1ms);
        QCOMPARE(world.t.answer(put)->served.staleItems, Stale());
    }
};

ORRERY_TEST_CLASS(StalenessTest)
#include "staleness_test.moc"
