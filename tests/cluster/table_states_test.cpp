// Goal: whatever a table is in the middle of takes as long as the profile says, whatever was begun
// before. Method: a change is begun while the timer of an earlier one still runs.

#include <QTest>
#include <functional>
#include <utility>

#include "core/base/check.h"
#include "tests/cluster/world_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::WorldHarness;

namespace {

/// A table whose transient states take two seconds.
class Table {
public:
    Table() : t(Profile::serviceLike()) {
        t.createTable();
        CHECK(t.options().profile.transientStates == 2s);
    }

    /// True if the change is accepted.
    bool change(std::function<void(UpdateTable&)> make) {
        return request([make](const TablePtr& table) {
            UpdateTable update;
            update.table = table;
            make(update);
            return Request(std::move(update));
        });
    }
    bool changeUnits(std::int64_t units) {
        return change([units](UpdateTable& update) {
            update.billing = BillingMode::Provisioned;
            update.throughput = Throughput{units, units};
        });
    }
    bool changeWarm(std::int64_t units) {
        return change([units](UpdateTable& update) { update.warm = Throughput{units, units}; });
    }
    bool remove() {
        return request([](const TablePtr& table) { return Request(DeleteTable{table}); });
    }
    TableStatus status() const { return t.table()->status; }

    WorldHarness t;

private:
    bool request(std::function<Request(const TablePtr&)> make) {
        const auto call = t.submit("Change", [make](const Catalog& catalog, const auto& caller) {
            return ApiResult<Request>(make(catalog.find(caller, "T")));
        });
        t.run(Duration{});
        return t.done(call) && !t.failed(call);
    }
};

}  // namespace

class TableStatesTest : public QObject {
    Q_OBJECT
private slots:
    void anEarlierTimerDoesNotEndADeletion() {
        Table table;
        QVERIFY(table.changeUnits(5));
        table.t.run(1s);
        QVERIFY(table.changeWarm(20'000));
        while (table.status() != TableStatus::Active)
            table.t.run(100ms);
        QVERIFY(table.remove());
        table.t.run(1999ms);
        QVERIFY(table.t.table() != nullptr);
        QCOMPARE(table.status(), TableStatus::Deleting);
        table.t.run(1ms);
        QVERIFY(table.t.table() == nullptr);
    }

    void anEarlierTimerDoesNotEndALaterChange() {
        Table table;
        QVERIFY(table.changeUnits(5));
        table.t.run(1s);
        QVERIFY(table.changeWarm(20'000));
        table.t.run(1999ms);
        QVERIFY(table.t.table()->hasPendingChange());
        table.t.run(1ms);
        QVERIFY(!table.t.table()->hasPendingChange());
        QCOMPARE(table.status(), TableStatus::Active);
    }

    // What takes effect at once delays nothing.
    void aSettingDoesNotProlongAChange() {
        Table table;
        QVERIFY(table.changeUnits(5));
        table.t.run(1s);
        QVERIFY(table.change([](UpdateTable& update) { update.deletionProtection = true; }));
        QCOMPARE(table.status(), TableStatus::Updating);
        table.t.run(1s);
        QCOMPARE(table.status(), TableStatus::Active);
        QVERIFY(table.t.table()->deletionProtection);
    }

    void aChangeGoesOnAfterAKill() {
        Table table;
        QVERIFY(table.changeUnits(5));
        table.t.sync();
        table.t.kill();
        QCOMPARE(table.status(), TableStatus::Updating);
        table.t.run(2s);
        QCOMPARE(table.status(), TableStatus::Active);
    }
};

ORRERY_TEST_CLASS(TableStatesTest)
#include "table_states_test.moc"
