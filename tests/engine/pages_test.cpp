// Goal: a page that this machine serves may call like an application; a page of any other site can
// neither read nor write, even with requests that a browser sends without a preflight.

#include <QTest>

#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::test;

namespace {

const char* const kStatus = "GET /_orrery/v1/status";

std::string preflight(const std::string& path, const std::string& origin) {
    return plain("OPTIONS " + path, "Host: localhost\r\nOrigin: " + origin +
                                        "\r\nAccess-Control-Request-Method: POST\r\n"
                                        "Access-Control-Request-Headers: x-amz-target, a\r\n");
}

QString allowed(const std::string& origin) {
    return QString::fromStdString("Access-Control-Allow-Origin: " + origin + "\r\n");
}

}  // namespace

class PagesTest : public QObject {
    Q_OBJECT
private slots:
    void letsPagesOfThisMachineCall() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        for (const std::string origin : {"http://localhost:3000", "https://app.localhost",
                                         "http://127.0.0.1:8080", "http://[::1]:5173"}) {
            const auto asked = client.ask(preflight("/", origin));
            QCOMPARE(asked.status, 200);
            QVERIFY(asked.head.contains(allowed(origin)));
            QVERIFY(asked.head.contains("Vary: Origin\r\n"));
            QVERIFY(asked.head.contains("Access-Control-Allow-Methods: POST\r\n"));
            QVERIFY(asked.head.contains("Access-Control-Allow-Headers: x-amz-target, a\r\n"));
            QVERIFY(asked.head.contains("Access-Control-Max-Age: 172800\r\n"));
            const auto call = client.call("ListTables", "{}", "Origin: " + origin + "\r\n");
            QCOMPARE(call.status, 200);
            QVERIFY(call.head.contains(allowed(origin)));
        }
        // The page may read refusals too.
        const auto wrong = client.call("Nonsense", "{}", "Origin: http://localhost:3000\r\n");
        QCOMPARE(wrong.status, 400);
        QVERIFY(wrong.head.contains(allowed("http://localhost:3000")));
    }

    void refusesPagesOfOtherSites() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        for (const std::string origin :
             {"https://evil.example", "null", "file://", "http://localhost.evil.example",
              "http://evil.localhost.x", "http://[::1].evil.example"}) {
            const auto asked = client.ask(preflight("/", origin));
            QCOMPARE(asked.status, 403);
            QVERIFY(!asked.head.contains("Access-Control-Allow"));
            const auto call = client.call("PutItem", putJson("a"), "Origin: " + origin + "\r\n");
            QCOMPARE(call.status, 403);
            QVERIFY(!call.head.contains("Access-Control-Allow"));
            QVERIFY(call.body.contains("--cors"));
        }
        QCOMPARE(client.call("GetItem", getJson("a")).body, QString("{}"));
    }

    // A form on any page sends these without a preflight; not every browser names an origin.
    void refusesWritesThatNeedNoPreflight() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        client.call("CreateTable", kCreateTable);
        const std::string query =
            "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20261121/us-east-1/dynamodb/"
            "aws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&"
            "X-Amz-Signature=ab&X-Amz-Target=DynamoDB_20120810.PutItem";
        for (const std::string type : {"text/plain", "application/x-www-form-urlencoded",
                                       "multipart/form-data; boundary=x", ""}) {
            const std::string line = type.empty() ? "" : "Content-Type: " + type + "\r\n";
            const auto silent =
                client.ask(plain("POST /" + query, "Host: localhost\r\n" + line, putJson("a")));
            QVERIFY(silent.status >= 400);
            const auto crossSite = client.ask(
                plain("POST /" + query, "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n" + line,
                      putJson("a")));
            QCOMPARE(crossSite.status, 403);
            const auto fault =
                client.ask(plain("POST /_orrery/v1/faults",
                                 "Host: localhost\r\nOrigin: https://evil.example\r\n" + line,
                                 R"({"kind":"zone-outage","zone":"us-east-1b"})"));
            QCOMPARE(fault.status, 403);
        }
        QCOMPARE(client.call("GetItem", getJson("a")).body, QString("{}"));
        QVERIFY(!client.ask(plain("GET /_orrery/v1/faults")).body.contains("zone-outage"));
    }

    void allowsThePagesThatAreNamed() {
        RunningEngine engine({.origins = http::Origins::parse("https://app.example,null").value()});
        BlockingClient client(engine.port());
        for (const std::string origin : {"https://app.example", "null", "http://localhost"}) {
            QVERIFY(client.ask(preflight("/", origin)).head.contains(allowed(origin)));
            QCOMPARE(client.call("ListTables", "{}", "Origin: " + origin + "\r\n").status, 200);
        }
        QCOMPARE(client.ask(preflight("/", "https://evil.example")).status, 403);
        // Tables, but not control.
        const auto status =
            client.ask(plain(kStatus, "Host: localhost\r\nOrigin: https://app.example\r\n"));
        QCOMPARE(status.status, 403);
    }

    void allowsEveryPageIfAsked() {
        RunningEngine engine({.origins = http::Origins::parse("*").value()});
        BlockingClient client(engine.port());
        for (const std::string origin : {"null", "file://", "https://app.example"}) {
            const auto call = client.call("ListTables", "{}", "Origin: " + origin + "\r\n");
            QCOMPARE(call.status, 200);
            QVERIFY(call.head.contains(allowed("*")));
        }
        const auto control =
            client.ask(plain(kStatus, "Host: localhost\r\nOrigin: https://app.example\r\n"));
        QCOMPARE(control.status, 403);
    }

    // A page whose name was made to resolve to this machine must not read anything.
    void refusesForeignNamesThatResolveHere() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto rebound = client.ask(plain("GET /", "Host: evil.example\r\n"));
        QCOMPARE(rebound.status, 403);
        QVERIFY(rebound.body.contains("use localhost"));
        QCOMPARE(client.ask(plain(kStatus, "Host: evil.example\r\n")).status, 403);
        QCOMPARE(client.ask(plain(kStatus, "Host: [::1].evil.com\r\n")).status, 403);
        QCOMPARE(client.ask(plain(kStatus, "Host: localhost.\r\n")).status, 200);
    }

    void keepsControlFromOtherSites_data() {
        QTest::addColumn<QString>("headers");
        QTest::addColumn<int>("status");
        const auto row = [](const char* headers, int status) {
            QTest::newRow(headers) << QString(headers) << status;
        };
        row("Origin: https://evil.example", 403);
        row("Origin: null", 403);
        row("Origin: http://localhost:3000", 200);
        row("Sec-Fetch-Site: cross-site", 403);
        row("Sec-Fetch-Site: same-site", 200);
        row("Sec-Fetch-Site: same-origin", 200);
        row("Sec-Fetch-Site: none", 200);
    }
    void keepsControlFromOtherSites() {
        QFETCH(QString, headers);
        QFETCH(int, status);
        RunningEngine engine;
        BlockingClient client(engine.port());
        const std::string lines = "Host: localhost\r\n" + headers.toStdString() + "\r\n";
        QCOMPARE(client.ask(plain(kStatus, lines)).status, status);
        QCOMPARE(client.ask(plain("POST /_orrery/v1/clock/step", lines, "{}")).status == 403,
                 status == 403);
    }

    // A name that is not this machine's own may have sibling domains.
    void refusesSiblingDomains() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const std::string host = "Host: host.docker.internal\r\n";
        QCOMPARE(client.ask(plain(kStatus, host)).status, 200);
        QCOMPARE(client.ask(plain(kStatus, host + "Sec-Fetch-Site: same-site\r\n")).status, 403);
    }

    void letsPagesOfThisMachineAskAboutControl() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const auto own = client.ask(preflight("/_orrery/v1/faults", "http://localhost:3000"));
        QCOMPARE(own.status, 200);
        QVERIFY(own.head.contains(allowed("http://localhost:3000")));
        const auto other = client.ask(preflight("/_orrery/v1/faults", "https://evil.example"));
        QCOMPARE(other.status, 403);
        QVERIFY(!other.head.contains("Access-Control-Allow"));
    }
};

ORRERY_TEST_CLASS(PagesTest)
#include "pages_test.moc"
