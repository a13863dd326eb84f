// Tests the decoder and the table of operations alone: no world, no catalog.

#include <QTest>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "core/api/api.h"
#include "core/api/decode/decode.h"
#include "core/base/prng.h"
#include "tests/support/test_main.h"

namespace {

using orrery::api::parseCall;

std::string messageOf(std::string_view operation, std::string_view body) {
    const auto call = parseCall("DynamoDB_20120810." + std::string(operation), body, "us-east-1");
    return call ? std::string("accepted") : call.error().message;
}

const std::vector<std::string>& operationNames() {
    static const std::vector<std::string> kNames = {
#define OPERATION(service, name, symbol, plane, effect, ...) #service "." #name,
#define LATER(service, name) #service "." #name,
#include "core/api/operations.def"
#undef OPERATION
#undef LATER
    };
    return kNames;
}

std::string targetOf(const std::string& name) {
    const std::size_t dot = name.find('.');
    return (name.starts_with("Streams") ? "DynamoDBStreams_20120810" : "DynamoDB_20120810") +
           name.substr(dot);
}

// JSON that is likely to reach deep into a request: the service's member names with values of any
// type.
std::string randomJson(orrery::Prng& prng, int depth) {
    static const char* kNames[] = {"TableName",
                                   "Key",
                                   "Item",
                                   "RequestItems",
                                   "Keys",
                                   "S",
                                   "N",
                                   "M",
                                   "L",
                                   "NS",
                                   "BOOL",
                                   "KeySchema",
                                   "AttributeDefinitions",
                                   "AttributeName",
                                   "KeyType",
                                   "PutRequest",
                                   "TransactItems",
                                   "Put",
                                   "Get",
                                   "Update",
                                   "ConditionCheck",
                                   "ConditionExpression",
                                   "Projection",
                                   "GlobalSecondaryIndexes",
                                   "IndexName",
                                   "Limit",
                                   "Expected",
                                   "Value",
                                   "KeyConditions",
                                   "ComparisonOperator",
                                   "AttributeValueList",
                                   "UpdateExpression",
                                   "ProvisionedThroughput",
                                   "FilterExpression",
                                   "ExpressionAttributeValues",
                                   ":v",
                                   "#n",
                                   "GlobalSecondaryIndexUpdates"};
    switch (depth == 0 ? prng.below(6) : prng.below(9)) {
        case 0:
            return "\"a\"";
        case 1:
            return "\"\"";
        case 2:
            return std::to_string(prng.below(1000));
        case 3:
            return prng.below(2) == 0 ? "true" : "null";
        case 4:
            return "-1.5e300";
        case 5:
            return "18446744073709551615";
        case 6: {
            std::string text = "[";
            for (std::uint64_t i = prng.below(3); i > 0; --i)
                text += randomJson(prng, depth - 1) + (i > 1 ? "," : "");
            return text + "]";
        }
        default: {
            std::string text = "{";
            for (std::uint64_t i = prng.below(5); i > 0; --i)
                text += "\"" + std::string(kNames[prng.below(std::size(kNames))]) +
                        "\":" + randomJson(prng, depth - 1) + (i > 1 ? "," : "");
            return text + "}";
        }
    }
}

/// The error for a request with a name of so many bytes in place of "@".
QString withName(const QString& operation, QString body, qsizetype bytes) {
    // Two bytes a character, and one more where the length is odd.
    body.replace('@', QString(bytes / 2, QChar(0xe4)) + QString(bytes % 2, 'a'));
    return QString::fromStdString(messageOf(operation.toStdString(), body.toStdString()));
}

}  // namespace

class DecodeTest : public QObject {
    Q_OBJECT

private slots:
    void namesTheOperationThatIsNotBuilt() {
        const auto call = parseCall("DynamoDB_20120810.SearchVectors", "{}", "us-east-1");
        QVERIFY(!call);
        QCOMPARE(call.error().type, orrery::ErrorType::UnknownOperation);
        QVERIFY(call.error().message.starts_with("SearchVectors "));
    }

    void knowsNoOtherNames() {
        for (const char* target : {"", "DynamoDB_20120810", "DynamoDB_20120810.", "GetItem",
                                   "DynamoDB_20120810.GetItems", "DynamoDB_20120810.ListStreams",
                                   "DynamoDBStreams_20120810.GetItem"}) {
            const auto call = parseCall(target, "{}", "us-east-1");
            QVERIFY(!call);
            QCOMPARE(call.error().type, orrery::ErrorType::UnknownOperation);
            QVERIFY(call.error().message.empty());
        }
    }

