// Goal: no client, and no crowd of clients, makes the server use more memory or connections than
// its limits allow, and meanwhile the others are served. Method: as in server_test.cpp.

#include <QTest>
#include <memory>

#include "core/http/server.h"
#include "tests/http/server_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::http;
using namespace orrery::http::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

std::string many(const std::string& request, int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
        out += request;
    return out;
}

void passSeconds(World& world, int from, int to) {
    for (int second = from; second <= to; ++second) {
        world.server.tick(std::chrono::seconds(second), CalendarTime());
        world.poll();
    }
}

}  // namespace

class ConnectionLimitsTest : public QObject {
    Q_OBJECT
private slots:
    // 64 pipelined requests for large answers once created 64 large answers, whether they were read
    // or not.
    void takesNoFurtherRequestsOfAClientThatDoesNotRead() {
        World world({.room = {.connectionBytesMax = 2 * kMegabyte}});
        world.answerer.echo = false;
        world.answerer.needs = {.requestBytes = 0, .answerBytes = kMegabyte};
        Client client(world);
        client.send(many(get("/"), 64));
        QCOMPARE(world.answerer.asked.size(), std::size_t{2});
        const std::string large(kMegabyte, 'x');
        std::size_t answered = 0;
        const auto answerAll = [&] {
            while (answered < world.answerer.asked.size()) {
                world.server.reply(world.answerer.asked[answered++].id, {}, large);
                world.poll();
            }
        };
        answerAll();
        // The kernel takes some.
        QVERIFY(answered < 30);
        qsizetype replies = 0;
        for (int i = 0; i < 1'000 && replies < 64; ++i) {
            replies += repliesIn(client.receive());
            answerAll();
        }
        QCOMPARE(replies, 64);
    }

