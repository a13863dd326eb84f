#include <QTest>

#include "core/types/key_schema.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

namespace {

const KeySchema kSimple{{"pk", AttributeType::String}, std::nullopt};
const KeySchema kComposite{{"pk", AttributeType::String},
                           KeyAttribute{"sk", AttributeType::Number}};
const KeySchema kBinary{{"pk", AttributeType::Binary}, KeyAttribute{"sk", AttributeType::Binary}};

Item withText(const char* name, std::size_t bytes) {
    Item item;
    item.set(name, AttributeValue::string(std::string(bytes, 'x')));
    return item;
}

const QByteArray kMismatch = "The provided key element does not match the schema";
const QByteArray kInvalid = "One or more parameter values were invalid: ";
const QByteArray kNotValid = "One or more parameter values are not valid. ";

}  // namespace

class KeySchemaTest : public QObject {
    Q_OBJECT
private slots:
    void takesTheKeyOutOfAnItem() {
        const auto key =
            keyOf(item(R"({"sk":{"N":"1"},"pk":{"S":"a"},"x":{"S":"b"}})"), kComposite);
        QVERIFY(key.has_value());
        QVERIFY(key->partition == AttributeValue::string("a"));
        QVERIFY(key->sort == AttributeValue::number(number("1")));
        Item back;
        addKey(back, kComposite, *key);
        QVERIFY(back == item(R"({"pk":{"S":"a"},"sk":{"N":"1"}})"));
        QVERIFY(!keyOf(item(R"({"pk":{"S":"a"},"sk":{"N":"1"}})"), kSimple)->sort.has_value());
    }

    void saysWhatIsWrongWithTheKeyOfAnItem() {
        const auto says = [](const char* json, const KeySchema& schema) {
            return messageOf(keyOf(item(json), schema));
        };
        QCOMPARE(says(R"({"x":{"S":"a"}})", kSimple), kInvalid + "Missing the key pk in the item");
        QCOMPARE(says(R"({"pk":{"S":"a"}})", kComposite),
                 kInvalid + "Missing the key sk in the item");
        QCOMPARE(says(R"({"pk":{"N":"1"}})", kSimple),
                 kInvalid + "Type mismatch for key pk expected: S actual: N");
        QCOMPARE(says(R"({"pk":{"S":"a"},"sk":{"M":{}}})", kComposite),
                 kInvalid + "Type mismatch for key sk expected: N actual: M");
        QCOMPARE(says(R"({"pk":{"S":""}})", kSimple),
                 kNotValid +
                     "The AttributeValue for a key attribute cannot contain an empty string value. "
                     "Key: pk");
        QCOMPARE(says(R"({"pk":{"B":"AA=="},"sk":{"B":""}})", kBinary),
                 kNotValid +
                     "The AttributeValue for a key attribute cannot contain an empty binary value. "
                     "Key: sk");
    }

    void limitsTheSizeOfKeys() {
        QVERIFY(keyOf(withText("pk", 2048), kSimple).has_value());
        QCOMPARE(messageOf(keyOf(withText("pk", 2049), kSimple)),
                 kInvalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes");
        QCOMPARE(messageOf(keyFromRequest(withText("pk", 2049), kSimple)),
                 kInvalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes");
        const KeySchema text{{"pk", AttributeType::String},
                             KeyAttribute{"sk", AttributeType::String}};
        Item fits = withText("sk", 1024);
        fits.set("pk", AttributeValue::string("a"));
        QVERIFY(keyOf(fits, text).has_value());
        Item tooLong = withText("sk", 1025);
        tooLong.set("pk", AttributeValue::string("a"));
        QCOMPARE(messageOf(keyOf(tooLong, text)),
                 kInvalid +
                     "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
    }

    void wantsExactlyTheKeyInARequest() {
        const auto says = [](const char* json, const KeySchema& schema) {
            return messageOf(keyFromRequest(item(json), schema));
        };
        QCOMPARE(says(R"({"pk":{"S":"a"},"sk":{"N":"1"}})", kComposite), QByteArray("no error"));
        QCOMPARE(says(R"({"pk":{"S":"a"}})", kComposite), kMismatch);
        QCOMPARE(says(R"({"pk":{"S":"a"},"x":{"N":"1"}})", kComposite), kMismatch);
        QCOMPARE(says(R"({"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"1"}})", kComposite), kMismatch);
        QCOMPARE(says(R"({"pk":{"N":"1"}})", kSimple), kMismatch);
        QCOMPARE(says(R"({})", kSimple), kMismatch);
        QCOMPARE(says(R"({"pk":{"S":""}})", kSimple),
                 kNotValid +
                     "The AttributeValue for a key attribute cannot contain an empty string value. "
                     "Key: pk");
    }

    void letsItemsStayOutOfAnIndex() {
        QVERIFY(!indexKeyOf(item(R"({"x":{"S":"a"}})"), kSimple).has_value());
        QVERIFY(!indexKeyOf(item(R"({"pk":{"S":"a"}})"), kComposite).has_value());
        const auto key = indexKeyOf(item(R"({"pk":{"S":"a"},"sk":{"N":"2"}})"), kComposite);
        QVERIFY(key.has_value());
        QVERIFY(key->sort == AttributeValue::number(number("2")));
    }

    // Such items existed before the index (GSI.OnlineOps.ViolationDetection).
    void letsItemsStayOutOfAnIndexThatCannotHoldThem() {
        QVERIFY(!indexKeyOf(item(R"({"pk":{"N":"1"}})"), kSimple).has_value());
        QVERIFY(!indexKeyOf(item(R"({"pk":{"S":""}})"), kSimple).has_value());
        QVERIFY(!indexKeyOf(item(R"({"pk":{"S":"a"},"sk":{"S":"2"}})"), kComposite).has_value());
        QVERIFY(indexKeyOf(withText("pk", 2048), kSimple).has_value());
        QVERIFY(!indexKeyOf(withText("pk", 2049), kSimple).has_value());
        const KeySchema binary{{"pk", AttributeType::String},
                               KeyAttribute{"sk", AttributeType::Binary}};
        QVERIFY(!indexKeyOf(item(R"({"pk":{"S":"a"},"sk":{"B":""}})"), binary).has_value());
        const KeySchema text{{"pk", AttributeType::String},
                             KeyAttribute{"sk", AttributeType::String}};
        for (const int bytes : {1024, 1025}) {
            Item sorted = withText("sk", bytes);
            sorted.set("pk", AttributeValue::string("a"));
            QCOMPARE(indexKeyOf(sorted, text).has_value(), bytes == 1024);
        }
    }

    void refusesWhatAnIndexCannotHold() {
        const auto says = [](const char* json, const KeySchema& schema) {
            return messageOf(checkIndexKeys(item(json), schema, "ix"));
        };
        QCOMPARE(says(R"({"x":{"S":"a"}})", kComposite), QByteArray("no error"));
        QCOMPARE(says(R"({"pk":{"S":"a"},"sk":{"S":"b"}})", kComposite),
                 kInvalid + "Type mismatch for Index Key sk Expected: N Actual: S IndexName: ix");
        QCOMPARE(says(R"({"pk":{"S":""}})", kComposite),
                 kNotValid +
                     "A value specified for a secondary index key is not supported. The "
                     "AttributeValue for a key attribute cannot contain an empty string value. "
                     "IndexName: ix, IndexKey: pk");
    }
};

ORRERY_TEST_CLASS(KeySchemaTest)
#include "key_schema_test.moc"
