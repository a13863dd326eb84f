// Goal: no answer leaves before everything that it depends on is on disk: the catalog that it
// names, and the instant at which it was given.

#include <QTest>

#include "tests/cluster/world_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

bool waits(WorldHarness& t, std::uint64_t id) {
    return t.answer(id)->gate > t.store().synced();
}

}  // namespace

class AnswerGateTest : public QObject {
    Q_OBJECT
private slots:
    void waitsForNothingOnceAllIsSynced() {
        WorldHarness t;
        t.createTable();
        t.put("a");
        t.run(0s);
        t.sync();
        const auto get = t.get("a", false);
        t.run(0s);
        QVERIFY(!waits(t, get));
    }

    void waitsForTheTableThatIsGone() {
        WorldHarness t;
        t.createTable();
        t.sync();
        const auto remove =
            t.submit("DeleteTable", [](const cluster::Catalog& catalog, const auto& caller) {
                return ApiResult<cluster::Request>(cluster::DeleteTable{catalog.find(caller, "T")});
            });
        t.run(0s);
        QVERIFY(t.done(remove) && !t.failed(remove));
        QVERIFY(t.table() == nullptr);
        const auto get = t.submit("GetItem", [](const auto&, const auto&) {
            return ApiResult<cluster::Request>(std::unexpected(ApiError::resourceNotFound()));
        });
        t.run(0s);
        QVERIFY(t.failed(get));
        QVERIFY(waits(t, get));
        t.sync();
        QVERIFY(!waits(t, get));
    }

    void waitsForTheTableThatIsNew() {
        WorldHarness t;
        t.run(1s);
        t.sync();
        t.createTable();
        const auto get = t.get("a", false);
        t.run(0s);
        QVERIFY(t.done(get) && !t.failed(get));
        QVERIFY(waits(t, get));
    }

    // The world resumes at the bound that is on disk, so no answer was given beyond it.
    void waitsForTheBoundOfTheInstant() {
        WorldHarness t;
        t.createTable();
        t.run(0s);
        t.sync();
        t.run(15s);  // Moves the bound; this is not synced.
        t.run(10s);  // Beyond the bound on disk, and below the one written since.
        const auto get = t.get("a", false);
        t.run(0s);
        QVERIFY(t.done(get) && !t.failed(get));
        QVERIFY(waits(t, get));
        t.sync();
        QVERIFY(!waits(t, get));
    }
};

ORRERY_TEST_CLASS(AnswerGateTest)
#include "answer_gate_test.moc"
