#include <QTest>

#include "core/expression/condition.h"
#include "core/expression/projection.h"
#include "core/expression/update.h"
#include "core/types/item_size.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::expression;
using types::AttributeMap;
using types::AttributeValue;
using types::Item;
using types::Number;

namespace {

std::string repeated(std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
        out += text;
    return out;
}

Substitutions withValues(std::initializer_list<std::pair<std::string, AttributeValue>> values) {
    Item item;
    for (const auto& [placeholder, value] : values)
        item.set(placeholder, value);
    return *Substitutions::create(std::nullopt, item);
}

QString errorOf(std::string_view text, Substitutions substitutions = {}) {
    const auto condition = parseCondition(text, Kind::Filter, substitutions);
    return condition ? QString() : QString::fromStdString(condition.error().message);
}

QString updateErrorOf(std::string_view text, const Item& old, Substitutions substitutions) {
    const auto update = parseUpdate(text, substitutions);
    if (!update) return QString::fromStdString(update.error().message);
    const auto updated = apply(*update, old);
    return updated ? QString() : QString::fromStdString(updated.error().message);
}

// `count` maps around a number.
AttributeValue nested(int count) {
    AttributeValue value = AttributeValue::number(Number::fromInteger(1));
    for (int i = 0; i < count; ++i) {
        AttributeMap map;
        map.set("a", std::move(value));
        value = AttributeValue(std::move(map));
    }
    return value;
}

}  // namespace

// The limits of ServiceQuotas, "Expression parameters", each tested at its boundary.
class LimitsTest : public QObject {
    Q_OBJECT
private slots:
    void anExpressionHasAtMost4096Bytes() {
        const std::string fits = "a = b" + std::string(4091, ' ');
        QCOMPARE(errorOf(fits), QString());
        QCOMPARE(errorOf(fits + " "),
                 QString("Invalid FilterExpression: Expression size has exceeded the maximum "
                         "allowed size; expression size: 4097"));
    }

    void anExpressionIsNotEmpty() {
        QCOMPARE(errorOf(""),
                 QString("Invalid FilterExpression: The expression can not be empty;"));
    }

    void anExpressionHasAtMost300Operators() {
        QCOMPARE(errorOf("a=b" + repeated(" OR a=b", 149)), QString());
        QCOMPARE(errorOf("NOT a=b" + repeated(" OR a=b", 149)), QString());
        QCOMPARE(errorOf("a=b" + repeated(" OR a=b", 150)),
                 QString("Invalid FilterExpression: The expression contains too many operators; "
                         "operator count: 301"));
        QCOMPARE(errorOf("NOT NOT a=b" + repeated(" OR a=b", 149)),
                 QString("Invalid FilterExpression: The expression contains too many operators; "
                         "operator count: 301"));
    }

    void inTakesAtMost100Operands() {
        QCOMPARE(errorOf("a IN (b" + repeated(",b", 99) + ")"), QString());
        QCOMPARE(errorOf("a IN (b" + repeated(",b", 100) + ")"),
                 QString("Invalid FilterExpression: The IN operator is provided with too many "
                         "operands; number of operands: 101"));
    }

    void aPathHasAtMost32Elements() {
        Substitutions substitutions;
        QVERIFY(parseProjection("a" + repeated(".b", 31), substitutions).has_value());
        const auto projection = parseProjection("a" + repeated(".b", 32), substitutions);
        QVERIFY(!projection);
        QCOMPARE(QString::fromStdString(projection.error().message),
                 QString("Invalid ProjectionExpression: The document path has too many nesting "
                         "levels; nesting levels: 33"));
    }

    void theLargestListIndexIsTwoBelow32Bits() {
        QCOMPARE(errorOf("a[4294967294] = b"), QString());
        QCOMPARE(errorOf("a[4294967295] = b"),
                 QString("Invalid FilterExpression: List index is not within the allowable range; "
                         "index: [4294967295]"));
        QCOMPARE(errorOf("a[4294967296] = b"),
                 QString("Invalid FilterExpression: List index is not within the allowable range; "
                         "index: [4294967296]"));
    }

