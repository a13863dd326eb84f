// Goal: work that concerns every group of a Region is done in bounded pieces, and nobody can tell:
// the division into turns changes nothing, and a zone is down before its replicas have been told.
// An incremental snapshot equals a full one.

#include <QTest>

#include "core/base/prng.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr std::string_view kB = "us-east-1b";
constexpr int kTables = 20;
constexpr std::size_t kGroups = 4 * kTables;

std::string nameOf(int table) {
    return "T" + std::to_string(table);
}

void createTables(WorldHarness& t) {
    for (int i = 0; i < kTables; ++i)
        t.createTableNamed(nameOf(i));
    t.run(1s);
}

std::uint64_t hashWhenCutAt(std::size_t events) {
    WorldHarness t(cluster::Profile::serviceLike(), 7);
    createTables(t);
    for (int i = 0; i < 40; ++i)
        t.put("before" + std::to_string(i));
    t.run(2ms, events);
    if (!test::failZone(t.world(), kB, 5s)) return 0;
    for (int i = 0; i < 40; ++i)
        t.put("meanwhile" + std::to_string(i), {}, i % 3);
    t.run(4s, events);
    test::healAll(t.world());
    for (int i = 0; i < 40; ++i)
        t.put("after" + std::to_string(i), {}, i % 3);
    t.run(10s, events);
    return t.world().eventHash();
}

observe::TableView withoutTimes(observe::TableView table) {
    for (observe::PartitionView& partition : table.partitions)
        partition.serving.since = Instant::never();
    for (observe::IndexView& index : table.indexes) {
        for (observe::PartitionView& partition : index.partitions)
            partition.serving.since = Instant::never();
    }
    return table;
}

observe::ZoneView withoutTimes(observe::ZoneView zone) {
    zone.since = Instant::never();
    return zone;
}

/// Compares everything but the root, which contains the instant, and since when snapshots have
/// shown that something cannot be served.
bool showsTheSame(const observe::Snapshot& a, const observe::Snapshot& b) {
    const auto sameTable = [](const auto& x, const auto& y) {
        return withoutTimes(*x) == withoutTimes(*y);
    };
    const auto sameZone = [](const auto& x, const auto& y) {
        return withoutTimes(x) == withoutTimes(y);
    };
    const auto sameRegion = [&](const auto& x, const auto& y) {
        return x->name == y->name && std::ranges::equal(x->zones, y->zones, sameZone) &&
               std::ranges::equal(x->tables, y->tables, sameTable);
    };
    return std::ranges::equal(a.regions, b.regions, sameRegion);
}

/// Tables, indexes, writes, faults and deletions, drawn from a seed.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_prng(Prng::stream(seed, "many-groups")), m_t(cluster::Profile::serviceLike(), seed) {
        createTables(m_t);
    }
    WorldHarness& harness() { return m_t; }

    void step() {
        const std::string zone = std::string("us-east-1") + char('a' + m_prng.below(3));
        if (m_prng.chance({1, 20})) static_cast<void>(test::failZone(m_t.world(), zone, 2s));
        if (m_prng.chance({1, 20})) static_cast<void>(test::cutLink(m_t.world(), zone, kB, 2s));
        if (m_prng.chance({1, 25})) m_t.createTableNamed("More" + std::to_string(++m_more));
        if (m_prng.chance({1, 25})) remove(nameOf(static_cast<int>(m_prng.below(kTables - 1))));
        for (std::uint64_t i = m_prng.below(5); i > 0; --i)
            m_t.put(std::to_string(m_prng.below(100)), {}, static_cast<std::uint8_t>(i % 3));
        m_t.run(1ms * static_cast<std::int64_t>(1 + m_prng.below(1500)));
    }

private:
    void remove(const std::string& name) {
        m_t.submit("DeleteTable",
                   [=](const auto& catalog, const auto& caller) -> ApiResult<cluster::Request> {
                       const cluster::TablePtr table = catalog.find(caller, name);
                       if (!table) return cluster::Request(cluster::ReadNothing{});
                       return cluster::Request(cluster::DeleteTable{table});
                   });
    }

    Prng m_prng;
    WorldHarness m_t;
    int m_more = 0;
};

}  // namespace

class ManyGroupsTest : public QObject {
    Q_OBJECT
private slots:
    void aFaultMayBeCutAnywhere() {
        const std::uint64_t whole = hashWhenCutAt(SIZE_MAX);
        QVERIFY(whole != 0);
        for (const std::size_t events : {1, 7, 50})
            QCOMPARE(hashWhenCutAt(events), whole);
    }

    void aTurnTellsNoMoreGroupsThanItMayRunEvents() {
        WorldHarness t;
        createTables(t);
        QVERIFY(test::failZone(t.world(), kB, std::nullopt).has_value());
        const Instant now = t.world().now();
        std::size_t runs = 1;
        for (EventId before = t.world().lastEvent(); !t.world().run(now, 10); ++runs) {
            QVERIFY(t.world().lastEvent().value() - before.value() <= 10);
            before = t.world().lastEvent();
        }
        QVERIFY(runs >= kGroups / 10);
    }

