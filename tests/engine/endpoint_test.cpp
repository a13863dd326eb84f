// Goal: at the port an application gets what the service would answer, and a container's health
// check what DynamoDB Local would answer (reference/interface.md, b).

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <memory>
#include <vector>

#include "core/http/content_coding.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

class EndpointTest : public QObject {
    Q_OBJECT
private slots:
    void answersAnApplication() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        QCOMPARE(client.call("CreateTable", kCreateTable).status, 200);
        QCOMPARE(client.call("PutItem", putJson("a")).body, QString("{}"));
        const auto read = client.call("GetItem", getJson("a"));
        QCOMPARE(read.status, 200);
        QCOMPARE(read.body, QString(R"({"Item":{"pk":{"S":"a"}}})"));
        QVERIFY(read.head.contains("Content-Type: application/x-amz-json-1.0\r\n"));
        QVERIFY(read.head.contains(QRegularExpression("x-amzn-RequestId: [0-9A-Z]{52}\r\n")));
        QVERIFY(read.head.contains(QRegularExpression("x-amz-crc32: *[0-9]+\r\n")));
        const auto missing = client.call("GetItem", R"({"TableName":"Nope","Key":{}})");
        QCOMPARE(missing.status, 400);
        QVERIFY(missing.body.contains("ResourceNotFoundException"));
    }

    void tellsWhichReplicaServedARead() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        client.call("PutItem", putJson("a"));
        const auto read = client.call("GetItem", getJson("a"));
        QVERIFY(read.head.contains(QRegularExpression("x-orrery-replica: us-east-1[abc]\r\n")));
        QVERIFY(read.head.contains("x-orrery-role: leader\r\n"));
        QVERIFY(read.head.contains(QRegularExpression("x-orrery-lsn: [1-9][0-9]*\r\n")));
        QVERIFY(read.head.contains("x-orrery-behind: 0 records, 0 ms\r\n"));
    }

    /// An SDK that discovers endpoints continues with the address that it called.
    void namesTheAddressThatItWasReachedAt() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto answer = client.call("DescribeEndpoints", "{}");
        QCOMPARE(answer.body,
                 QString(R"({"Endpoints":[{"Address":"localhost","CachePeriodInMinutes":1440}]})"));
    }

    void takesTheZoneOfTheCaller() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        QCOMPARE(client.call("ListTables", "{}", "x-orrery-zone: us-east-1c\r\n").status, 200);
        QCOMPARE(client.call("ListTables", "{}", "x-orrery-zone: b\r\n").status, 200);
        for (const std::string zone : {"us-east-1d", "eu-west-1a", "x"}) {
            const auto answer = client.call("ListTables", "{}", "x-orrery-zone: " + zone + "\r\n");
            QCOMPARE(answer.status, 400);
            QVERIFY(answer.body.contains("is not an Availability Zone of us-east-1"));
        }
    }

    void answersWhatHealthChecksWaitFor() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto get = client.ask(plain("GET /"));
        QCOMPARE(get.status, 400);
        QVERIFY(get.body.contains("#MissingAuthenticationToken\""));
        const auto head = client.ask(plain("HEAD /"));
        QCOMPARE(head.status, 400);
        for (const char* method : {"PUT /", "DELETE /", "PATCH /", "OPTIONS /"}) {
            const auto answer = client.ask(plain(method));
            QCOMPARE(answer.status, 404);
            QCOMPARE(answer.body, QString("<UnknownOperationException/>\n"));
            QVERIFY(answer.head.contains("x-amz-crc32: 3552371480\r\n"));
        }
    }

    void looksAtTheTypeOfContent() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto form =
            client.ask(plain("POST /", "Host: a.localhost\r\nContent-Type: text/plain\r\n", "{}"));
        QCOMPARE(form.status, 404);
        const auto later = client.ask(plain(
            "POST /", "Host: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n", "{}"));
        QCOMPARE(later.status, 404);
        QCOMPARE(later.body, QString("<UnknownOperationException/>\n"));
        const auto json = client.ask(plain(
            "POST /", "Host: localhost\r\nContent-Type: application/json; charset=x\r\n", "{}"));
        QCOMPARE(json.status, 400);
        QVERIFY(json.head.contains("Content-Type: application/json\r\n"));
    }

    // The service checks the JSON, then the operation, then the caller.
    void complainsInTheOrderOfTheService() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const std::string json = "Host: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n";
        const std::string list = json + "X-Amz-Target: DynamoDB_20120810.ListTables\r\n";
        QVERIFY(client.ask(plain("POST /", json, "{}")).body.contains("UnknownOperationException"));
        QVERIFY(client.ask(plain("POST /", list, "{")).body.contains("SerializationException"));
        const auto unsignedCall = client.ask(plain("POST /", list, "{}"));
        QCOMPARE(unsignedCall.status, 400);
        QVERIFY(unsignedCall.body.contains("MissingAuthenticationTokenException"));
        const auto broken =
            client.ask(plain("POST /", list + "Authorization: AWS4-HMAC-SHA256 a\r\n", "{}"));
        QVERIFY(broken.body.contains("IncompleteSignatureException"));
    }

    void readsCompressedRequests() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        for (const auto& [name, coding] :
             {std::pair{"gzip", http::Coding::Gzip}, std::pair{"deflate", http::Coding::Deflate}}) {
            const std::string field = "Content-Encoding: " + std::string(name) + "\r\n";
            QCOMPARE(client.call("PutItem", http::compressed(coding, putJson(name)), field).status,
                     200);
            QVERIFY(client.call("GetItem", getJson(name)).body.contains("Item"));
            // Bytes that are not so store nothing.
            const auto broken = client.call("PutItem", putJson("broken"), field);
            QCOMPARE(broken.status, 500);
            QVERIFY(broken.body.contains("InternalServerError"));
            const std::string spaces(16 * 1024 * 1024, ' ');
            QCOMPARE(
                client.call("PutItem", http::compressed(coding, putJson("broken") + spaces), field)
                    .status,
                413);
        }
        QCOMPARE(client.call("PutItem", putJson("broken"), "Content-Encoding: br\r\n").status, 500);
        QCOMPARE(client.call("PutItem", putJson("whole"), "Content-Encoding: identity\r\n").status,
                 200);
        QCOMPARE(client.call("GetItem", getJson("broken")).body, QString("{}"));
    }

    void compressesLargeAnswers() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        client.call("PutItem", R"({"TableName":"Tab","Item":{"pk":{"S":"a"},"more":{"S":")" +
                                   std::string(5'000, 'x') + R"("}}})");
        QVERIFY(!client.call("GetItem", getJson("a")).head.contains("Content-Encoding"));
        client.send(BlockingClient::signedCall("GetItem", getJson("a"),
                                               "Accept-Encoding: gzip, deflate\r\n"));
        QVERIFY(client.receiveUntil("\r\n\r\n").contains("Content-Encoding: gzip\r\n"));
    }

    void answersAtItsRootOnly() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto ask = [&](const std::string& target) {
            std::string bytes = BlockingClient::signedCall("ListTables", "{}");
            bytes.replace(bytes.find("/ HTTP"), 1, target);
            return client.ask(bytes);
        };
        QCOMPARE(ask("/").status, 200);
        QCOMPARE(ask("/?a=b").status, 200);
        QCOMPARE(ask("http://localhost:8000/").status, 200);
        QCOMPARE(ask("http://localhost:8000").status, 200);
        for (const char* target : {"/garbage", "//", "http://localhost/x"}) {
            const auto answer = ask(target);
            QCOMPARE(answer.status, 404);
            QCOMPARE(answer.body, QString("<UnknownOperationException/>\n"));
        }
    }

    // Programs wait until DynamoDB Local's shell answers.
    void answersThoseWhoLookForTheShell() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        for (const char* line : {"GET /shell", "GET /shell/"}) {
            const auto answer = client.ask(plain(line));
            QCOMPARE(answer.status, 200);
            QVERIFY(answer.head.contains("Content-Type: text/html"));
            QVERIFY(answer.body.contains("Orrery"));
        }
    }

    void answersToTheNamesThatItIsGiven() {
        RunningEngine engine({.allowedHosts = {"*.example.com"}});
        BlockingClient client(engine.port());
        QCOMPARE(client.ask(plain("GET /", "Host: db.example.com:8000\r\n")).status, 400);
        const auto refused = client.ask(plain("GET /", "Host: db.example.org\r\n"));
        QCOMPARE(refused.status, 403);
        QVERIFY(refused.body.contains("--allow-host"));
    }

    void refusesABodyThatIsTooLarge() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17000000\r\n\r\n");
        const auto answer = client.receive();
        QCOMPARE(answer.status, 413);
        QVERIFY(answer.head.contains("Content-Length: "));
        QVERIFY(answer.body.contains("RequestEntityTooLargeException"));
    }

    // What the signature must be is tested in tests/auth.
    void servesOnlySignedRequestsIfItHasCredentials() {
        auto credentials =
            auth::Credentials::parse("aws_access_key_id=AKID\naws_secret_access_key=secret\n");
        RunningEngine engine(
            {.credentials = *std::move(credentials), .clockSkewMax = std::chrono::years(100)});
        BlockingClient client(engine.port());
        const auto wrong = client.call("ListTables", "{}");
        QCOMPARE(wrong.status, 400);
        QVERIFY(wrong.body.contains("InvalidSignatureException"));
        std::string bytes = BlockingClient::signedCall("ListTables", "{}");
        auth::Signature claim;
        claim.scopeDate = "20261121";
        claim.scopeRegion = "us-east-1";
        claim.service = "dynamodb";
        claim.terminator = "aws4_request";
        claim.signedHeaders = "host";
        claim.time = "20261121T000000Z";
        const std::string head = bytes.substr(0, bytes.find("\r\n\r\n") + 4);
        const std::string good = auth::signatureOf(claim, {"POST", "/", head, "{}"}, "secret");
        bytes.replace(bytes.find("Signature=ab") + 10, 2, good);
        QCOMPARE(client.ask(bytes).body, QString(R"({"TableNames":[]})"));
        // Of a body in chunks, what is in them is signed.
        const std::string whole = "Content-Length: 2\r\n\r\n{}";
        const std::string chunks =
            "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
        bytes.replace(bytes.find(whole), whole.size(), chunks);
        QCOMPARE(client.ask(bytes).body, QString(R"({"TableNames":[]})"));
        bytes.replace(bytes.find("1\r\n}"), 4, "2\r\n }");
        QVERIFY(client.ask(bytes).body.contains("InvalidSignatureException"));
        // The service checks JSON and operation first.
        QVERIFY(client.call("Dance", "{}").body.contains("UnknownOperationException"));
    }

    void keepsAccountsApartIfAsked() {
        RunningEngine engine({.namespaces = auth::Namespaces::PerKey});
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        QVERIFY(client.call("ListTables", "{}").body.contains("Tab"));
        const auto other = client.ask(
            plain("POST /",
                  "Host: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
                  "X-Amz-Target: DynamoDB_20120810.ListTables\r\nX-Amz-Date: x\r\n"
                  "Authorization: AWS4-HMAC-SHA256 Credential=OTHER/20261121/us-east-1/dynamodb/"
                  "aws4_request, SignedHeaders=host, Signature=ab\r\n",
                  "{}"));
        QCOMPARE(other.body, QString(R"({"TableNames":[]})"));
    }

    void wordsErrorsAsTheRegionOfTheCaller() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const std::string body = R"({"TableName":"","Item":{}})";
        QVERIFY(client.call("PutItem", body).body.contains("Value at 'TableName' failed"));
        const auto inSpain = client.ask(
            plain("POST /",
                  "Host: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
                  "X-Amz-Target: DynamoDB_20120810.PutItem\r\nX-Amz-Date: x\r\n"
                  "Authorization: AWS4-HMAC-SHA256 Credential=KEY/20261121/eu-south-2/dynamodb/"
                  "aws4_request, SignedHeaders=host, Signature=ab\r\n",
                  body));
        QVERIFY(inSpain.body.contains("Value '' at 'tableName' failed"));
    }

    void servesTheControlCalls() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        const auto status = client.ask(plain("GET /_orrery/v1/status"));
        QCOMPARE(status.status, 200);
        QVERIFY(status.body.contains(R"("tables":1)"));
        const auto fault = client.ask(plain("POST /_orrery/v1/faults", "Host: localhost\r\n",
                                            R"({"kind":"zone-outage","zone":"us-east-1b"})"));
        QCOMPARE(fault.status, 201);
        QCOMPARE(client.ask(plain("GET /_orrery/v1/nothing")).status, 404);
        QCOMPARE(client.ask(plain("HEAD /_orrery/v1/status")).status, 200);
    }

    void streamsTheTrace() {
        RunningEngine engine;
        BlockingClient follower(engine.port());
        follower.send("GET /_orrery/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        QVERIFY(follower.receiveUntil("\r\n\r\n").contains("Transfer-Encoding: chunked"));
        engine.call("ListTables", "{}");
        QVERIFY(follower.receiveUntil("}\n").contains(R"("operation":"ListTables")"));
        engine.call("DescribeLimits", "{}");
        QVERIFY(follower.receiveUntil("DescribeLimits").contains("request served"));
    }

    // Each follower may leave a part of the trace unread, so their number is bounded.
    void boundsHowManyFollow() {
        RunningEngine engine;
        std::vector<std::unique_ptr<BlockingClient>> followers;
        const std::string events = plain("GET /_orrery/v1/events");
        for (int i = 0; i < 64; ++i) {
            followers.push_back(std::make_unique<BlockingClient>(engine.port()));
            followers.back()->send(events);
            QVERIFY(followers.back()->receiveUntil("\r\n\r\n").startsWith("HTTP/1.1 200 "));
        }
        BlockingClient late(engine.port());
        QCOMPARE(late.ask(events).status, 503);
        followers.pop_back();
        std::unique_ptr<BlockingClient> next;
        const auto follows = [&] {
            if (next) return true;
            auto client = std::make_unique<BlockingClient>(engine.port());
            client->send(events);
            if (client->receiveUntil("\r\n\r\n").startsWith("HTTP/1.1 200 "))
                next = std::move(client);
            return next != nullptr;
        };
        QTRY_VERIFY(follows());
    }

    // Each world numbers its events anew, so a client may return with an id that this world has not
    // reached.
    void sendsEverythingToAFollowerOfAnEarlierWorld() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        BlockingClient follower(engine.port());
        follower.send("GET /_orrery/v1/events?after=90000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        follower.receiveUntil("\r\n\r\n");
        QVERIFY(follower.receiveUntil("CreateTable").contains("CreateTable"));
    }

    // The trace keeps messages and marks only while somebody follows it.
    void keepsDetailsWhileSomebodyFollows() {
        RunningEngine engine;
        engine.call("CreateTable", kCreateTable);
        const auto details = [&] {
            return std::ranges::count_if(
                engine.engine->events(EventId(), 100'000),
                [](const observe::Event& event) { return observe::isDetail(event.body); });
        };
        engine.call("PutItem", putJson("before"));
        QCOMPARE(details(), 0);
        {
            BlockingClient follower(engine.port());
            follower.send("GET /_orrery/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
            follower.receiveUntil("\r\n\r\n");
            engine.call("PutItem", putJson("while"));
            const auto told = follower.receiveUntil("\"key\":\"while\"");
            for (const char* kind : {"request admitted", "message sent", "message delivered",
                                     "log appended", "log committed", "log applied"})
                QVERIFY2(told.contains(kind), kind);
        }
        const auto addsNone = [&] {
            const auto count = details();
            engine.call("PutItem", putJson("after"));
            return details() == count;
        };
        QTRY_VERIFY(addsNone());
    }
};

ORRERY_TEST_CLASS(EndpointTest)
#include "endpoint_test.moc"
