#include <QTest>

#include <map>

#include "core/types/attribute_value.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

class AttributeValueTest : public QObject {
    Q_OBJECT
private slots:
    void namesTheTenTypesAsTheWireDoes() {
        QByteArray names;
        for (const AttributeValue& value :
             {AttributeValue::string(""), AttributeValue::number({}), AttributeValue::binary(""),
              AttributeValue(StringSet{}), AttributeValue(NumberSet{}), AttributeValue(BinarySet{}),
              AttributeValue(AttributeMap{}), AttributeValue(List{}), AttributeValue(Null{}),
              AttributeValue::boolean(true)})
            names += qt(wireName(value.type())) + ' ';
        QCOMPARE(names, QByteArray("S N B SS NS BS M L NULL BOOL "));
    }

    void tellsTypesApartThatHoldTheSameBytes() {
        QVERIFY(!(AttributeValue::string("1") == AttributeValue::binary("1")));
        QVERIFY(!(AttributeValue::string("1") == AttributeValue::number(number("1"))));
        QVERIFY(AttributeValue() == AttributeValue(Null{}));
        QVERIFY(value(R"({"N":"1.0"})") == value(R"({"N":"1"})"));
        QVERIFY(value(R"({"SS":["b","a"]})") == value(R"({"SS":["a","b"]})"));
        QVERIFY(
            !(value(R"({"L":[{"S":"a"},{"S":"b"}]})") == value(R"({"L":[{"S":"b"},{"S":"a"}]})")));
        QVERIFY(value(R"({"M":{"x":{"S":"a"},"y":{"S":"b"}}})") ==
                value(R"({"M":{"y":{"S":"b"},"x":{"S":"a"}}})"));
    }

    void givesItsValueOnlyAsWhatItIs() {
        AttributeValue text = AttributeValue::string("a");
        QVERIFY(text.as<std::string>() != nullptr);
        QVERIFY(text.as<Number>() == nullptr);
        *text.as<std::string>() = "b";
        QVERIFY(text == AttributeValue::string("b"));
    }

    void keepsAttributesSortedWhateverIsDone() {
        QVERIFY(rc::check("an AttributeMap is a map", [] {
            AttributeMap map;
            std::map<std::string, AttributeValue> model;
            for (int steps = *rc::gen::inRange(0, 40); steps > 0; --steps) {
                const std::string name = *rc::gen::element<std::string>("", "a", "b", "ab", "\xff");
                if (*rc::gen::arbitrary<bool>()) {
                    const auto value = AttributeValue::boolean(*rc::gen::arbitrary<bool>());
                    map.set(name, value);
                    model[name] = value;
                } else {
                    RC_ASSERT(map.erase(name) == (model.erase(name) == 1));
                }
                RC_ASSERT(map.size() == model.size());
                RC_ASSERT(map.empty() == model.empty());
                RC_ASSERT(std::ranges::equal(map, model, [](const auto& entry, const auto& other) {
                    return entry.first == other.first && entry.second == other.second;
                }));
                RC_ASSERT((map.find(name) != nullptr) == model.contains(name));
            }
        }));
    }

    void takesEntriesInAnyOrderAndTheLastOfEqualNames() {
        const auto map = AttributeMap::fromEntries({{"b", AttributeValue::string("1")},
                                                    {"a", AttributeValue::string("2")},
                                                    {"b", AttributeValue::string("3")},
                                                    {"c", AttributeValue::string("4")},
                                                    {"b", AttributeValue::string("5")}});
        QCOMPARE(map.size(), std::size_t{3});
        QVERIFY(*map.find("a") == AttributeValue::string("2"));
        QVERIFY(*map.find("b") == AttributeValue::string("5"));
        QVERIFY(*map.find("c") == AttributeValue::string("4"));
        AttributeMap appended;
        for (const auto& [name, value] : map)
            appended.append(name, value);
        QVERIFY(appended == map);
    }
};

ORRERY_TEST_CLASS(AttributeValueTest)
#include "attribute_value_test.moc"