    void aBodyThatIsNoObjectIsASerializationError() {
        for (const char* body : {"", "{", "[]", "\"a\"", "1", "{\"TableName\":}", "{} {}"}) {
            const auto call = parseCall("DynamoDB_20120810.GetItem", body, "us-east-1");
            QVERIFY(!call);
            QCOMPARE(call.error().type, orrery::ErrorType::Serialization);
        }
    }

    void typesComeBeforeLimits() {
        QCOMPARE(messageOf("GetItem", R"({"ReturnConsumedCapacity":"x","TableName":1})"),
                 "NUMBER_VALUE cannot be converted to String");
        QCOMPARE(messageOf("GetItem", R"({"TableName":1.5})"),
                 "DECIMAL_VALUE cannot be converted to String");
        QCOMPARE(messageOf("GetItem", R"({"TableName":["a"]})"),
                 "Unrecognized collection type class java.lang.String");
        QCOMPARE(messageOf("GetItem", R"({"Key":["a"]})"),
                 "Unrecognized collection type java.util.Map<java.lang.String, "
                 "com.amazonaws.dynamodb.v20120810.AttributeValue>");
        QCOMPARE(messageOf("GetItem", R"({"Key":{"a":"b"}})"), "Unexpected value type in payload");
        QCOMPARE(messageOf("GetItem", R"({"Key":{"a":{"S":true}}})"),
                 "TRUE_VALUE cannot be converted to String");
        QCOMPARE(messageOf("Scan", R"({"Limit":"1"})"),
                 "STRING_VALUE cannot be converted to Integer");
        QCOMPARE(messageOf("UpdateItem", R"({"AttributeUpdates":{"a":{"Value":"x"}}})"),
                 "Unexpected field type");
    }

    void unknownMembersAndNullsAreNotThere() {
        const std::string message =
            messageOf("GetItem", R"({"TableName":"abc","Key":null,"Colour":[1,{}]})");
        QCOMPARE(message,
                 "1 validation error detected: Value null at 'key' failed to satisfy constraint: "
                 "Member must not be null");
    }

    void countsAtMostTenViolations() {
        std::string items;
        for (int i = 0; i < 20; ++i)
            items +=
                std::string(i == 0 ? "" : ",") + R"({"AttributeName":"a","AttributeType":"X"})";
        const std::string message = messageOf(
            "CreateTable", R"({"TableName":"abc","AttributeDefinitions":[)" + items + "]}");
        QVERIFY(
            message.starts_with("10 validation errors detected: Value 'X' at "
                                "'attributeDefinitions.1.member.attributeType' "));
        QVERIFY(message.find("attributeDefinitions.11") == std::string::npos);
    }

    void refusesNullInAList_data() {
        QTest::addColumn<QString>("operation");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("at");
        const auto row = [](const char* operation, const char* body, const char* at) {
            QTest::addRow("%s at %s", operation, at) << operation << body << at;
        };
        row("BatchWriteItem", R"({"RequestItems":{"abc":[null]}})",
            "[null]' at 'requestItems.abc.member");
        row("BatchWriteItem",
            R"({"RequestItems":{"abc":[{"DeleteRequest":{"Key":{"a":{"S":"a"}}}},null]}})",
            ", null]' at 'requestItems.abc.member");
        row("BatchGetItem", R"({"RequestItems":{"abc":{"Keys":[null]}}})",
            "Value at 'RequestItems.abc.member.Keys");
        row("BatchGetItem",
            R"({"RequestItems":{"abc":{"Keys":[{"a":{"S":"a"}}],"AttributesToGet":["a",null]}}})",
            "[a, null]' at 'requestItems.abc.member.attributesToGet");
        row("GetItem", R"({"TableName":"abc","Key":{"a":{"S":"a"}},"AttributesToGet":[null]})",
            "[null]' at 'attributesToGet");
        row("Query",
            R"({"TableName":"abc","KeyConditions":)"
            R"({"a":{"ComparisonOperator":"EQ","AttributeValueList":[null]}}})",
            "[null]' at 'keyConditions.a.member.attributeValueList");
        row("CreateTable",
            R"({"TableName":"abc","AttributeDefinitions":[)"
            R"({"AttributeName":"a","AttributeType":"S"}],)"
            R"("KeySchema":[{"AttributeName":"a","KeyType":"HASH"},null]})",
            ", null]' at 'keySchema");
    }
    void refusesNullInAList() {
        QFETCH(QString, operation);
        QFETCH(QString, body);
        QFETCH(QString, at);
        const QString message =
            QString::fromStdString(messageOf(operation.toStdString(), body.toStdString()));
        QVERIFY2(message.startsWith("1 validation error detected: Value ") &&
                     message.endsWith(at + "' failed to satisfy constraint: Member must satisfy "
                                           "constraint: [Member must not be null]"),
                 qPrintable(message));
    }

