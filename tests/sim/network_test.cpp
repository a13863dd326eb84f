#include <QTest>

#include "core/sim/network.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;

namespace {

constexpr sim::NetworkDelays kDelays{{100us, 0us}, {500us, 300us}, {400ms, 400ms}};

/// Three zones of one Region and one of another.
sim::Network makeNetwork(std::uint64_t seed, sim::NetworkDelays delays = kDelays) {
    sim::Network network(seed, delays);
    for (std::uint8_t zone = 0; zone < 3; ++zone)
        network.addNode({0, zone});
    network.addNode({1, 0});
    return network;
}

}  // namespace

class NetworkTest : public QObject {
    Q_OBJECT
private slots:
    void deliversAtOnceWithoutDelays() {
        sim::Network network = makeNetwork(1, {});
        for (sim::NodeId to = 0; to < 4; ++to)
            QVERIFY(network.deliverAt(0, to, Instant(5ms)) == Instant(5ms));
    }

    void delaysByTheClassOfTheLink() {
        sim::Network network = makeNetwork(1);
        const sim::NodeId neighbour = network.addNode({0, 0});
        QVERIFY(network.deliverAt(0, 0, Instant()) == Instant());
        QVERIFY(network.deliverAt(0, neighbour, Instant()) == Instant(100us));
        Duration sum{};
        for (int i = 0; i < 1000; ++i) {
            const Instant sent(i * 1s);
            const Instant arrived = *network.deliverAt(0, 1, sent);
            QVERIFY(arrived - sent >= 500us);
            sum += arrived - sent;
        }
        QVERIFY(sum > 760ms && sum < 840ms);
        QVERIFY(*network.deliverAt(0, 3, Instant()) >= Instant(400ms));
    }

    void delaysByWhatTheLinkHasItself() {
        sim::Network network = makeNetwork(1);
        network.setDelay(0, 1, {2ms, 0us});
        QVERIFY(network.deliverAt(0, 1, Instant()) == Instant(2ms));
        QVERIFY(network.deliverAt(1, 0, Instant()) < Instant(2ms) + 50ms);
        QVERIFY(network.heartbeatDelay(0, 1, 7) == 2ms);
        network.setDelays({});
        QVERIFY(network.deliverAt(0, 1, Instant(1s)) == Instant(1s) + 2ms);
        QVERIFY(network.deliverAt(1, 0, Instant(1s)) == Instant(1s));
    }

    void keepsTheOrderOfALink() {
        sim::Network network = makeNetwork(2);
        Instant before;
        for (int i = 0; i < 1000; ++i) {
            const Instant arrived = *network.deliverAt(1, 2, Instant(i * 10us));
            QVERIFY(arrived >= before);
            before = arrived;
        }
    }

    void drawsForEachLinkFromItsOwnStream() {
        sim::Network quiet = makeNetwork(3);
        sim::Network busy = makeNetwork(3);
        for (int i = 0; i < 100; ++i)
            busy.deliverAt(0, 2, Instant());
        QVERIFY(quiet.deliverAt(0, 1, Instant()) == busy.deliverAt(0, 1, Instant()));
        QVERIFY(makeNetwork(4).deliverAt(0, 1, Instant()) != quiet.deliverAt(0, 1, Instant(1s)));
    }

    void losesWhatACutLinkCarries() {
        sim::Network network = makeNetwork(5);
        const std::uint32_t there = network.epoch(0, 1);
        const std::uint32_t back = network.epoch(1, 0);
        network.cut(0, 1);
        QVERIFY(!network.deliverAt(0, 1, Instant()));
        QVERIFY(network.deliverAt(1, 0, Instant()).has_value());
        QVERIFY(network.epoch(0, 1) != there);
        QCOMPARE(network.epoch(1, 0), back);
        network.heal(0, 1);
        QVERIFY(network.deliverAt(0, 1, Instant()).has_value());
        QVERIFY(network.epoch(0, 1) != there);  // Messages that were in flight stay lost.
    }

    void losesWhatANodeThatIsDownSendsAndGets() {
        sim::Network network = makeNetwork(6);
        const std::uint32_t into = network.epoch(0, 1);
        const std::uint32_t outOf = network.epoch(1, 2);
        network.setNodeUp(1, false);
        QVERIFY(!network.deliverAt(0, 1, Instant()));
        QVERIFY(!network.deliverAt(1, 2, Instant()));
        QVERIFY(!network.deliverAt(1, 1, Instant()));
        QVERIFY(network.deliverAt(0, 2, Instant()).has_value());
        network.setNodeUp(1, true);
        QVERIFY(network.isConnected(0, 1));
        QVERIFY(network.epoch(0, 1) != into);
        QVERIFY(network.epoch(1, 2) != outOf);
    }

    void losesTheShareItIsToldTo() {
        sim::Network network = makeNetwork(7);
        network.setLoss(0, 1, {1, 10});
        int lost = 0;
        for (int i = 0; i < 10'000; ++i)
            lost += network.deliverAt(0, 1, Instant()) ? 0 : 1;
        QVERIFY(lost > 900 && lost < 1100);
        network.setExtraDelay(0, 2, 1s);
        QVERIFY(*network.deliverAt(0, 2, Instant()) >= Instant(1s));
    }

    // A span of heartbeats can be skipped: each delay depends only on its own number.
    void knowsAHeartbeatsDelayWithoutTheOnesBefore() {
        const sim::Network network = makeNetwork(8);
        const Duration tenth = network.heartbeatDelay(0, 1, 10);
        for (std::uint64_t number = 0; number < 10; ++number)
            QVERIFY(network.heartbeatDelay(0, 1, number) >= 500us);
        QCOMPARE(network.heartbeatDelay(0, 1, 10).count(), tenth.count());
        QVERIFY(network.heartbeatDelay(0, 1, 11) != network.heartbeatDelay(0, 1, 12));
    }
};

ORRERY_TEST_CLASS(NetworkTest)
#include "network_test.moc"
