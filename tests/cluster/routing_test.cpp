// Goal: a router and a replica know of each other only what messages carried. Method: zones fail
// between a request and its answer, and the trace shows what had arrived by then.

#include <QTest>

#include <algorithm>

#include "core/cluster/kernel/leader_hints.h"
#include "core/cluster/kernel/op.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

constexpr ZoneIndex kA{0};
constexpr ZoneIndex kB{1};
constexpr ZoneIndex kC{2};

bool arrived(WorldHarness& t, observe::MessageKind kind) {
    const auto events = t.world().trace().since(EventId(), SIZE_MAX);
    return std::ranges::any_of(events, [&](const observe::Event& event) {
        const auto* delivered = std::get_if<observe::MessageDelivered>(&event.body);
        return delivered != nullptr && delivered->kind == kind;
    });
}

}  // namespace

class RoutingTest : public QObject {
    Q_OBJECT
private slots:
    void whatOneRouterLearntAnotherDoesNotKnow() {
        cluster::Group group;
        group.id = GroupId(7);
        group.appointed = kA;
        cluster::LeaderHints hints;
        hints.learn(group, kB, kC);
        QCOMPARE(hints.find(group, kB), kC);
        QCOMPARE(hints.find(group, kA), kA);
        QCOMPARE(hints.find(group, kC), kA);
        hints.forget(group.region, kB);
        QCOMPARE(hints.find(group, kB), kA);
    }

    /// The request travels whole: its replica needs nothing from the lost router.
    void aWriteThatArrivedIsCarriedOutThoughItsRouterIsLost() {
        int lostAfterArrival = 0;
        for (int step = 1; step <= 12; ++step) {
            WorldHarness t(cluster::Profile::serviceLike());
            t.createTable();
            t.run(60s);  // All groups are at rest: a leader must take its lease first.
            t.world().setDetailedTrace(true);
            // One of the three routers is not in the leader's zone.
            const std::uint64_t put = t.put("k", {{"v", "1"}}, 1);
            t.run(step * 250us);
            const bool delivered = arrived(t, observe::MessageKind::Write);
            const bool wasDone = t.done(put);
            QVERIFY(test::failZone(t.world(), "us-east-1b", std::nullopt).has_value());
            t.run(10s);
            const std::uint64_t get = t.get("k", true, 0);
            t.run(10s);
            QVERIFY(t.done(get));
            if (delivered && !wasDone) ++lostAfterArrival;
            if (!delivered) QCOMPARE(t.read(get), std::string());
            if (delivered) QCOMPARE(t.read(get), std::string("1"));
        }
        QVERIFY(lostAfterArrival > 0);
    }
};

ORRERY_TEST_CLASS(RoutingTest)
#include "routing_test.moc"
