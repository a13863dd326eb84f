// Goal: a global table with strong consistency shows every acknowledged write in every Region at
// once, takes one of two writes that exclude each other, and loses nothing with a Region.

#include <QTest>

#include <set>

#include "tests/cluster/region_calls.h"
#include "tests/cluster/region_faults.h"
#include "tests/cluster/strong_world.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::Profile;
using test::kEast;
using test::kOhio;
using test::kWest;
using test::StrongWorld;

namespace {

const std::vector<std::string> kRegions = {kEast, kOhio, kWest};
const std::string kConflict = "ReplicatedWriteConflictException";
const std::string kUnmet = "ConditionalCheckFailedException";

void addProfiles() {
    QTest::addColumn<QString>("profile");
    QTest::newRow("drop-in") << "drop-in";
    QTest::newRow("service-like") << "service-like";
}

Profile profileOfRow() {
    return *Profile::find(QTest::currentDataTag() == QByteArray("drop-in") ? "drop-in"
                                                                           : "service-like");
}

}  // namespace

class StrongTableTest : public QObject {
    Q_OBJECT
private slots:
    void showsEveryWriteInEveryRegion_data() { addProfiles(); }
    void showsEveryWriteInEveryRegion() {
        StrongWorld t(profileOfRow());
        t.create();
        int n = 0;
        for (const std::string& from : kRegions) {
            for (int i = 0; i < 3; ++i) {
                QCOMPARE(t.ask(t.begin(from, {.pk = "a", .item = test::Numbers{{"n", ++n}}})),
                         "ok");
                for (const std::string& region : kRegions)
                    QCOMPARE(t.read(region, "a"), n);
            }
        }
        QCOMPARE(t.ask(t.begin(kWest, {.pk = "a", .isDelete = true})), "ok");
        for (const std::string& region : kRegions)
            QCOMPARE(t.read(region, "a"), -1);
        t.run(5s);
        for (const std::string& region : kRegions)
            QCOMPARE(t.read(region, "a", false), -1);
    }

    void pagesShowWhatOtherRegionsWrote() {
        StrongWorld t(Profile::serviceLike());
        t.create();
        t.putMany(kWest, "item", 20);
        QCOMPARE(t.items(kEast).size(), 20u);
    }

    // An eventual read may miss what its own Region wrote a moment ago.
    void anEventualReadIsLocal() {
        StrongWorld t(Profile::serviceLike());
        t.create();
        QCOMPARE(t.ask(t.beginAdd(kWest, "a")), "ok");
        QCOMPARE(t.read(kWest, "a", false), -1);
        t.run(1s);
        QCOMPARE(t.read(kWest, "a", false), 1);
    }

    // A write of the same item in the same Region waits for the one before it.
    void writesOfOneRegionFollowEachOther_data() { addProfiles(); }
    void writesOfOneRegionFollowEachOther() {
        StrongWorld t(profileOfRow());
        t.create();
        std::vector<std::uint64_t> calls;
        for (int i = 0; i < 4; ++i)
            calls.push_back(t.beginAdd(kWest, "a"));
        t.finish(calls);
        for (const std::uint64_t call : calls)
            QCOMPARE(outcomeOf(t, call), "ok");
        QCOMPARE(t.read(kEast, "a"), 4);
    }

    void conditionsSeeTheLatestVersion_data() { addProfiles(); }
    void conditionsSeeTheLatestVersion() {
        StrongWorld t(profileOfRow());
        t.create();
        QCOMPARE(t.ask(t.beginInsert(kEast, "a", 1)), "ok");
        QCOMPARE(t.ask(t.beginInsert(kWest, "a", 2)), kUnmet);
        QCOMPARE(t.ask(t.beginInsert(kOhio, "a", 2)), kUnmet);
        const test::Act next = {.pk = "a",
                                .update = "SET n = :new",
                                .condition = "n = :old",
                                .values = {{":new", 5}, {":old", 1}}};
        QCOMPARE(t.ask(t.begin(kOhio, next)), "ok");
        QCOMPARE(t.ask(t.begin(kWest, next)), kUnmet);
        QCOMPARE(t.read(kEast, "a"), 5);
        // Nothing to remove.
        QCOMPARE(t.ask(t.begin(kWest, {.pk = "b", .isDelete = true})), "ok");
        QCOMPARE(t.read(kEast, "b"), -1);
    }