    // The deepest valid nesting, and texts that would exhaust the stack of an unguarded parser.
    void nestsAsDeeplyAsOperatorsAllow() {
        QCOMPARE(errorOf(repeated("NOT(", 299) + "a=b" + repeated(")", 299)), QString());
        QCOMPARE(errorOf(repeated("a=b OR(", 149) + "a=b" + repeated(")", 149)), QString());
        QCOMPARE(errorOf(repeated("(", 2000) + "a=b" + repeated(")", 2000)),
                 QString("Invalid FilterExpression: The expression has redundant parentheses;"));
        QCOMPARE(errorOf(repeated("(", 4096)),
                 QString("Invalid FilterExpression: The expression has redundant parentheses;"));
        QCOMPARE(errorOf("a = " + repeated("(", 2000) + "b" + repeated(")", 2000)),
                 QString("Invalid FilterExpression: The expression has redundant parentheses;"));
        QVERIFY(errorOf(repeated("NOT(", 800) + "a=b" + repeated(")", 800))
                    .startsWith("Invalid FilterExpression: The expression contains too many"));
        QVERIFY(errorOf("a=" + repeated("size(", 600) + "b" + repeated(")", 600))
                    .startsWith("Invalid FilterExpression: The expression contains too many"));
        QVERIFY(updateErrorOf("SET a=" + repeated("if_not_exists(a,", 250) + "b", {}, {})
                    .startsWith("Invalid UpdateExpression: Syntax error; token: \"<EOF>\""));
        QVERIFY(updateErrorOf("SET a=" + repeated("(", 4000), {}, {})
                    .startsWith("Invalid UpdateExpression: The expression has redundant"));
    }

    void aDeepConditionIsStillEvaluated() {
        Substitutions substitutions;
        const auto condition =
            parseCondition(repeated("NOT(", 298) + "attribute_exists(a)" + repeated(")", 298),
                           Kind::Filter, substitutions);
        QVERIFY(condition);
        QVERIFY(!matches(*condition, nullptr));
    }

    void anUpdatedItemHasAtMost400Kilobytes() {
        Item old;
        old.set("pk", AttributeValue::string("k"));
        const auto values = [](std::size_t bytes) {
            return withValues({{":v", AttributeValue::string(std::string(bytes, 'x'))}});
        };
        const std::size_t rest = types::kItemBytesMax - types::itemBytes(old) - 1;
        QCOMPARE(updateErrorOf("SET a = :v", old, values(rest)), QString());
        QCOMPARE(updateErrorOf("SET a = :v", old, values(rest + 1)),
                 QString("Item size to update has exceeded the maximum allowed size"));
    }

    void anUpdatedItemNestsAtMost32Levels() {
        Item old;
        old.set("m", AttributeValue(AttributeMap()));
        QCOMPARE(updateErrorOf("SET m.x = :v", old, withValues({{":v", nested(30)}})), QString());
        QCOMPARE(updateErrorOf("SET m.x = :v", old, withValues({{":v", nested(31)}})),
                 QString("Nesting Levels have exceeded supported limits: Attributes in the item "
                         "have nested levels beyond supported limit"));
    }

    void aSumStaysInTheRangeOfNumbers() {
        Item old;
        old.set("n", AttributeValue::number(*Number::parse("9.9E125")));
        old.set("d", AttributeValue::number(*Number::parse("1")));
        const Substitutions values =
            withValues({{":big", AttributeValue::number(*Number::parse("1E125"))},
                        {":tiny", AttributeValue::number(*Number::parse("1E-38"))}});
        QVERIFY(updateErrorOf("ADD n :big", old, values).startsWith("Number overflow."));
        QVERIFY(!updateErrorOf("SET d = d + :tiny", old, values).isEmpty());
    }
};

ORRERY_TEST_CLASS(LimitsTest)
#include "limits_test.moc"
