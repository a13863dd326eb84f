#include <QJsonArray>
#include <QLabel>
#include <QPushButton>
#include <QTest>

#include "tests/support/test_main.h"
#include "widgets/tables/create_table_dialog.h"
#include "widgets/tables/delete_table_dialog.h"
#include "widgets/tables/key_names.h"

using namespace orrery::widgets;

class TableDialogsTest : public QObject {
    Q_OBJECT
private slots:
    void aTableIsDeletedOnlyByItsName() {
        DeleteTableDialog dialog("Orders", "Orders in eu-west-1", 3);
        QVERIFY(dialog.findChild<QLabel*>()->text().contains("Orders in eu-west-1"));
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

    void thereIsRoomForTheNamesOfAnIndex() {
        CreateTableDialog dialog({"us-east-1"}, "us-east-1");
        dialog.addIndex();
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        const int wanted = dialog.fontMetrics().horizontalAdvance("customer_id_and_more");
        for (const QLineEdit* line : dialog.findChildren<QLineEdit*>())
            if (line->isVisible())
                QVERIFY2(line->width() > wanted, qPrintable(line->accessibleName()));
    }

    void keyNamesAreReadFromASnapshot() {
        QCOMPARE(keyNamesOf("id (S)"), QStringList{"id"});
        QCOMPARE(keyNamesOf("a, b (S), c (N)"), (QStringList{"a, b", "c"}));
    }
};

ORRERY_TEST_CLASS(TableDialogsTest)
#include "table_dialogs_test.moc"