    // L8: of two that take the same seat at once, one gets it, and the other one is told.
    void aSeatIsTakenOnce() {
        StrongWorld t(Profile::serviceLike());
        t.create();
        int conflicts = 0;
        for (int i = 0; i < 10; ++i) {
            const std::string seat = "seat " + std::to_string(i);
            const auto east = t.beginInsert(kEast, seat, 1);
            t.run(std::chrono::milliseconds(i * 8));
            const auto west = t.beginInsert(kWest, seat, 2);
            t.finish({east, west});
            const std::string first = outcomeOf(t, east);
            const std::string second = outcomeOf(t, west);
            QVERIFY2((first == "ok") != (second == "ok"), qPrintable(seat.c_str()));
            const std::string& other = first == "ok" ? second : first;
            QVERIFY2(other == kConflict || other == kUnmet, other.c_str());
            conflicts += other == kConflict ? 1 : 0;
            QCOMPARE(t.ask(t.beginInsert(first == "ok" ? kWest : kEast, seat, 3)), kUnmet);
            QCOMPARE(t.read(kOhio, seat), first == "ok" ? 1 : 2);
        }
        QVERIFY(conflicts > 0);
    }

    // L9 with strong consistency: every addition that was acknowledged counts.
    void aCounterForgetsNothing() {
        StrongWorld t(Profile::serviceLike());
        t.create();
        std::vector<std::uint64_t> calls;
        for (int i = 0; i < 50; ++i) {
            calls.push_back(t.beginAdd(kEast, "a"));
            t.run(250ms);
            calls.push_back(t.beginAdd(kWest, "a"));
            t.run(250ms);
        }
        t.finish(calls);
        int added = 0;
        for (const std::uint64_t call : calls) {
            const std::string outcome = outcomeOf(t, call);
            QVERIFY2(outcome == "ok" || outcome == kConflict, outcome.c_str());
            added += outcome == "ok" ? 1 : 0;
        }
        qInfo("%d of 100 additions, the others conflicts", added);
        for (const std::string& region : kRegions)
            QCOMPARE(t.read(region, "a"), added);
        QVERIFY(added > 20);
    }