    void boundsAllClientsTogetherInTheOrderInWhichTheyCame() {
        World world({.room = {.bytesMax = 2 * kMegabyte, .smallBytes = 1000}});
        world.answerer.echo = false;
        world.answerer.needs = {.requestBytes = 0, .answerBytes = kMegabyte};
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 6; ++i) {
            clients.push_back(std::make_unique<Client>(world));
            clients.back()->send(get("/" + std::to_string(i)));
        }
        QCOMPARE(world.answerer.asked.size(), std::size_t{2});
        QCOMPARE(world.server.waitingForRoom(), std::size_t{4});
        // A client with a small request is served meanwhile, and so is an urgent one.
        Client other(world);
        other.send(get("/small"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{3});
        clients[0]->send(get("/urgent"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{4});
        for (std::size_t i = 0; i < world.answerer.asked.size(); ++i) {
            world.server.reply(world.answerer.asked[i].id, {}, "x");
            world.poll();
        }
        QCOMPARE(world.answerer.asked.size(), std::size_t{8});
        for (std::size_t i = 4; i < 8; ++i)
            QCOMPARE(world.answerer.asked[i].target, "/" + std::to_string(i - 2));
        QCOMPARE(world.server.waitingForRoom(), std::size_t{0});
    }

    void makesRoomWhenAClientThatWaitsLeaves() {
        World world({.room = {.bytesMax = kMegabyte, .smallBytes = 1000}});
        world.answerer.echo = false;
        world.answerer.needs = {.requestBytes = 0, .answerBytes = kMegabyte};
        Client first(world);
        first.send(get("/first"));
        auto second = std::make_unique<Client>(world);
        second->send(get("/second"));
        Client third(world);
        third.send(get("/third"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{1});
        second->reset();
        passSeconds(world, 1, 1);
        first.reset();
        world.poll();
        QCOMPARE(world.answerer.asked.back().target, std::string("/third"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{2});
    }

    // While others wait, a client has less time to take its answer.
    void closesConnectionsThatHoldRoomAndDoNotRead() {
        World world({.room = {.bytesMax = 4 * kMegabyte, .smallBytes = 1000}});
        world.answerer.echo = false;
        world.answerer.needs = {.requestBytes = 0, .answerBytes = kMegabyte};
        Client holds(world);
        holds.send(get("/"));
        world.server.reply(world.answerer.asked[0].id, {}, std::string(30 * kMegabyte, 'x'));
        world.poll();
        passSeconds(world, 1, 10);
        QCOMPARE(world.server.connectionCount(), std::size_t{1});
        Client waits(world);
        waits.send(get("/waits"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{1});
        passSeconds(world, 11, 12);
        QCOMPARE(world.answerer.asked.size(), std::size_t{2});
        QCOMPARE(world.server.connectionCount(), std::size_t{1});
    }

    void makesRoomForActiveClients() {
        World world({.connectionsMax = 4});
        std::vector<std::unique_ptr<Client>> halfOpen;
        for (int i = 0; i < 4; ++i) {
            halfOpen.push_back(std::make_unique<Client>(world));
            halfOpen.back()->send("POST / HTTP/1.1\r\nHo");
        }
        Client speaks(world);
        speaks.send(post("a"));
        QVERIFY(speaks.receive().endsWith("a"));
        halfOpen[0]->receive();
        QVERIFY(halfOpen[0]->closed);
        halfOpen[1]->receive();
        QVERIFY(!halfOpen[1]->closed);
        // A connection that has sent a request before stays, even if it is quiet now.
        for (int i = 0; i < 8; ++i) {
            halfOpen.push_back(std::make_unique<Client>(world));
            halfOpen.back()->send("POST / HTTP/1.1\r\nHo");
        }
        speaks.send(post("again"));
        QVERIFY(speaks.receive().endsWith("again"));
    }

    void servesWhatIsUrgentWhenAllWait() {
        World world({.connectionsMax = 1, .extraConnectionsMax = 1});
        world.answerer.echo = false;
        Client waits(world);
        waits.send(post("a"));
        Client other(world);
        other.send(post("b"));
        QVERIFY(other.receive().startsWith("HTTP/1.1 503 "));
        QVERIFY(other.closed);
        QCOMPARE(world.answerer.asked.size(), std::size_t{1});
        Client urgent(world);
        urgent.send(get("/urgent"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{2});
        Client oneTooMany(world);
        QVERIFY(oneTooMany.receive().startsWith("HTTP/1.1 503 "));
        QVERIFY(oneTooMany.closed);
    }

    void tellsWhenAClientHasLeft() {
        World world;
        world.answerer.echo = false;
        Client idle(world);
        idle.reset();
        QVERIFY(world.answerer.gone.empty());
        Client killed(world);
        killed.send(post("a"));
        killed.reset();
        QCOMPARE(world.answerer.gone.size(), std::size_t{1});
        QCOMPARE(world.answerer.gone[0], world.answerer.asked[0].id.connection);
        QVERIFY(world.answerer.ended.empty());
    }

    void letsTheHandlerWithdrawWhatAClientLeft() {
        World world;
        world.answerer.echo = false;
        world.answerer.withdraws = true;
        Client client(world);
        client.send(post("a") + post("b"));
        client.endSending();
        QCOMPARE(repliesIn(client.receive()), 2);
        QVERIFY(client.closed);
        QCOMPARE(world.server.connectionCount(), std::size_t{0});
    }

    // Without a read in progress, the sweep notices it.
    void seesThatAClientHasEndedThoughItIsNotRead() {
        World world({.pipelinedMax = 1});
        world.answerer.echo = false;
        Client client(world);
        client.send(post("a") + post("b"));
        client.endSending();
        QVERIFY(world.answerer.ended.empty());
        passSeconds(world, 1, 1);
        QCOMPARE(world.answerer.ended.size(), std::size_t{1});
        world.server.reply(world.answerer.asked[0].id, {}, "first");
        world.poll();
        QCOMPARE(world.answerer.asked.size(), std::size_t{2});
        world.server.reply(world.answerer.asked[1].id, {}, "second");
        QCOMPARE(repliesIn(client.receive()), 2);
        QVERIFY(client.closed);
    }
};

ORRERY_TEST_CLASS(ConnectionLimitsTest)
#include "connection_limits_test.moc"
