#include <QTest>

#include "core/api/decode/validation_layer.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::api;

namespace {

bool isNewer(const char* operation, const char* region) {
    return validationOf(operation, region).isNewer();
}

}  // namespace

// What the table of Regions says; the data tests show what the layers say.
class ValidationLayerTest : public QObject {
    Q_OBJECT
private slots:
    void followsTheRegion() {
        for (const char* write : {"PutItem", "UpdateItem", "DeleteItem"}) {
            QVERIFY(isNewer(write, "us-east-1"));
            QVERIFY(isNewer(write, "eu-west-2"));
            QVERIFY(!isNewer(write, "eu-south-2"));
            QVERIFY(!isNewer(write, "me-central-1"));
        }
        QVERIFY(isNewer("BatchGetItem", "eu-south-2"));
        QVERIFY(!isNewer("BatchGetItem", "me-central-1"));
        QVERIFY(!isNewer("Scan", "us-east-1"));
        QVERIFY(isNewer("Scan", "eu-west-2"));
        QVERIFY(!isNewer("TransactWriteItems", "us-east-1"));
        QVERIFY(isNewer("TransactWriteItems", "eu-north-1"));
        QVERIFY(!isNewer("CreateTable", "us-east-1"));
    }

    void answersAsInVirginiaWhereNothingIsRecorded() {
        for (const char* region : {"", "local", "ddblocal", "me-south-1", "cn-north-1"})
            for (const char* operation :
                 {"PutItem", "GetItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"})
                QCOMPARE(isNewer(operation, region), isNewer(operation, "us-east-1"));
    }

    void prefixesWritesOfOneItemInTheNewerLayerOnly() {
        QVERIFY(validationOf("PutItem", "us-east-1").prefixes);
        QVERIFY(!validationOf("PutItem", "eu-south-2").prefixes);
        QVERIFY(!validationOf("GetItem", "us-east-1").prefixes);
        QVERIFY(!validationOf("Scan", "eu-west-2").prefixes);
    }
};

ORRERY_TEST_CLASS(ValidationLayerTest)
#include "validation_layer_test.moc"
