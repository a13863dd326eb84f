#include <QTest>

#include <boost/json.hpp>

#include "core/base/check.h"
#include "core/types/item_size.h"
#include "core/types/wire_codec.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

namespace {

const QByteArray kInvalid = "One or more parameter values were invalid: ";
const QByteArray kEmpty =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const QByteArray kSeveral =
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes";
const QByteArray kStructure = "Start of structure or map found where not expected";

json::Value parsed(const QByteArray& text) {
    auto value = json::parse(text.toStdString());
    CHECK(value.has_value());
    return *std::move(value);
}

// The error of a value, which must be a Validation error.
QByteArray complaint(const QByteArray& json) {
    const auto result = valueFromJson(parsed(json));
    if (!result && result.error().type != ErrorType::Validation) return "another type of error";
    return messageOf(result);
}

// The text of that error in the newer layer of validation; empty if it is the same.
QByteArray newerComplaint(const QByteArray& json) {
    const auto result = valueFromJson(parsed(json));
    return result ? "no error" : QByteArray::fromStdString(result.error().newerMessage);
}

// The error in the shape of a value, both alone and as an attribute.
QByteArray shapeComplaint(const QByteArray& json) {
    const auto result = valueFromJson(parsed(json));
    if (!result && result.error().type != ErrorType::Serialization) return "another type of error";
    const auto asItem = itemFromJson(parsed("{\"a\":" + json + "}"));
    if (messageOf(asItem) != messageOf(result)) return "not the same in an item";
    return messageOf(result);
}

std::string jsonOf(const AttributeValue& value) {
    std::string out;
    appendJson(out, value);
    return out;
}

QByteArray inMaps(QByteArray json, int maps) {
    for (; maps > 0; --maps)
        json = "{\"M\":{\"m\":" + json + "}}";
    return json;
}

// Random JSON that mostly has the shape of a value.
std::string drawJson(int levels) {
    static const std::vector<std::string> scalars = {
        "null",  "true",    "1",        "\"\"",          "\"a\"",
        "\"1\"", "\"1.0\"", "\"YQ==\"", "{\"S\":\"a\"}", "{\"N\":\"1\"}"};
    const int kind = levels > 0 ? *rc::gen::inRange(0, 6) : 0;
    if (kind == 0) return *rc::gen::elementOf(scalars);
    const bool isArray = kind == 1;
    std::string text = isArray ? "[" : "{";
    const int count = *rc::gen::inRange(isArray ? 0 : 1, 3);
    for (int i = 0; i < count; ++i) {
        if (i > 0) text += ",";
        if (!isArray)
            text += "\"" +
                    *rc::gen::elementOf(std::vector<std::string>{
                        "S", "N", "B", "SS", "NS", "BS", "M", "L", "L", "NULL", "BOOL", "x"}) +
                    "\":";
        text += drawJson(levels - 1);
    }
    return text + (isArray ? "]" : "}");
}

}  // namespace

class WireCodecTest : public QObject {
    Q_OBJECT
private slots:
    void readsTheTenTypes() {
        QVERIFY(value(R"({"S":""})") == AttributeValue::string(""));
        QVERIFY(value(R"({"N":"1.50"})") == AttributeValue::number(number("1.5")));
        QVERIFY(value(R"({"B":""})") == AttributeValue::binary(""));
        QVERIFY(value(R"({"B":"AP8="})") == AttributeValue::binary(std::string_view("\0\xff", 2)));
        QVERIFY(value(R"({"NULL":true})") == AttributeValue(Null{}));
        QVERIFY(value(R"({"BOOL":false})") == AttributeValue::boolean(false));
        QVERIFY(value(R"({"SS":["b","a",""]})") == AttributeValue(StringSet{{"", "a", "b"}}));
        QVERIFY(value(R"({"NS":["2","-1e1"]})") ==
                AttributeValue(NumberSet{{number("-10"), number("2")}}));
        QVERIFY(value(R"({"BS":["Yg==","YQ=="]})") == AttributeValue(BinarySet{{"a", "b"}}));
        QCOMPARE(value(R"({"L":[]})").type(), AttributeType::List);
        QCOMPARE(value(R"({"M":{}})").type(), AttributeType::Map);
    }

