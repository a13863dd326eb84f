#include <QJsonArray>
#include <QPushButton>
#include <QtTest>

#include "tests/support/test_main.h"
#include "widgets/items/item_dialog.h"
#include "widgets/start/connect_page.h"
#include "widgets/start/start_page.h"
#include "widgets/tables/create_table_dialog.h"
#include "widgets/tables/delete_table_dialog.h"
#include "widgets/tables/table_page.h"

using namespace orrery::widgets;

class DialogsTest : public QObject {
    Q_OBJECT
private slots:
    void aTableIsDeletedOnlyByItsName() {
        DeleteTableDialog dialog("Orders", 3);
        QVERIFY(!dialog.deleteButton()->isEnabled());
        QTest::keyClicks(dialog.nameLine(), "Order");
        QVERIFY(!dialog.deleteButton()->isEnabled());
        QTest::keyClicks(dialog.nameLine(), "s");
        QVERIFY(dialog.deleteButton()->isEnabled());
    }

    void aNewTableBecomesARequest() {
        CreateTableDialog dialog({"us-east-1"}, "us-east-1");
        QVERIFY(!dialog.createButton()->isEnabled());
        QTest::keyClicks(dialog.nameLine(), "Notes");
        QTest::keyClicks(dialog.partitionKeyLine(), "id");
        QVERIFY2(dialog.createButton()->isEnabled(), qPrintable(dialog.problem()));
        QTest::keyClicks(dialog.sortKeyLine(), "at");
        const QJsonObject request = dialog.request();
        QCOMPARE(request["TableName"].toString(), QStringLiteral("Notes"));
        QCOMPARE(request["KeySchema"][0]["KeyType"].toString(), QStringLiteral("HASH"));
        QCOMPARE(request["KeySchema"][1]["AttributeName"].toString(), QStringLiteral("at"));
        QCOMPARE(request["AttributeDefinitions"].toArray().size(), 2);
        QVERIFY(!request.contains("ProvisionedThroughput"));
        dialog.billingBox()->setCurrentIndex(1);
        QCOMPARE(dialog.request().value("ProvisionedThroughput")["ReadCapacityUnits"].toInt(), 5);
    }

    void whatIsWrongWithANewTableIsSaid() {
        CreateTableDialog dialog({}, {});
        QTest::keyClicks(dialog.nameLine(), "No");
        QVERIFY(dialog.problem().startsWith("Table name"));
        QTest::keyClicks(dialog.nameLine(), "tes");
        QTest::keyClicks(dialog.partitionKeyLine(), "id");
        QTest::keyClicks(dialog.sortKeyLine(), "id");
        QVERIFY(dialog.problem().contains("different names"));
    }

    void anItemIsCheckedAsItIsTyped() {
        ItemDialog dialog("Orders", emptyKeyOf("id (S)"), QJsonObject());
        dialog.editor()->setPlainText("{\n\"id\": ");
        QVERIFY(dialog.problem().startsWith("Line 2"));
        QVERIFY(!dialog.putButton()->isEnabled());
        dialog.editor()->setPlainText(R"({"other": {"S": "x"}})");
        QVERIFY(dialog.problem().contains("id"));
        dialog.editor()->setPlainText(R"({"id": {"S": "x"}, "n": {"N": "1"}})");
        QVERIFY(dialog.putButton()->isEnabled());
        QCOMPARE(dialog.item().value("n")["N"].toString(), QStringLiteral("1"));
    }

    void plainJsonGetsItsTypes() {
        ItemDialog dialog("Orders", emptyKeyOf("id (S)"), QJsonObject());
        dialog.editor()->setPlainText(R"({"id": "x", "n": 1.5, "l": [true, null], "m": {"S": 1}})");
        const QJsonObject item = dialog.item();
        QCOMPARE(item["id"]["S"].toString(), QStringLiteral("x"));
        QCOMPARE(item["n"]["N"].toString(), QStringLiteral("1.5"));
        QCOMPARE(item["l"]["L"][1]["NULL"].toBool(), true);
        QCOMPARE(item["m"]["M"]["S"]["N"].toString(), QStringLiteral("1"));
    }

    // A double has 15 or 16 digits, a number of the service 38.
    void plainNumbersKeepEveryDigit() {
        const QJsonObject item = typedItem(
            R"({"n": 12345678901234567890123456789012345678, "x": -0.10e-5, "s": "7 \\ 8",
                "l": [1, {"y": 2.50}]})");
        QCOMPARE(item["n"]["N"].toString(),
                 QStringLiteral("12345678901234567890123456789012345678"));
        QCOMPARE(item["x"]["N"].toString(), QStringLiteral("-0.10e-5"));
        QCOMPARE(item["s"]["S"].toString(), QStringLiteral("7 \\ 8"));
        QCOMPARE(item["l"]["L"][1]["M"]["y"]["N"].toString(), QStringLiteral("2.50"));
    }

    void aNewItemBeginsWithItsKey() {
        ItemDialog dialog("Orders", emptyKeyOf("id (S), at (N)"), QJsonObject());
        QCOMPARE(dialog.item().value("id")["S"].toString(), QString());
        QCOMPARE(dialog.item().value("at")["N"].toString(), QStringLiteral("0"));
    }

    void everySnippetNamesTheEndpoint() {
        const QString endpoint = QStringLiteral("http://127.0.0.1:4711");
        for (const auto client : {ConnectClient::Cli, ConnectClient::Boto3,
                                  ConnectClient::JavaScript, ConnectClient::Java}) {
            const QString snippet = connectSnippet(client, endpoint);
            QVERIFY(snippet.contains(endpoint));
            QVERIFY(!snippet.contains(QLatin1Char('@') + QStringLiteral("endpoint")));
        }
    }

    // Without keys in the environment the CLI refuses to send anything.
    void theFirstCommandBringsItsCredentials() {
        StartPage page({});
        page.setEndpoint(QStringLiteral("http://127.0.0.1:4711"), {});
        QVERIFY(page.cliLine().startsWith("AWS_ACCESS_KEY_ID="));
        QVERIFY(page.cliLine().contains("http://127.0.0.1:4711"));
        QVERIFY(!page.cliLine().contains(u'\n'));
    }

    void withoutAnEndpointThereIsNothingToCopy() {
        ConnectPage page;
        page.setEndpoint({}, QStringLiteral("Another program uses the port."));
        QVERIFY(page.copyButton()->isHidden());
        QVERIFY(page.clients()->isHidden());
        page.setEndpoint(QStringLiteral("http://127.0.0.1:4711"), {});
        QVERIFY(!page.copyButton()->isHidden());
    }

    void keyNamesAreReadFromASnapshot() {
        QCOMPARE(keyNamesOf("id (S)"), QStringList{"id"});
        QCOMPARE(keyNamesOf("a, b (S), c (N)"), (QStringList{"a, b", "c"}));
    }
};

ORRERY_TEST_CLASS(DialogsTest)
#include "dialogs_test.moc"
