// Goal: at the port, a client of AWS Fault Injection Service gets what that service would answer:
// requests by method and path, errors with their name in a header.

#include <QTest>

#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace {

std::string signedFor(const std::string& service) {
    return "Host: localhost\r\nContent-Type: application/json\r\n"
           "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/" +
           service +
           "/aws4_request, SignedHeaders=host, Signature=ab\r\n"
           "X-Amz-Date: 20261121T000000Z\r\n";
}

std::string fis(const std::string& line, const std::string& body = "",
                const std::string& headers = "") {
    return plain(line, signedFor("fis") + headers, body);
}

constexpr const char* kTemplate =
    R"({"clientToken":"t","description":"d","stopConditions":[{"source":"none"}],)"
    R"("targets":{"T":{"resourceType":"aws:dynamodb:global-table","selectionMode":"ALL",)"
    R"("resourceArns":["arn:aws:dynamodb:us-east-1:000000000000:table/Tab"]}},)"
    R"("actions":{"A":{"actionId":"aws:dynamodb:global-table-pause-replication",)"
    R"("parameters":{"duration":"PT5M"},"targets":{"Tables":"T"}}},)"
    R"("roleArn":"arn:aws:iam::000000000000:role/fis"})";

/// The id in an answer: "EXT…".
std::string idIn(const BlockingClient::Answer& answer) {
    const qsizetype at = answer.body.indexOf("\"id\":\"");
    return answer.body.mid(at + 6, 17).toStdString();
}

}  // namespace

class RestTest : public QObject {
    Q_OBJECT
private slots:
    void answersByMethodAndPath() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto actions = client.ask(fis("GET /actions"));
        QCOMPARE(actions.status, 200);
        QVERIFY(actions.head.contains("Content-Type: application/json\r\n"));
        QVERIFY(actions.body.contains("aws:dynamodb:global-table-pause-replication"));
        const auto created = client.ask(fis("POST /experimentTemplates", kTemplate));
        QCOMPARE(created.status, 200);
        const std::string path = "/experimentTemplates/" + idIn(created);
        const auto changed = client.ask(fis("PATCH " + path, R"({"description":"other"})"));
        QCOMPARE(changed.status, 200);
        QVERIFY(client.ask(fis("GET " + path)).body.contains("\"description\":\"other\""));
        QCOMPARE(client.ask(fis("DELETE " + path)).status, 200);
        QCOMPARE(client.ask(fis("GET " + path)).status, 404);
    }

    void namesErrorsInAHeader() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto missing = client.ask(fis("GET /experiments/EXP1"));
        QCOMPARE(missing.status, 404);
        QVERIFY(missing.head.contains("x-amzn-ErrorType: ResourceNotFoundException\r\n"));
        QVERIFY(missing.body.contains("\"message\":\"Experiment EXP1 not found.\""));
        const auto empty = client.ask(fis("POST /experimentTemplates", "{}"));
        QCOMPARE(empty.status, 400);
        QVERIFY(empty.head.contains("x-amzn-ErrorType: ValidationException\r\n"));
        const auto unknown = client.ask(fis("PUT /experiments"));
        QCOMPARE(unknown.status, 404);
        QVERIFY(unknown.head.contains("x-amzn-ErrorType: UnknownOperationException\r\n"));
    }

    void asksForASignature() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto answer = client.ask(plain("GET /actions"));
        QCOMPARE(answer.status, 403);
        QVERIFY(answer.head.contains("x-amzn-ErrorType: MissingAuthenticationToken"));
    }

    void verifiesTheScopeOfTheService() {
        engine::EngineOptions options;
        options.credentials = *auth::Credentials::parse(
            "[default]\naws_access_key_id = AKID\naws_secret_access_key = secret\n");
        options.clockSkewMax = auth::kAnySkew;
        RunningEngine engine(options);
        BlockingClient client(engine.port());
        const auto wrong = client.ask(plain("GET /actions", signedFor("dynamodb")));
        QCOMPARE(wrong.status, 403);
        QVERIFY(wrong.body.contains("Credential should be scoped to correct service: 'fis'."));
        const auto right = client.ask(fis("GET /actions"));
        QCOMPARE(right.status, 403);
        QVERIFY(right.body.contains("The request signature we calculated does not match"));
    }

    void refusesPagesOfOtherSites() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        for (const char* line : {"POST /experimentTemplates", "DELETE /experiments/EXP1"}) {
            const auto answer = client.ask(fis(line, kTemplate, "Origin: http://evil.example\r\n"));
            QCOMPARE(answer.status, 403);
        }
        QVERIFY(!client.ask(fis("GET /experimentTemplates")).body.contains("EXT"));
    }

    // An experiment controls the world, so it does not wait for its clock.
    void answersWhileTheClockIsPaused() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        QCOMPARE(engine.control("PUT", "/clock", R"({"state":"paused"})").status, 200);
        QCOMPARE(client.ask(fis("POST /experimentTemplates", kTemplate)).status, 200);
    }
};

ORRERY_TEST_CLASS(RestTest)
#include "rest_test.moc"