    void writesWhatItReads() {
        QVERIFY(rc::check("a value written to JSON reads back", [] {
            const AttributeValue value = *anyValue(4);
            const auto json = json::parse(jsonOf(value));
            RC_ASSERT(json.has_value());
            const auto back = valueFromJson(*json);
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == value);
        }));
        const QByteArray text =
            R"({"B":{"B":"AP8="},"BS":{"BS":["YQ==","Yg=="]},)"
            R"("L":{"L":[{"S":"a\n"},{"NULL":true}]},)"
            R"("M":{"M":{"k":{"BOOL":true}}},"N":{"N":"-0.5"},"NS":{"NS":["-1","10"]},)"
            R"("SS":{"SS":["a","é"]},"f":{"BOOL":false}})";
        std::string out;
        appendJson(out, item(text.toStdString()));
        QCOMPARE(qt(out), text);
    }

    void wantsExactlyOneType() {
        for (const char* json :
             {"{}", R"({"a":""})", R"({"S":null})", "null", R"({"M":{"a":{}}})", R"({"L":[{}]})",
              R"({"L":[{"a":{}}]})", R"({"L":[null]})", R"({"s":"a"})"})
            QCOMPARE(complaint(json), kEmpty);
        QCOMPARE(complaint(R"({"S":"a","N":"1"})"), kSeveral);
        QCOMPARE(complaint(R"({"S":"a","NULL":true})"), kSeveral);
        QVERIFY(value(R"({"S":"a","N":null,"unknown":5})") == AttributeValue::string("a"));
    }

    // A value with two types is refused for that only if each of them is valid by itself.
    void looksAtEachTypeBeforeCountingThem() {
        const QByteArray notANumber = "The parameter cannot be converted to a numeric value";
        QCOMPARE(complaint(R"({"S":"","N":""})"), notANumber);
        QCOMPARE(complaint(R"({"S":"a","N":"b"})"), notANumber + ": b");
        QCOMPARE(complaint(R"({"NS":["1","b"]})"), notANumber + ": b");
        QCOMPARE(complaint(R"({"NS":["1",""]})"), notANumber);
        QCOMPARE(complaint(R"({"SS":[],"N":"1"})"), kInvalid + "An string set  may not be empty");
    }

    void refusesWhatSetsMustNotBe() {
        QCOMPARE(complaint(R"({"SS":[]})"), kInvalid + "An string set  may not be empty");
        QCOMPARE(complaint(R"({"NS":[]})"), kInvalid + "An number set  may not be empty");
        QCOMPARE(complaint(R"({"BS":[]})"), kInvalid + "Binary sets should not be empty");
        QCOMPARE(complaint(R"({"SS":["a","a"]})"),
                 kInvalid + "Input collection [a, a] contains duplicates.");
        QCOMPARE(complaint(R"({"SS":["b","","a","b"]})"),
                 kInvalid + "Input collection [b, , a, b] contains duplicates.");
        QCOMPARE(complaint(R"({"BS":["Yg==","Yg=="]})"),
                 kInvalid + "Input collection [Yg==, Yg==]of type BS contains duplicates.");
        QCOMPARE(complaint(R"({"NS":["1","1"]})"),
                 QByteArray("Input collection contains duplicates"));
        QCOMPARE(complaint(R"({"NS":["1","1.0"]})"),
                 QByteArray("Input collection contains duplicates"));
        QCOMPARE(complaint(R"({"NS":["100","1e2"]})"),
                 QByteArray("Input collection contains duplicates"));
    }

    // The newer layer quotes the elements and sorts those before the first repeat.
    void hasTwoWordingsForTheLayersOfValidation() {
        QCOMPARE(newerComplaint(R"({"SS":["b","a","b","0"]})"),
                 kInvalid + R"(Input collection ["a", "b", "b", "0"] contains duplicates.)");
        QCOMPARE(newerComplaint(R"({"SS":["a","a","c","b"]})"),
                 kInvalid + R"(Input collection ["a", "a", "c", "b"] contains duplicates.)");
        QCOMPARE(newerComplaint(R"({"BS":["/w==","AA==","AA=="]})"),
                 kInvalid + R"(Input collection ["AA==","/w==","AA=="]of type BS contains )" +
                     "duplicates.");
        QCOMPARE(newerComplaint(R"({"NS":["2","1","2"]})"),
                 kInvalid + "Input collection contains duplicates.");
        QCOMPARE(newerComplaint(R"({"N":""})"),
                 QByteArray("The parameter cannot be converted to a numeric value: "));
        QVERIFY(complaint(R"({"N":"1e2147483647"})").startsWith("Number underflow."));
        QVERIFY(newerComplaint(R"({"N":"1e2147483647"})").startsWith("Number overflow."));
        QCOMPARE(newerComplaint(R"({"N":"1e126"})"), QByteArray());
    }

    void wantsNullToBeTrue() {
        const QByteArray text = kInvalid + "Null attribute value types must have the value of true";
        QCOMPARE(complaint(R"({"NULL":false})"), text);
        QCOMPARE(complaint(R"({"NULL":"no"})"), text);
        QVERIFY(value(R"({"NULL":"true"})") == AttributeValue(Null{}));
    }

    void countsLevels() {
        const QByteArray leaf = R"({"S":"x"})";
        QCOMPARE(complaint(inMaps(leaf, 31)), QByteArray("no error"));
        QCOMPARE(complaint(inMaps(leaf, 32)), qt(kNestingExceeded));
        QCOMPARE(complaint(inMaps(R"({"L":[{"S":"x"}]})", 30)), QByteArray("no error"));
        QCOMPARE(complaint(inMaps(R"({"L":[{"S":"x"}]})", 31)), qt(kNestingExceeded));
        QCOMPARE(complaint(inMaps(R"({"L":[]})", 31)), QByteArray("no error"));
        QCOMPARE(complaint(inMaps(leaf, 100)), qt(kNestingExceeded));
        const auto decoded = itemFromJson(parsed("{\"a\":" + inMaps(leaf, 32) + "}"));
        QCOMPARE(messageOf(decoded), qt(kNestingExceeded));
        QCOMPARE(nestingLevels(value(inMaps(leaf, 31).toStdString())), 32);
    }

    // dynalite's recorded table of the service's errors for each JSON type in each place.
    void refusesJsonOfTheWrongShape_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const QByteArray& json, const QByteArray& says) {
            QTest::newRow(json.constData()) << json << says;
        };
        const QByteArray payload = "Unexpected value type in payload";
        const QByteArray field = "Unexpected field type";
        const QByteArray collection = "Unrecognized collection type ";
        const QByteArray model = "com.amazonaws.dynamodb.v20120810.AttributeValue";
        for (const char* scalar : {"\"23\"", "true", "23", "-2147483648", "34.56"}) {
            row(scalar, payload);
            row(QByteArray(R"({"L":[)") + scalar + "]}", payload);
            row(QByteArray(R"({"M":{"a":)") + scalar + "}}", payload);
            for (const char* type : {"SS", "NS", "BS", "L", "M"})
                row(QByteArray("{\"") + type + "\":" + scalar + "}", field);
        }
        row("[]", collection + "class " + model);
        row(R"({"L":[[]]})", collection + "class " + model);
        row(R"({"M":[]})", collection + "java.util.Map<java.lang.String, " + model + ">");
        for (const char* type : {"SS", "NS", "BS", "L"})
            row(QByteArray("{\"") + type + "\":{}}", kStructure);
        for (const char* place : {R"({"S":%1})", R"({"N":%1})", R"({"SS":[%1]})", R"({"NS":[%1]})",
                                  R"({"M":{"a":{"S":%1}}})"}) {
            const auto at = [place](const char* json) {
                return QByteArray(place).replace("%1", json);
            };
            row(at("true"), "TRUE_VALUE cannot be converted to String");
            row(at("false"), "FALSE_VALUE cannot be converted to String");
            row(at("23"), "NUMBER_VALUE cannot be converted to String");
            row(at("2147483648"), "NUMBER_VALUE cannot be converted to String");
            row(at("34.56"), "DECIMAL_VALUE cannot be converted to String");
            row(at("[]"), collection + "class java.lang.String");
            row(at("{}"), kStructure);
        }
        for (const char* place : {R"({"BOOL":%1})", R"({"NULL":%1})"}) {
            const auto at = [place](const char* json) {
                return QByteArray(place).replace("%1", json);
            };
            row(at("\"23\""), "Unexpected token received from parser");
            row(at("23"), "NUMBER_VALUE cannot be converted to Boolean");
            row(at("34.56"), "DECIMAL_VALUE cannot be converted to Boolean");
            row(at("[]"), collection + "class java.lang.Boolean");
            row(at("{}"), kStructure);
        }
        for (const char* place : {R"({"B":%1})", R"({"BS":[%1]})", R"({"L":[{"BS":[%1]}]})"}) {
            const auto at = [place](const char* json) {
                return QByteArray(place).replace("%1", json);
            };
            for (const char* scalar : {"true", "23", "-2147483648", "34.56"})
                row(at(scalar), "only base-64-encoded strings are convertible to bytes");
            row(at("[]"), collection + "class java.nio.ByteBuffer");
            row(at("{}"), kStructure);
            row(at("\"23456\""),
                "Base64 encoded length is expected a multiple of 4 bytes but found: 5");
            row(at("\"=+/=\""), "Invalid last non-pad Base64 character dectected");
        }
    }
    void refusesJsonOfTheWrongShape() {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, says);
        QCOMPARE(shapeComplaint(json), says);
    }

    void complainsOfShapeBeforeRules() {
        const QByteArray text = "NUMBER_VALUE cannot be converted to String";
        QCOMPARE(shapeComplaint(R"({"N":"b","S":5})"), text);
        QCOMPARE(shapeComplaint(R"({"L":[{"NULL":false},{},{"SS":[]},{"S":5}]})"), text);
        const auto decoded = itemFromJson(parsed(R"({"a":{"N":"b"},"c":{"S":5}})"));
        QCOMPARE(messageOf(decoded), text);
        QCOMPARE(int(decoded.error().type), int(ErrorType::Serialization));
        const auto sound = itemFromJson(parsed(R"({"a":{"N":"b"},"c":{},"d":null})"));
        QVERIFY(!sound.has_value());
        QCOMPARE(int(sound.error().type), int(ErrorType::Validation));
    }

    void takesAnItemForAMap() {
        QCOMPARE(messageOf(itemFromJson(parsed("5"))), QByteArray("Unexpected field type"));
        QCOMPARE(messageOf(itemFromJson(parsed("[]"))),
                 QByteArray("Unrecognized collection type java.util.Map<java.lang.String, "
                            "com.amazonaws.dynamodb.v20120810.AttributeValue>"));
        QCOMPARE(messageOf(itemFromJson(parsed(R"({"a":null})"))), kEmpty);
        const QByteArray noName = "Empty attribute name";
        QCOMPARE(messageOf(itemFromJson(parsed(R"({"":{"S":"a"}})"))), noName);
        QCOMPARE(messageOf(itemFromJson(parsed(R"({"a":{"L":[{"M":{"":{"S":"a"}}}]}})"))), noName);
        QCOMPARE(complaint(R"({"M":{"":{"N":"1"}}})"), noName);
        QVERIFY(itemFromJson(parsed("{}"))->empty());
    }

    void readsAnyJsonWithoutHarm() {
        QVERIFY(rc::check("whatever the JSON, a value or an error of the service", [] {
            const auto json = json::parse(drawJson(5));
            RC_ASSERT(json.has_value());
            const auto value = valueFromJson(*json);
            if (value) {
                const auto back = valueFromJson(parsed(qt(jsonOf(*value))));
                RC_ASSERT(back.has_value());
                RC_ASSERT(*back == *value);
            } else {
                RC_ASSERT(!value.error().message.empty());
            }
        }));
    }
};

ORRERY_TEST_CLASS(WireCodecTest)
#include "wire_codec_test.moc"