    // Looks and calls before the replicas have been told find the zone down.
    void aZoneIsDownAtOnce() {
        WorldHarness t;
        createTables(t);
        t.put("k", {{"v", "1"}});
        t.run(1s);
        QVERIFY(test::failZone(t.world(), kB, std::nullopt).has_value());
        QVERIFY(t.world().isSweeping());
        cluster::ItemLookRequest request;
        request.region = "us-east-1";
        request.table = nameOf(kTables - 1);
        request.key.set("pk", types::AttributeValue::string("k"));
        const auto look = t.world().lookItem(request);
        QVERIFY(look.has_value());
        QVERIFY(!look->versions[1].up);
        QVERIFY(!look->versions[1].leader);
        QVERIFY(!t.world().makeSnapshot()->regions[0]->zones[1].up);
        const auto there = t.get("k", false, 1);
        t.world().sweepGroups(3);
        const auto elsewhere = t.get("k", true, 0);
        t.run(3s);
        QVERIFY(t.failed(there));
        // It may have waited in vain for the next leader; the lost one did not answer.
        QVERIFY(t.failed(elsewhere) || t.answer(elsewhere)->served.zone != ZoneIndex(1));
        const auto later = t.get("k", true, 0);
        t.run(1s);
        QCOMPARE(t.read(later), std::string("1"));
    }

    void aZoneMayHealBeforeAllHaveBeenTold() {
        for (const std::size_t told : {std::size_t{0}, kGroups / 2, kGroups - 1}) {
            WorldHarness t;
            createTables(t);
            t.put("k", {{"v", "1"}});
            t.run(1s);
            const auto fault = test::failZone(t.world(), kB, std::nullopt);
            t.world().sweepGroups(told);
            QVERIFY(test::heal(t.world(), *fault));
            t.run(5s);
            const auto put = t.put("k", {{"v", "2"}}, 1);
            t.run(1s);
            QVERIFY(t.done(put) && !t.failed(put));
            const auto snapshot = t.world().makeSnapshot();
            for (const auto& table : snapshot->regions[0]->tables) {
                for (const auto& partition : table->partitions)
                    QVERIFY(partition.replicas[1].role != observe::Role::Down);
            }
        }
    }

    // A third of the reads goes to a zone that is lost and not known to be; all are sent again.
    void noEventLooksAtAllCalls() {
        constexpr int kCalls = 2100;
        constexpr std::uint64_t kEventsMax = 500;
        WorldHarness t(cluster::Profile::serviceLike(), 7);
        createTables(t);
        t.put("k", {{"v", "1"}});
        t.run(1s);
        QVERIFY(test::failZone(t.world(), kB, std::nullopt).has_value());
        std::vector<std::uint64_t> reads;
        for (int i = 0; i < kCalls; ++i)
            reads.push_back(t.get("k", false, 0));
        const Instant until = t.world().now() + 2s;
        std::uint64_t longest = 0;
        for (EventId before = t.world().lastEvent(); !t.world().run(until, 1);) {
            longest = std::max(longest, t.world().lastEvent().value() - before.value());
            before = t.world().lastEvent();
        }
        QVERIFY2(longest < kEventsMax, qPrintable(QString::number(longest)));
        t.run(1ms);
        for (const std::uint64_t read : reads)
            QCOMPARE(t.read(read), std::string("1"));
    }

    void looksOnlyAtWhatChanged() {
        WorldHarness t;
        createTables(t);
        t.run(5s);
        const auto first = t.world().makeSnapshot();
        t.run(5s);
        const auto second = t.world().makeSnapshot();
        QVERIFY(second->regions[0] == first->regions[0]);
        t.put("k");
        t.run(1ms);
        const auto third = t.world().makeSnapshot();
        std::size_t changed = 0;
        auto before = first->regions[0]->tables.begin();
        for (const observe::TableViewPtr& table : third->regions[0]->tables)
            changed += table != *before++ ? 1 : 0;
        QCOMPARE(changed, std::size_t{1});
    }

    // One world is viewed all the time, the other only at the end.
    void equalsAFullSnapshot() {
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            Random watched(seed);
            Random unwatched(seed);
            for (int step = 0; step < 60; ++step) {
                watched.step();
                unwatched.step();
                static_cast<void>(watched.harness().world().makeSnapshot());
            }
            QCOMPARE(watched.harness().world().eventHash(),
                     unwatched.harness().world().eventHash());
            const auto shown = watched.harness().world().makeSnapshot();
            QVERIFY(showsTheSame(*shown, *unwatched.harness().world().makeSnapshot()));
        }
    }

    void aBoundedLookComesToShowEverything() {
        Random bounded(3);
        Random unwatched(3);
        for (int step = 0; step < 60; ++step) {
            bounded.step();
            unwatched.step();
            static_cast<void>(bounded.harness().world().refreshSnapshot(5));
        }
        for (Random* one : {&bounded, &unwatched}) {
            test::healAll(one->harness().world());
            one->harness().run(60s);
        }
        for (int frame = 0; frame < 200; ++frame)
            static_cast<void>(bounded.harness().world().refreshSnapshot(5));
        QVERIFY(showsTheSame(*bounded.harness().world().showSnapshot(),
                             *unwatched.harness().world().makeSnapshot()));
    }
};

ORRERY_TEST_CLASS(ManyGroupsTest)
#include "many_groups_test.moc"
