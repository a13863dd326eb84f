// Goal: x-orrery-namespace gives a test its own tables, and a reset drops those of one namespace.
// Method: a running engine in memory, asked over its port.

#include <QTest>

#include "tests/engine/engine_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using test::BlockingClient;
using test::kCreateTable;
using test::plain;
using test::RunningEngine;

namespace {

const QString kNoTables(R"({"TableNames":[]})");
const QString kOneTable(R"({"TableNames":["Tab"]})");

std::string in(const std::string& nameSpace) {
    return "x-orrery-namespace: " + nameSpace + "\r\n";
}

QString tables(BlockingClient& client, const std::string& headers = "") {
    return client.call("ListTables", "{}", headers).body;
}

BlockingClient::Answer reset(BlockingClient& client, const std::string& query,
                             const std::string& headers = "") {
    return client.ask(plain("POST /_orrery/v1/reset" + query, "Host: localhost\r\n" + headers, ""));
}

}  // namespace

class NamespacesTest : public QObject {
    Q_OBJECT
private slots:
    void keepTablesApart() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const std::string names[] = {in("a"), in("b"), in("tests/test_x.py::test_ü[1-\"2\"]"), ""};
        for (const std::string& name : names) {
            QCOMPARE(tables(client, name), kNoTables);
            QCOMPARE(client.call("CreateTable", kCreateTable, name).status, 200);
            QCOMPARE(tables(client, name), kOneTable);
        }
        for (const std::string& name : names) {
            std::string item = R"({"TableName":"Tab","Item":{"pk":{"S":"k"},"of":{"S":"#"}}})";
            item.replace(item.find('#'), 1, std::to_string(name.size()));
            QCOMPARE(client.call("PutItem", item, name).status, 200);
        }
        for (const std::string& name : names)
            QVERIFY(client.call("GetItem", test::getJson("k"), name)
                        .body.contains("\"" + QString::number(name.size()) + "\""));
        QVERIFY(client.call("DescribeTable", R"({"TableName":"Tab"})", in("c"))
                    .body.contains("ResourceNotFoundException"));
    }

    // Programs have ARNs in their settings.
    void haveTheArnsOfTheAccount() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const QString made = client.call("CreateTable", kCreateTable, in("a")).body;
        QVERIFY(made.contains(R"("arn:aws:dynamodb:us-east-1:000000000000:table/Tab")"));
        const std::string byArn =
            R"({"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab"})";
        QCOMPARE(client.call("DescribeTable", byArn, in("a")).status, 200);
        QCOMPARE(client.call("DescribeTable", byArn).status, 400);
        const std::string tags =
            R"({"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab"})";
        QCOMPARE(client.call("ListTagsOfResource", tags, in("a")).status, 200);
    }

    void refuseBadNames() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        QVERIFY(client.call("ListTables", "{}", in(std::string(255, 'n'))).status == 200);
        for (const std::string& name : {std::string(), std::string(256, 'n')}) {
            const auto answer = client.call("ListTables", "{}", in(name));
            QCOMPARE(answer.status, 400);
            QVERIFY(answer.body.contains("ValidationException"));
            QVERIFY2(answer.body.contains("x-orrery-namespace: A namespace has a name of 1 to 255 "
                                          "bytes; this one has " +
                                          QString::number(name.size()) + "."),
                     qPrintable(answer.body));
        }
        QCOMPARE(client.call("ListTables", "{}", in("a\tb")).status, 400);
        QCOMPARE(client.call("ListTables", "{}", in("a") + in("b")).status, 400);
    }

    void areOfTheirAccount() {
        RunningEngine engine({.namespaces = auth::Namespaces::PerKey});
        BlockingClient client(engine.port());
        QCOMPARE(client.call("CreateTable", kCreateTable, in("a")).status, 200);
        const auto other = client.ask(
            plain("POST /",
                  "Host: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
                  "X-Amz-Target: DynamoDB_20120810.ListTables\r\nX-Amz-Date: x\r\n"
                  "Authorization: AWS4-HMAC-SHA256 Credential=OTHER/20261121/us-east-1/dynamodb/"
                  "aws4_request, SignedHeaders=host, Signature=ab\r\n" +
                      in("a"),
                  "{}"));
        QCOMPARE(other.body, kNoTables);
        QCOMPARE(tables(client, in("a")), kOneTable);
    }

    void areResetAlone() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        const std::string guarded =
            std::string(kCreateTable).insert(1, R"("DeletionProtectionEnabled":true,)");
        for (const std::string& name : {in("a"), in("b"), in("a/b"), std::string()})
            QCOMPARE(client.call("CreateTable", guarded, name).status, 200);
        QCOMPARE(reset(client, "?namespace=a").body, QString(R"({"dropped":1})"));
        QCOMPARE(tables(client, in("a")), kNoTables);
        for (const std::string& name : {in("b"), in("a/b"), std::string()})
            QCOMPARE(tables(client, name), kOneTable);
        QCOMPARE(client.call("CreateTable", kCreateTable, in("a")).status, 200);
        // A client that sends the header with each request never drops more than its own.
        QCOMPARE(reset(client, "", in("a/b")).body, QString(R"({"dropped":1})"));
        QCOMPARE(tables(client, in("a/b")), kNoTables);
        QCOMPARE(tables(client, in("a")), kOneTable);
        QCOMPARE(reset(client, "?account=000000000000").body, QString(R"({"dropped":1})"));
        QCOMPARE(tables(client), kNoTables);
        QCOMPARE(tables(client, in("b")), kOneTable);
        QCOMPARE(engine.control("POST", "/reset", R"({"namespace":"b"})").body,
                 std::string(R"({"dropped":1})"));
        QCOMPARE(reset(client, "").body, QString(R"({"dropped":1})"));  // That of "a".
    }

    void refuseToResetABadName() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        QCOMPARE(client.call("CreateTable", kCreateTable).status, 200);
        for (const char* query : {"?namespace=", "?account=12", "?account=00000000000x"})
            QCOMPARE(reset(client, query).status, 400);
        QCOMPARE(reset(client, "", in("")).status, 400);
        QCOMPARE(engine.control("POST", "/reset", R"({"namespace":7})").status, 400);
        QCOMPARE(engine.control("POST", "/reset", "[]").status, 400);
        QCOMPARE(engine.control("GET", "/reset").status, 405);
        QCOMPARE(tables(client), kOneTable);
    }

    void areResetByTheHundred() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        for (int i = 0; i < 100; ++i)
            QCOMPARE(client.call("CreateTable", kCreateTable, in(std::to_string(i))).status, 200);
        QCOMPARE(reset(client, "").body, QString(R"({"dropped":100})"));
        QCOMPARE(tables(client, in("99")), kNoTables);
        // What is left of them goes at once, not with the next requests.
        QTRY_COMPARE_WITH_TIMEOUT(engine.control("GET", "/jobs").body,
                                  std::string(R"({"jobs":[]})"), 2000);
    }

    void areNamedInControlCalls() {
        RunningEngine engine;
        BlockingClient client(engine.port());
        for (const std::string& name : {std::string(), in("a b")}) {
            QCOMPARE(client.call("CreateTable", kCreateTable, name).status, 200);
            QCOMPARE(
                client.call("PutItem", test::putJson(name.empty() ? "here" : "there"), name).status,
                200);
        }
        const auto here = client.ask(plain("GET /_orrery/v1/items?table=Tab&zone=us-east-1a"));
        QVERIFY(here.body.contains("here") && !here.body.contains("there"));
        const auto there =
            client.ask(plain("GET /_orrery/v1/items?table=Tab&zone=us-east-1a&namespace=a%20b"));
        QVERIFY(there.body.contains("there"));
        const std::string key = "&key=%7B%22pk%22:%7B%22S%22:%22there%22%7D%7D";
        QVERIFY(client.ask(plain("GET /_orrery/v1/item?table=Tab&namespace=a+b" + key))
                    .body.contains("there"));
        QVERIFY(!client.ask(plain("GET /_orrery/v1/item?table=Tab" + key)).body.contains("there"));
        QCOMPARE(client.ask(plain("GET /_orrery/v1/item?table=Tab&namespace=x" + key)).status, 404);
        for (const char* call : {"checksums?table=Tab", "items?table=Tab"})
            QCOMPARE(
                client.ask(plain("GET /_orrery/v1/" + std::string(call) + "&namespace=")).status,
                400);
        QVERIFY(client.ask(plain("GET /_orrery/v1/checksums?table=Tab&scan=true&namespace=a+b"))
                    .body.contains(R"("scannedCount":1)"));
        QVERIFY(engine.control("GET", "/snapshot")
                    .body.find(R"("account":"000000000000","namespace":"a b")") !=
                std::string::npos);
        const std::string labels = R"(region="us-east-1",table_name="Tab",namespace="a b")";
        QVERIFY(engine.control("GET", "/metrics")
                    .body.find("aws_dynamodb_item_count{" + labels + "} 1") != std::string::npos);
    }
};

ORRERY_TEST_CLASS(NamespacesTest)
#include "namespaces_test.moc"
