#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

class WorldTest : public QObject {
    Q_OBJECT
private slots:
    void answersInTheSameInstantWithoutDelays() {
        WorldHarness t;
        t.createTable();
        const Instant before = t.world().now();
        const auto put = t.put("a", {{"v", "1"}});
        t.run(0s);
        QVERIFY(t.done(put) && !t.failed(put));
        const auto strong = t.get("a", true);
        t.run(0s);
        QCOMPARE(t.read(strong), std::string("1"));
        for (std::uint8_t zone = 0; zone < 3; ++zone) {
            const auto eventual = t.get("a", false, zone);
            t.run(0s);
            QCOMPARE(t.read(eventual), std::string("1"));
            QCOMPARE(t.answer(eventual)->served.behindRecords, std::uint64_t{0});
        }
        QCOMPARE(t.world().now().sinceStart(), before.sinceStart());
    }

    void readsNothingWhereNothingIs() {
        WorldHarness t;
        t.createTable();
        const auto get = t.get("missing", true);
        t.run(0s);
        QCOMPARE(t.read(get), std::string());
    }

    void takesMillisecondsWithDelays() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        const auto put = t.put("a", {{"v", "1"}});
        t.run(100us);
        QVERIFY(!t.done(put));
        t.run(50ms);
        QVERIFY(t.done(put) && !t.failed(put));
        const auto strong = t.get("a", true);
        t.run(50ms);
        QCOMPARE(t.read(strong), std::string("1"));
        QVERIFY(t.answer(strong)->served.leader);
    }

    // The whole point: an eventual read at a replica that has not applied the write yet.
    void readsStaleFromAReplicaThatIsBehind() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        int stale = 0;
        for (int round = 0; round < 50; ++round) {
            const auto put = t.put("a", {{"v", std::to_string(round)}});
            while (!t.done(put))
                t.run(20us);
            const auto get = t.get("a", false, round % 3);
            t.run(20ms);
            if (t.read(get) != std::to_string(round)) ++stale;
        }
        QVERIFY2(stale > 0 && stale < 50, qPrintable(QString::number(stale)));
    }

    void goesOnWithoutOneZone_data() {
        QTest::addColumn<int>("zone");
        QTest::newRow("a") << 0;
        QTest::newRow("b") << 1;
        QTest::newRow("c") << 2;
    }
    void goesOnWithoutOneZone() {
        QFETCH(int, zone);
        WorldHarness t;
        t.createTable();
        for (int i = 0; i < 40; ++i)
            t.put("k" + std::to_string(i), {{"v", "before"}});
        t.run(0s);
        const std::string name = std::string("us-east-1") + char('a' + zone);
        const auto fault = test::failZone(t.world(), name, std::nullopt);
        QVERIFY(fault.has_value());
        t.run(5s);
        const auto live = static_cast<std::uint8_t>((zone + 1) % 3);
        std::vector<std::uint64_t> puts;
        for (int i = 0; i < 40; ++i)
            puts.push_back(t.put("k" + std::to_string(i), {{"v", "during"}}, live));
        t.run(2s);
        for (const auto put : puts)
            QVERIFY(t.done(put) && !t.failed(put));
        for (int i = 0; i < 40; ++i) {
            const auto get = t.get("k" + std::to_string(i), true, live);
            t.run(0s);
            QCOMPARE(t.read(get), std::string("during"));
        }
        QVERIFY(test::heal(t.world(), *fault));
        t.run(10s);
        const auto sums = t.world().checksums("T", "us-east-1", true);
        QVERIFY(sums.has_value());
        std::int64_t items = 0;
        for (const auto& partition : *sums) {
            for (const auto& one : partition.zones) {
                QCOMPARE(one.checksum, partition.zones[0].checksum);
                QCOMPARE(*one.scanned, one.checksum);
                QCOMPARE(*one.scannedCount, one.itemCount);
            }
            items += partition.zones[0].itemCount;
        }
        QCOMPARE(items, std::int64_t{40});
    }

    void findsEverythingSyncedAfterAKill() {
        WorldHarness t;
        t.createTable();
        t.put("a", {{"v", "1"}});
        t.run(0s);
        t.sync();
        t.put("a", {{"v", "2"}});
        t.run(0s);  // Not synced: its reply has never left.
        t.kill();
        const auto get = t.get("a", true);
        t.run(3s);
        QCOMPARE(t.read(get), std::string("1"));
        const auto put = t.put("a", {{"v", "3"}});
        t.run(3s);
        QVERIFY(t.done(put) && !t.failed(put));
        const auto again = t.get("a", true);
        t.run(0s);
        QCOMPARE(t.read(again), std::string("3"));
    }

    void isAtRestWithoutRequests() {
        WorldHarness t;
        t.createTable();
        t.put("a", {{"v", "1"}});
        t.run(10s);
        QVERIFY(t.world().nextEventAt() == Instant::never());
    }

    void countsTheDecreasesOfTheDay() {
        WorldHarness t;
        test::setCalendar(t.world(), CalendarTime(1'900'000'000s));
        t.submit("CreateTable", [](const auto&, const auto&) {
            cluster::CreateTable create;
            create.table.name = "T";
            create.table.keys.partition = {"pk", types::AttributeType::String};
            create.table.throughput = {10, 10};
            return ApiResult<cluster::Request>(create);
        });
        const auto ask = [&](std::optional<cluster::Throughput> to) {
            const auto id = t.submit("UpdateTable", [to](const cluster::Catalog& catalog,
                                                         const cluster::Caller& caller) {
                const cluster::TablePtr table = catalog.find(caller, "T");
                if (!to) return ApiResult<cluster::Request>(cluster::DescribeTable{table});
                cluster::UpdateTable update;
                update.table = table;
                update.throughput = to;
                return ApiResult<cluster::Request>(update);
            });
            t.run(1s);
            const auto& reply = std::get<cluster::TableReply>(*t.answer(id)->result);
            return reply.table->decreasesOn(reply.now);
        };
        // The reply to an update does not count it yet.
        const auto decreases = [&](std::optional<cluster::Throughput> to) {
            if (to) ask(to);
            return ask(std::nullopt);
        };
        t.run(1s);
        QCOMPARE(decreases(std::nullopt), std::int64_t{0});
        QCOMPARE(decreases(cluster::Throughput{9, 9}), std::int64_t{1});
        QCOMPARE(decreases(cluster::Throughput{8, 9}), std::int64_t{2});
        QCOMPARE(decreases(cluster::Throughput{20, 20}), std::int64_t{2});
        // The instant above is at 17:46 UTC.
        test::setCalendar(t.world(), CalendarTime(1'900'000'000s + 6h));
        QCOMPARE(decreases(std::nullopt), std::int64_t{2});
        test::setCalendar(t.world(), CalendarTime(1'900'000'000s + 7h));
        QCOMPARE(decreases(std::nullopt), std::int64_t{0});
        QCOMPARE(decreases(cluster::Throughput{19, 20}), std::int64_t{1});
    }

    void finishesChangesAfterAKill() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        t.submit("UpdateTable", [](const cluster::Catalog& catalog, const cluster::Caller& caller) {
            cluster::UpdateTable update;
            update.table = catalog.find(caller, "T");
            update.warm = cluster::Throughput{20'000, 8'000};
            update.sseEnabled = true;
            return ApiResult<cluster::Request>(update);
        });
        t.run(100ms);
        t.sync();
        t.kill();
        QVERIFY(t.table()->hasPendingChange());
        QVERIFY(!t.table()->warm && !t.table()->sseEnabled);
        t.run(10s);
        QVERIFY(!t.table()->hasPendingChange());
        QVERIFY(t.table()->warm == (cluster::Throughput{20'000, 8'000}));
        QVERIFY(t.table()->sseEnabled);
    }

    // A row of another table, or no key at all, would show what is of another table.
    void looksAtNoRowsOfAnotherTable() {
        WorldHarness t;
        t.createTable();
        t.put("a");
        t.createTableNamed("Other");
        t.put("secret");
        t.run(1s);
        const auto look = [&](const std::string& table, const std::string& after, bool backward) {
            cluster::ItemsLookRequest request;
            request.region = "us-east-1";
            request.table = table;
            request.after = after;
            request.backward = backward;
            return t.world().lookItems(request);
        };
        const std::string own = look("T", "", false)->rows.at(0).storageKey;
        const std::string others = look("Other", "", false)->rows.at(0).storageKey;
        for (const bool backward : {false, true}) {
            QVERIFY(look("T", own, backward)->rows.empty());
            for (const auto& [table, after] :
                 {std::pair("T", others), std::pair("Other", own),
                  std::pair("T", std::string("\1")), std::pair("T", std::string("\xff"))}) {
                const auto refused = look(table, after, backward);
                QVERIFY(!refused.has_value());
                QCOMPARE(refused.error(),
                         "Cannot continue from that key: it is not a key of table " +
                             std::string(table) + ".");
            }
        }
    }

    // The division into turns must not change the hash.
    void hasOneHashWhereverTurnsAreCut() {
        std::vector<std::uint64_t> hashes;
        for (const std::size_t cut : {1u, 7u, 1000u}) {
            WorldHarness t(cluster::Profile::serviceLike(), 42);
            t.createTable();
            for (int i = 0; i < 20; ++i) {
                t.put("k" + std::to_string(i % 5), {{"v", std::to_string(i)}}, i % 3);
                t.get("k" + std::to_string(i % 5), i % 2 == 0, i % 3);
                t.run(300us, cut);
            }
            test::failZone(t.world(), "us-east-1b", 3s);
            // Zone b misses more than may be in flight to it.
            for (int i = 0; i < 150; ++i)
                t.put("large" + std::to_string(i), {{"v", std::string(20'000, 'x')}}, 0);
            t.run(8s, cut);
            hashes.push_back(t.world().eventHash());
        }
        QCOMPARE(hashes[0], hashes[1]);
        QCOMPARE(hashes[0], hashes[2]);
    }
};

ORRERY_TEST_CLASS(WorldTest)
#include "world_test.moc"
