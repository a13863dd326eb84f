// Goal: while the clock is paused, only requests with a waiting client are kept: a client that
// leaves withdraws its requests, and the clock can always be resumed.

#include <QTest>

#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace {

bool waits(RunningEngine& engine, int requests) {
    const std::string status = engine.control("GET", "/status").body;
    return status.find("\"waitingRequests\":" + std::to_string(requests)) != std::string::npos;
}

void pause(RunningEngine& engine) {
    engine.call("CreateTable", kCreateTable);
    engine.control("PUT", "/clock", R"({"state":"paused"})");
}

}  // namespace

class LeavingTest : public QObject {
    Q_OBJECT
private slots:
    void withdrawsWhatAClientLeft() {
        RunningEngine engine;
        pause(engine);
        BlockingClient stays(engine.port());
        stays.send(BlockingClient::signedCall("PutItem", putJson("stays")));
        {
            BlockingClient leaves(engine.port());
            leaves.send(BlockingClient::signedCall("PutItem", putJson("left")) +
                        BlockingClient::signedCall("PutItem", putJson("left, too")));
            QTRY_VERIFY(waits(engine, 3));
        }
        QTRY_VERIFY(waits(engine, 1));
        engine.control("PUT", "/clock", R"({"state":"running"})");
        QCOMPARE(stays.receive().status, 200);
        const auto scan = engine.call("Scan", R"({"TableName":"Tab","ConsistentRead":true})");
        QVERIFY2(scan.body.find("stays") != std::string::npos, scan.body.c_str());
        QVERIFY2(scan.body.find("left") == std::string::npos, scan.body.c_str());
    }

    // A client may only have ended its side; then it is told so.
    void tellsAClientThatIsStillThere() {
        RunningEngine engine;
        pause(engine);
        BlockingClient client(engine.port());
        client.send(BlockingClient::signedCall("PutItem", putJson("a")));
        QTRY_VERIFY(waits(engine, 1));
        client.endSending();
        const auto answer = client.receive();
        QCOMPARE(answer.status, 503);
        QVERIFY2(answer.body.contains("withdrawn"), qPrintable(answer.body));
        QVERIFY(waits(engine, 0));
    }

    void answersAClientThatEndsItsSideWhileTheClockRuns() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        BlockingClient client(engine.port());
        client.send(BlockingClient::signedCall("PutItem", putJson("a")));
        client.endSending();
        QCOMPARE(client.receive().status, 200);
    }

    void resumesTheClockHoweverManyRequestsWait() {
        RunningEngine engine;
        pause(engine);
        std::vector<std::unique_ptr<BlockingClient>> clients;
        std::string many;
        for (int i = 0; i < 64; ++i)
            many += BlockingClient::signedCall("PutItem", putJson(std::to_string(i)));
        for (int i = 0; i < 50; ++i) {
            clients.push_back(std::make_unique<BlockingClient>(engine.port()));
            clients.back()->send(many);
        }
        BlockingClient control(engine.port());
        const auto resumed = control.ask(
            plain("PUT /_orrery/v1/clock", "Host: localhost\r\n", R"({"state":"running"})"));
        QCOMPARE(resumed.status, 200);
        for (const auto& client : clients)
            for (int i = 0; i < 64; ++i)
                QCOMPARE(client->receive().status, 200);
    }
};

ORRERY_TEST_CLASS(LeavingTest)
#include "leaving_test.moc"
