#include <QTest>

#include "core/types/item_size.h"
#include "core/types/key_schema.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

namespace {

int bytesOf(std::string_view json) {
    return static_cast<int>(attributeBytes(value(json)));
}

int numberBytes(const char* text) {
    return static_cast<int>(attributeBytes(AttributeValue::number(number(text))));
}

AttributeValue inLists(AttributeValue inner, int lists) {
    for (; lists > 0; --lists) {
        List list;
        list.push_back(std::move(inner));
        inner = AttributeValue(std::move(list));
    }
    return inner;
}

}  // namespace

class ItemSizeTest : public QObject {
    Q_OBJECT
private slots:
    // CapacityUnitCalculations: UTF-8 bytes, raw bytes, one byte for null and boolean.
    void countsScalarsAsTheDocumentationSays() {
        QCOMPARE(bytesOf(R"({"S":""})"), 0);
        QCOMPARE(bytesOf(R"({"S":"aé€"})"), 6);
        QCOMPARE(bytesOf(R"({"B":"AAAA"})"), 3);
        QCOMPARE(bytesOf(R"({"NULL":true})"), 1);
        QCOMPARE(bytesOf(R"({"BOOL":false})"), 1);
    }

    void countsDigitsInPairsOnEachSideOfThePoint() {
        QCOMPARE(numberBytes("0"), 1);
        QCOMPARE(numberBytes("7"), 2);
        QCOMPARE(numberBytes("27"), 2);
        QCOMPARE(numberBytes("-27"), 3);
        QCOMPARE(numberBytes("461"), 3);
        QCOMPARE(numberBytes("1786461547"), 6);
        QCOMPARE(numberBytes("1E125"), 2);
        QCOMPARE(numberBytes("1E-130"), 2);
        QCOMPARE(numberBytes("1.5"), 3);
        QCOMPARE(numberBytes("12.5"), 3);
        QCOMPARE(numberBytes("123.456"), 5);
        QCOMPARE(numberBytes("0.0012"), 2);
        QCOMPARE(numberBytes("12345678901234567890123456789012345678"), 20);
        QCOMPARE(numberBytes("-1.2345678901234567890123456789012345678"), 22);
    }

    void addsThreeBytesPerDocumentAndOnePerElement() {
        QCOMPARE(bytesOf(R"({"L":[]})"), 3);
        QCOMPARE(bytesOf(R"({"M":{}})"), 3);
        QCOMPARE(bytesOf(R"({"L":[{"S":"ab"},{"NULL":true}]})"), 3 + 2 + 2 + 1);
        QCOMPARE(bytesOf(R"({"M":{"key":{"S":"ab"}}})"), 3 + 1 + 3 + 2);
        QCOMPARE(bytesOf(R"({"SS":["a","bc"]})"), 3);
        QCOMPARE(bytesOf(R"({"NS":["1","-100"]})"), 2 + 3);
        QCOMPARE(bytesOf(R"({"BS":["AA==","AAA="]})"), 3);
    }

    void countsNamesOfAnItem() {
        QCOMPARE(itemBytes({}), std::size_t{0});
        QCOMPARE(itemBytes(item(R"({"pk":{"S":"a"},"é":{"N":"1"}})")), std::size_t{2 + 1 + 2 + 2});
    }

    void knowsHowDeepAValueIs() {
        const auto text = AttributeValue::string("x");
        QCOMPARE(nestingLevels(text), 1);
        QCOMPARE(nestingLevels(AttributeValue(List{})), 1);
        QCOMPARE(nestingLevels(inLists(text, 31)), kNestingMax);
        QCOMPARE(nestingLevels(value(R"({"M":{"a":{"L":[{"S":"x"},{"M":{}}]},"b":{"S":"x"}}})")),
                 3);
    }
};

ORRERY_TEST_CLASS(ItemSizeTest)
#include "item_size_test.moc"
