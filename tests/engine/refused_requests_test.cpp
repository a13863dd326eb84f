// Goal: every request that comes to the socket is in the request list, with its whole error text,
// and in the totals: also those that are refused before a world gets them.

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "core/auth/verification.h"
#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;
using namespace std::chrono_literals;

namespace {

std::vector<observe::RequestServed> requestsOf(const RunningEngine& engine) {
    std::vector<observe::RequestServed> requests;
    for (const observe::Event& event : engine.engine->events(EventId(), 10'000))
        if (const auto* served = std::get_if<observe::RequestServed>(&event.body))
            requests.push_back(*served);
    return requests;
}

/// The last request of the list; waits until there are `count`.
observe::RequestServed lastOf(const RunningEngine& engine, std::size_t count) {
    std::vector<observe::RequestServed> requests;
    const bool came = QTest::qWaitFor([&] {
        requests = requestsOf(engine);
        return requests.size() == count;
    });
    return came ? requests.back() : observe::RequestServed{};
}

std::uint64_t metric(RunningEngine& engine, const std::string& name) {
    const std::string body = engine.control("GET", "/metrics").body;
    const std::size_t at = body.find("\n" + name + " ");
    return at == body.npos ? UINT64_MAX : std::stoull(body.substr(at + name.size() + 2));
}

const std::string kJson = "Host: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n";

}  // namespace

class RefusedRequestsTest : public QObject {
    Q_OBJECT
private slots:
    void isInListTraceAndTotals_data() {
        QTest::addColumn<QString>("request");
        QTest::addColumn<QString>("operation");
        QTest::addColumn<QString>("table");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const std::string& request, const char* operation,
                            const char* table, int status, const char* error, const char* text) {
            QTest::newRow(name) << QString::fromStdString(request) << QString(operation)
                                << QString(table) << status << QString(error) << QString(text);
        };
        const auto call = [](const std::string& operation, const std::string& json) {
            return BlockingClient::signedCall(operation, json);
        };
        row("unknown operation", call("MakeTea", "{}"), "MakeTea", "", 400,
            "UnknownOperationException", "");
        row("broken body", call("PutItem", R"({"TableName":"Tab")"), "PutItem", "", 400,
            "SerializationException", "");
        row("bad number", call("PutItem", R"({"TableName":"Tab","Item":{"pk":{"N":"1x"}}})"),
            "PutItem", "Tab", 400, "ValidationException",
            "1 validation error detected: The parameter cannot be converted to a numeric value: "
            "1x");
        row("bad expression",
            call("GetItem", R"({"TableName":"Tab","Key":{"pk":{"S":"a"}},)"
                            R"("ProjectionExpression":"a b"})"),
            "GetItem", "Tab", 400, "ValidationException",
            "Invalid ProjectionExpression: Syntax error; token: \"b\", near: \"a b\"");
        row("no signature",
            plain("POST /", kJson + "X-Amz-Target: DynamoDB_20120810.Scan\r\n",
                  R"({"TableName":"Tab"})"),
            "Scan", "Tab", 400, "MissingAuthenticationTokenException",
            "Request is missing Authentication Token");
        row("no operation", plain("POST /", kJson, "{}"), "POST /", "", 400,
            "UnknownOperationException", "");
        row("unknown method", plain("PUT /x?y=z"), "PUT /x", "", 404, "UnknownOperationException",
            "The service knows no such method, path or Content-Type.");
        row("broken compression",
            BlockingClient::signedCall("ListTables", "abc", "Content-Encoding: gzip\r\n"),
            "ListTables", "", 500, "InternalServerError", "Internal server error");
        row("another name", plain("GET /", "Host: evil.example\r\n"), "GET /", "", 403, "",
            "This server does not answer to the name \"evil.example\"; use localhost, or start it "
            "with --allow-host.");
        row("not HTTP", "nonsense\r\n\r\n", "", "", 400, "", "The request is not valid HTTP.");
    }
    void isInListTraceAndTotals() {
        QFETCH(QString, request);
        QFETCH(int, status);
        QFETCH(QString, text);
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto answer = client.ask(request.toStdString());
        QCOMPARE(answer.status, status);
        const observe::RequestServed listed = lastOf(engine, 1);
        QTEST(QString::fromStdString(listed.operation), "operation");
        QTEST(QString::fromStdString(listed.table), "table");
        QTEST(QString::fromStdString(listed.error), "error");
        QCOMPARE(listed.httpStatus, status);
        if (!text.isEmpty()) QCOMPARE(QString::fromStdString(listed.errorText), text);
        QCOMPARE(metric(engine, "aws_dynamodb_requests_total"), 1u);
        QCOMPARE(metric(engine, "aws_dynamodb_user_errors_total"), status < 500 ? 1u : 0u);
        QCOMPARE(metric(engine, "aws_dynamodb_system_errors_total"), status < 500 ? 0u : 1u);
    }

    void showsABadSignature() {
        engine::EngineOptions options;
        options.credentials =
            *auth::Credentials::parse("aws_access_key_id=AKID\naws_secret_access_key=secret\n");
        RunningEngine engine(std::move(options));
        BlockingClient client(engine.port());
        QCOMPARE(client.call("ListTables", "{}").status, 400);
        const observe::RequestServed listed = lastOf(engine, 1);
        QCOMPARE(listed.operation, std::string("ListTables"));
        QCOMPARE(listed.error, std::string("InvalidSignatureException"));
        QVERIFY(!listed.errorText.empty());
    }

    /// The list is in the order of time, so that no request seems to come before an earlier one.
    void hasItsPlaceAmongTheOthers() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        client.call("Nonsense", "{}");
        client.call("GetItem", getJson("a"));
        const auto listed = lastOf(engine, 3);
        QCOMPARE(QString::fromStdString(listed.operation), QStringLiteral("GetItem"));
        const auto requests = requestsOf(engine);
        QCOMPARE(requests[1].operation, std::string("Nonsense"));
        QVERIFY(requests[0].admittedAt <= requests[1].admittedAt);
        QVERIFY(requests[1].admittedAt <= requests[2].admittedAt);
    }

    void isShownWhileTheClockIsPaused() {
        RunningEngine engine;
        engine.control("PUT", "/clock", R"({"state":"paused"})");
        BlockingClient client(engine.port());
        QCOMPARE(client.call("Nonsense", "{}").status, 400);
        QCOMPARE(lastOf(engine, 1).operation, std::string("Nonsense"));
    }

    /// Also what the window itself asks.
    void showsWhatTheWindowAsks() {
        RunningEngine engine;
        engine.call("PutItem", R"({"TableName":"Tab","Item":{"pk":{"N":"1x"}}})");
        QCOMPARE(lastOf(engine, 1).httpStatus, 400);
    }

    void tellsTheWholeTextOfWhatTheWorldRefuses() {
        RunningEngine engine;
        engine.call("GetItem", getJson("a"));
        QCOMPARE(lastOf(engine, 1).errorText, std::string("Requested resource not found"));
    }

    /// Who only asks whether the server is there sends no request.
    void leavesOutHealthChecksAndControl() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.ask(plain("GET /"));
        client.ask(plain("HEAD /"));
        client.ask(plain("GET /_orrery/v1/status"));
        client.call("ListTables", "{}");
        QCOMPARE(lastOf(engine, 1).operation, std::string("ListTables"));
    }
};

ORRERY_TEST_CLASS(RefusedRequestsTest)
#include "refused_requests_test.moc"