    void aWitnessTakesPart() {
        StrongWorld t(Profile::serviceLike());
        t.create(true);
        QCOMPARE(QString::fromStdString(t.global()->journal->witness), "us-west-2");
        QVERIFY(t.tableIn(kWest) == nullptr);
        QCOMPARE(t.ask(t.beginAdd(kOhio, "a")), "ok");
        const auto fault = t.world().admit(test::lost(kOhio));
        QVERIFY(fault.has_value());
        t.run(10s);
        QCOMPARE(t.read(kEast, "a"), 1);
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "ok");
        test::heal(t.world(), *fault);
        t.run(10s);
        QCOMPARE(t.read(kOhio, "a"), 2);
    }

    // L14: an isolated Region serves eventual reads only, and the others refuse nothing once their
    // leaders are elected. Nothing that was acknowledged is lost.
    void anIsolatedRegionServesEventualReadsOnly_data() {
        QTest::addColumn<QString>("region");
        for (const std::string& region : kRegions)
            QTest::newRow(region.c_str()) << QString::fromStdString(region);
    }
    void anIsolatedRegionServesEventualReadsOnly() {
        QFETCH(const QString, region);
        const std::string isolated = region.toStdString();
        StrongWorld t(Profile::serviceLike());
        t.create();
        QCOMPARE(t.ask(t.beginAdd(isolated, "a")), "ok");
        t.run(1s);
        const auto fault = t.world().admit(test::isolated(isolated));
        QVERIFY(fault.has_value());
        t.run(10s);
        QCOMPARE(t.ask(t.beginAdd(isolated, "a")), "InternalServerError");
        QCOMPARE(t.ask(t.beginRead(isolated, "a", true)), "InternalServerError");
        QCOMPARE(t.read(isolated, "a", false), 1);
        int n = 1;
        for (const std::string& other : kRegions) {
            if (other == isolated) continue;
            for (int i = 0; i < 5; ++i) {
                QCOMPARE(t.ask(t.beginAdd(other, "a")), "ok");
                QCOMPARE(t.read(other, "a"), ++n);
            }
        }
        test::heal(t.world(), *fault);
        t.run(5s);
        QCOMPARE(t.read(isolated, "a"), n);
        QCOMPARE(t.ask(t.beginAdd(isolated, "a")), "ok");
        QCOMPARE(t.read(kOhio, "a"), n + 1);
    }

    // The service's experiment pauses the replication of one Region.
    void aPausedRegionServesEventualReadsOnly() {
        StrongWorld t(Profile::serviceLike());
        t.create();
        const auto fault = t.world().admit(test::paused({kWest}));
        QVERIFY(fault.has_value());
        QCOMPARE(t.ask(t.beginAdd(kWest, "a")), "InternalServerError");
        QCOMPARE(t.ask(t.beginRead(kWest, "a", true)), "InternalServerError");
        QCOMPARE(t.read(kWest, "a", false), -1);
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "ok");
        QCOMPARE(t.read(kOhio, "a"), 1);
        test::heal(t.world(), *fault);
        t.run(5s);
        QCOMPARE(t.read(kWest, "a"), 1);
    }

    void aRegionAloneServesEventualReadsOnly() {
        StrongWorld t(Profile::serviceLike());
        t.create();
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "ok");
        t.run(1s);
        for (const std::string& region : {kOhio, kWest})
            QVERIFY(t.world().admit(test::lost(region)).has_value());
        t.run(10s);
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "InternalServerError");
        QCOMPARE(t.ask(t.beginRead(kEast, "a", true)), "InternalServerError");
        QCOMPARE(t.read(kEast, "a", false), 1);
    }

    void survivesAKill_data() { addProfiles(); }
    void survivesAKill() {
        StrongWorld t(profileOfRow());
        t.create();
        for (int i = 0; i < 5; ++i)
            QCOMPARE(t.ask(t.beginAdd(kRegions[static_cast<std::size_t>(i) % 3], "a")), "ok");
        t.sync();
        t.kill();
        for (const std::string& region : kRegions)
            QCOMPARE(t.read(region, "a"), 5);
        QCOMPARE(t.ask(t.beginAdd(kWest, "a")), "ok");
        t.restart();
        for (const std::string& region : kRegions)
            QCOMPARE(t.read(region, "a"), 6);
    }

    // A table that is made regional again keeps what it has.
    void endsAsAWhole_data() { addProfiles(); }
    void endsAsAWhole() {
        StrongWorld t(profileOfRow());
        t.create();
        QCOMPARE(t.ask(t.beginAdd(kWest, "a")), "ok");
        QVERIFY(t.failed(t.removeTable(kWest)));
        QVERIFY(t.failed(t.endStrong(kEast, {kWest})));
        QVERIFY(!t.failed(t.endStrong(kEast, {kWest, kOhio})));
        t.run(60s);
        t.reclaim();
        QVERIFY(t.tableIn(kWest) == nullptr && t.tableIn(kOhio) == nullptr);
        QVERIFY(t.global() == nullptr);
        QCOMPARE(t.read(kEast, "a"), 1);
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "ok");
        t.sync();
        t.kill();
        QCOMPARE(t.read(kEast, "a"), 2);
        QVERIFY(!t.failed(t.removeTable(kEast)));
        t.run(60s);
        t.reclaim();
        QVERIFY(t.world().jobs().empty());
    }

    // With a member of a journal where there is no table.
    void isShownLikeOthers() {
        StrongWorld t;
        t.create(true);
        QCOMPARE(t.ask(t.beginAdd(kOhio, "a")), "ok");
        const auto snapshot = t.world().makeSnapshot();
        int tables = 0;
        for (const auto& region : snapshot->regions)
            tables += static_cast<int>(region->tables.size());
        QCOMPARE(tables, 2);
        QVERIFY(t.world().checksums("T", kOhio, true, kSharedAccount).has_value());
        QVERIFY(t.describe(kOhio)->global->isStrong());
    }

    void refusesWhatTheServiceRefuses() {
        StrongWorld t;
        test::createTableIn(t, kEast);
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "ok");
        QVERIFY(t.refusalOf(t.makeStrong({kOhio, kWest})).startsWith("Table must be empty"));
        QCOMPARE(t.ask(t.begin(kEast, {.pk = "a", .isDelete = true})), "ok");
        QVERIFY(!t.failed(t.makeStrong({kOhio, kWest})));
        t.run(1s);
        QVERIFY(t.failed(t.change(kEast, cluster::ReplicaChange::Kind::Create, "eu-west-1")));
        QVERIFY(t.failed(t.change(kEast, cluster::ReplicaChange::Kind::Delete, kWest)));
        const auto transaction =
            t.submitIn(kEast, "TransactWriteItems", [](const auto& catalog, const auto& caller) {
                cluster::TransactRead read;
                read.reads.push_back({catalog.find(caller, "T"),
                                      {types::AttributeValue::string("a"), std::nullopt}});
                return ApiResult<cluster::Request>(std::move(read));
            });
        QCOMPARE(t.ask(transaction), "ValidationException");
        QCOMPARE(t.ask(t.beginAdd(kEast, "a")), "ok");
        QCOMPARE(t.read(kWest, "a"), 1);
    }
};

ORRERY_TEST_CLASS(StrongTableTest)
#include "strong_table_test.moc"