    // Constraints.html: an attribute's name has at most 65,535 bytes, at any depth.
    void limitsTheNamesOfAttributes_data() {
        QTest::addColumn<QString>("operation");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("text");
        const QString plain =
            QStringLiteral("Attribute name is too large, must be less than 65536 bytes");
        const QString prefixed = "1 validation error detected: " + plain;
        const auto row = [](const char* operation, const char* body, const QString& text) {
            QTest::addRow("%s %s", operation, body) << operation << body << text;
        };
        row("PutItem", R"({"TableName":"abc","Item":{"@":{"S":"a"}}})", prefixed);
        row("PutItem", R"({"TableName":"abc","Item":{"a":{"L":[{"M":{"@":{"S":"a"}}}]}}})",
            prefixed);
        row("BatchWriteItem",
            R"({"RequestItems":{"abc":[{"PutRequest":{"Item":{"@":{"S":"a"}}}}]}})", plain);
        row("GetItem", R"({"TableName":"abc","Key":{"@":{"S":"a"}}})", plain);
        row("UpdateItem",
            R"({"TableName":"abc","Key":{"a":{"S":"a"}},"UpdateExpression":"SET #a = :v",)"
            R"("ExpressionAttributeNames":{"#a":"@"},)"
            R"("ExpressionAttributeValues":{":v":{"S":"a"}}})",
            prefixed);
        row("UpdateItem",
            R"({"TableName":"abc","Key":{"a":{"S":"a"}},"UpdateExpression":"SET a = :v",)"
            R"("ExpressionAttributeValues":{":v":{"M":{"@":{"S":"a"}}}}})",
            prefixed);
        row("UpdateItem",
            R"({"TableName":"abc","Key":{"a":{"S":"a"}},)"
            R"("AttributeUpdates":{"@":{"Value":{"S":"a"}}}})",
            prefixed);
        row("UpdateItem",
            R"({"TableName":"abc","Key":{"a":{"S":"a"}},"Expected":{"@":{"Exists":false}}})",
            prefixed);
        row("Query",
            R"({"TableName":"abc","KeyConditions":{"a":{"ComparisonOperator":"EQ",)"
            R"("AttributeValueList":[{"S":"a"}]}},)"
            R"("QueryFilter":{"@":{"ComparisonOperator":"NULL"}}})",
            plain);
        row("Query",
            R"({"TableName":"abc","KeyConditionExpression":"a = :v",)"
            R"("ExpressionAttributeValues":{":v":{"M":{"@":{"S":"a"}}}}})",
            plain);
    }
    void limitsTheNamesOfAttributes() {
        QFETCH(QString, operation);
        QFETCH(QString, body);
        QFETCH(QString, text);
        QVERIFY(withName(operation, body, 65'535) != text);
        QCOMPARE(withName(operation, body, 65'536), text);
    }

    // The list is measured by the model of the service, as its other members are.
    void limitsTheNamesToGet() {
        const QString body = R"({"TableName":"abc","Key":{"a":{"S":"a"}},"AttributesToGet":["@"]})";
        QVERIFY(!withName("GetItem", body, 65'535).contains("must have length"));
        const QString tooLong = withName("GetItem", body, 65'536);
        QVERIFY2(tooLong.startsWith("1 validation error detected: Value '"),
                 qPrintable(tooLong.left(100)));
        QVERIFY2(tooLong.endsWith("' at 'attributesToGet.1.member' failed to satisfy constraint: "
                                  "Member must have length less than or equal to 65535"),
                 qPrintable(tooLong.right(200)));
    }

    // No input of a client crashes a parser, whatever the operation.
    void anyTextGetsAnAnswer() {
        orrery::Prng prng(7);
        for (int round = 0; round < 300; ++round) {
            const std::string body = randomJson(prng, 6);
            for (const std::string& name : operationNames()) {
                const auto call = parseCall(targetOf(name), body, "us-east-1");
                std::string text;
                if (!call) orrery::api::writeError(call.error(), text);
                QVERIFY(call || text.starts_with("{\"__type\":"));
            }
        }
    }
};

ORRERY_TEST_CLASS(DecodeTest)
#include "decode_test.moc"
