// Goal: uploads use a bounded amount of memory together, those that stop give way to the others,
// and none keeps the rest from being served. Method: as in server_test.cpp.

#include "core/http/arriving.h"

#include <QTest>
#include <memory>
#include <sstream>

#include "core/http/server.h"
#include "tests/http/server_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::http;
using namespace orrery::http::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kUpload = 600'000;

std::string head(std::size_t bodyBytes = kUpload) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bodyBytes) +
           "\r\n\r\n";
}

std::string chunk(std::size_t bytes) {
    std::ostringstream text;
    text << std::hex << bytes << "\r\n" << std::string(bytes, 'x') << "\r\n";
    return text.str();
}

void passSeconds(World& world, int from, int to) {
    for (int second = from; second <= to; ++second) {
        world.server.tick(std::chrono::seconds(second), CalendarTime());
        world.poll();
    }
}

/// Sends `bytes` without waiting until the server has taken them.
std::unique_ptr<Client> uploader(World& world, const std::string& bytes) {
    auto client = std::make_unique<Client>(world);
    client->sendAtOnce(bytes);
    return client;
}

/// Bodies of the requests that the server has taken.
std::size_t taken(const World& world) {
    return world.answerer.asked.size();
}

}  // namespace

class ArrivingTest : public QObject {
    Q_OBJECT
private slots:
    // Clients that sent more than the memory took were refused, however briefly it was used up.
    void uploadsBeyondTheMemoryWaitForTheOthers() {
        World world({.inputBytesMax = 400'000});
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 6; ++i)
            clients.push_back(uploader(world, head() + std::string(300'000, 'x')));
        QVERIFY(world.server.inputBytes() <= 400'000 + kUpload + 1'000 + 6 * 64 * 1024);
        QCOMPARE(taken(world), std::size_t{0});
        for (int i = 0; i < 6; ++i)
            clients[i]->sendAtOnce(std::string(kUpload - 300'000, 'y'));
        for (int i = 0; i < 20; ++i)
            world.poll();
        QCOMPARE(taken(world), std::size_t{6});
        for (const auto& client : clients)
            QVERIFY(client->receive().endsWith("y"));
        QVERIFY(world.server.inputBytes() <= 6 * 64 * 1024);
    }

    // 1,000 clients that stopped in the middle of an upload kept others out for many seconds.
    void uploadsThatStopGiveWay() {
        World world({.inputBytesMax = 400'000});
        std::vector<std::unique_ptr<Client>> stopped;
        for (int i = 0; i < 50; ++i)
            stopped.push_back(uploader(world, head() + std::string(300'000, 'x')));
        Client small(world);
        small.send(post("small"));
        QVERIFY(small.receive().endsWith("small"));
        // It lacks less than the others, so it does not wait behind them.
        const auto upload = uploader(world, head(200'000) + std::string(200'000, 'y'));
        QVERIFY(upload->receive().isEmpty());
        passSeconds(world, 1, 3);
        QVERIFY(upload->receive().endsWith("y"));
        QVERIFY(world.server.connectionCount() > 40);
        QVERIFY(world.server.inputBytes() <= 400'000 + kUpload + 1'000 + 52 * 64 * 1024);
    }

    void theOneThatHasStoppedLongestEndsFirst() {
        World world({.inputBytesMax = 1'300'000});
        const std::string half = head() + std::string(500'000, 'x');
        const auto first = uploader(world, half);
        passSeconds(world, 1, 2);
        const auto second = uploader(world, half);
        passSeconds(world, 3, 6);
        QCOMPARE(world.server.connectionCount(), std::size_t{2});
        const auto needsRoom = uploader(world, head() + std::string(kUpload, 'y'));
        QVERIFY(needsRoom->receive().endsWith("y"));
        first->receive();
        QVERIFY(first->closed);
        second->receive();
        QVERIFY(!second->closed);
    }

    // A few bytes now and then are no progress.
    void sendingBitByBitKeepsNoMemory() {
        World world({.inputBytesMax = 400'000});
        std::vector<std::unique_ptr<Client>> slow;
        for (int i = 0; i < 2; ++i)
            slow.push_back(uploader(world, head() + std::string(300'000, 'x')));
        const auto waits = uploader(world, head() + std::string(kUpload, 'y'));
        for (int second = 1; second <= 8; ++second) {
            for (const auto& client : slow)
                client->sendAtOnce("x");
            passSeconds(world, second, second);
        }
        QVERIFY(waits->receive().endsWith("y"));
    }

    void anUploadThatMovesIsNotEnded() {
        World world({.inputBytesMax = 100'000});
        const auto moves = uploader(world, head() + std::string(200'000, 'x'));
        const auto waits = uploader(world, head() + std::string(kUpload, 'y'));
        for (int second = 1; second <= 10; ++second) {
            moves->sendAtOnce(std::string(20'000, 'x'));
            passSeconds(world, second, second);
        }
        QVERIFY(waits->receive().isEmpty());
        moves->sendAtOnce(std::string(kUpload - 400'000, 'x'));
        QVERIFY(moves->receive().endsWith("x"));
        QVERIFY(waits->receive().endsWith("y"));
    }

    // The process got no time, so it has read nothing; the client is not to blame.
    void bytesThatLieUnreadAreProgress() {
        World world({.inputBytesMax = 100'000});
        const auto moves = uploader(world, head() + std::string(200'000, 'x'));
        const auto waits = uploader(world, head() + std::string(kUpload, 'y'));
        passSeconds(world, 1, 1);
        moves->sendUnseen(std::string(20'000, 'x'));
        world.server.tick(9s, CalendarTime());
        world.server.flush();
        QCOMPARE(world.server.connectionCount(), std::size_t{2});
    }

    void chunkedUploadsCountAsWell() {
        World world({.bodyBytesMax = 800'000, .inputBytesMax = 400'000});
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 6; ++i) {
            clients.push_back(uploader(
                world, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
            for (int part = 0; part < 30; ++part)
                clients.back()->sendAtOnce(chunk(20'000));
        }
        QVERIFY(world.server.inputBytes() <= 400'000 + 900'000 + 6 * 64 * 1024);
        for (const auto& client : clients)
            client->sendAtOnce("0\r\n\r\n");
        for (int i = 0; i < 20; ++i)
            world.poll();
        QCOMPARE(taken(world), std::size_t{6});
        for (const auto& request : world.answerer.asked)
            QCOMPARE(request.body.size(), std::size_t{600'000});
    }

    void whoWaitsTooLongIsTold() {
        World world({.inputBytesMax = 100'000});
        const auto moves = uploader(world, head(16'000'000) + std::string(200'000, 'x'));
        const auto waits = uploader(world, head() + std::string(200'000, 'y'));
        for (int second = 1; second <= 40; ++second) {
            moves->sendAtOnce(std::string(20'000, 'x'));
            passSeconds(world, second, second);
        }
        const QString text = waits->receive();
        QVERIFY(text.startsWith("HTTP/1.1 503 "));
        QVERIFY(text.endsWith("Too many large requests at once."));
    }

    // What is refused keeps no memory while its client still sends.
    void aRefusedUploadHoldsNothing() {
        World world({.bodyBytesMax = 300'000});
        const auto large =
            uploader(world, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int part = 0; part < 16; ++part)
            large->sendAtOnce(chunk(20'000));
        QVERIFY(large->receive().startsWith("HTTP/1.1 413 "));
        QCOMPARE(world.server.connectionCount(), std::size_t{1});
        QCOMPARE(world.server.inputBytes(), std::size_t{0});
    }

    // Each waiting client cost a round of the loop in which all uploads were read.
    void acceptsClientsInOneRound() {
        World world;
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 40; ++i)
            clients.push_back(std::make_unique<Client>(world));
        world.loop.poll_one();
        QCOMPARE(world.server.connectionCount(), std::size_t{40});
    }
};

ORRERY_TEST_CLASS(ArrivingTest)
#include "arriving_test.moc"
