#include <QTest>

#include "core/expression/legacy.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::expression;
using types::AttributeType;
using types::AttributeValue;
using types::Item;
using types::KeySchema;
using types::List;
using types::Number;
using types::StringSet;

namespace {

AttributeValue text(std::string_view value) {
    return AttributeValue::string(value);
}

AttributeValue number(int value) {
    return AttributeValue::number(Number::fromInteger(value));
}

AttributeValue set(std::vector<std::string> elements) {
    return AttributeValue(StringSet{std::move(elements)});
}

Item sample() {
    Item item;
    item.set("s", text("hello"));
    item.set("n", number(5));
    item.set("ss", set({"a", "b"}));
    item.set("l", AttributeValue(List{number(1)}));
    item.set("flag", AttributeValue::boolean(false));
    return item;
}

template <typename T>
QString textOf(const ApiResult<T>& result) {
    return result ? QString() : QString::fromStdString(result.error().message);
}

QString prefixed(const char* message) {
    return QString("One or more parameter values were invalid: ") + message;
}

bool holds(std::string attribute, std::string op, std::vector<AttributeValue> values) {
    const auto condition = conditionFromFilter(
        {{std::move(attribute), std::move(op), std::move(values)}}, ConditionalOperator::And);
    if (!condition) qFatal("%s", condition.error().message.c_str());
    const Item item = sample();
    return matches(*condition, &item);
}

QString filterError(std::string op, std::vector<AttributeValue> values) {
    return textOf(
        conditionFromFilter({{"a", std::move(op), std::move(values)}}, ConditionalOperator::And));
}

QString expectedError(ExpectedAttribute expected) {
    expected.attribute = std::string("a");
    return textOf(conditionFromExpected({expected}, ConditionalOperator::And));
}

ApiResult<Item> updated(const std::vector<AttributeUpdate>& updates) {
    const auto update = updateFromAttributeUpdates(updates);
    if (!update) return std::unexpected(update.error());
    return apply(*update, sample());
}

}  // namespace

// The parameters before expressions; the texts were recorded by dynalite's tests.
class LegacyTest : public QObject {
    Q_OBJECT
private slots:
    void comparesAsItsOperatorSays() {
        QVERIFY(holds("s", "EQ", {text("hello")}));
        QVERIFY(!holds("s", "EQ", {number(5)}));
        QVERIFY(holds("ss", "EQ", {set({"a", "b"})}));
        QVERIFY(holds("s", "NE", {text("x")}));
        QVERIFY(holds("gone", "NE", {text("x")}));
        QVERIFY(holds("n", "LE", {number(5)}));
        QVERIFY(!holds("n", "LT", {number(5)}));
        QVERIFY(holds("n", "GE", {number(5)}));
        QVERIFY(!holds("n", "GT", {number(5)}));
        QVERIFY(holds("n", "BETWEEN", {number(1), number(9)}));
        QVERIFY(holds("n", "IN", {number(4), number(5)}));
        QVERIFY(holds("s", "BEGINS_WITH", {text("he")}));
        QVERIFY(holds("s", "CONTAINS", {text("ell")}));
        QVERIFY(holds("ss", "CONTAINS", {text("a")}));
        QVERIFY(!holds("ss", "NOT_CONTAINS", {text("a")}));
        QVERIFY(holds("ss", "NOT_CONTAINS", {text("z")}));
        QVERIFY(!holds("gone", "NOT_CONTAINS", {text("z")}));
        QVERIFY(holds("gone", "NULL", {}));
        QVERIFY(holds("s", "NOT_NULL", {}));
    }

    void joinsWithItsConditionalOperator() {
        const Item item = sample();
        const std::vector<AttributeCondition> filter{{"s", "EQ", {text("hello")}},
                                                     {"n", "EQ", {number(6)}}};
        QVERIFY(!matches(*conditionFromFilter(filter, ConditionalOperator::And), &item));
        QVERIFY(matches(*conditionFromFilter(filter, ConditionalOperator::Or), &item));
        QVERIFY(matches(*conditionFromFilter({}, ConditionalOperator::Or), &item));
        QVERIFY(matches(*conditionFromExpected({}, ConditionalOperator::And), nullptr));
    }

    void refusesOperandsThatDoNotFit() {
        const QString wrongCount =
            prefixed("Invalid number of argument(s) for the %1 ComparisonOperator");
        QCOMPARE(filterError("EQ", {}), wrongCount.arg("EQ"));
        QCOMPARE(filterError("NULL", {text("a")}), wrongCount.arg("NULL"));
        QCOMPARE(filterError("IN", {}), wrongCount.arg("IN"));
        QCOMPARE(filterError("BETWEEN", {number(1), number(2), number(3)}),
                 wrongCount.arg("BETWEEN"));
        QCOMPARE(filterError("IN", {text("b"), number(1)}),
                 prefixed("AttributeValues inside AttributeValueList must be of same type"));
        const QString type =
            prefixed("ComparisonOperator %1 is not valid for %2 AttributeValue type");
        QCOMPARE(filterError("LT", {AttributeValue::boolean(true)}), type.arg("LT", "BOOL"));
        QCOMPARE(filterError("IN", {set({"a"})}), type.arg("IN", "SS"));
        QCOMPARE(filterError("CONTAINS", {set({"a"})}), type.arg("CONTAINS", "SS"));
        QCOMPARE(filterError("BEGINS_WITH", {number(1)}), type.arg("BEGINS_WITH", "N"));
        QCOMPARE(filterError("BETWEEN", {text("b"), text("a")}),
                 QString("The BETWEEN condition was provided a range where the lower bound is "
                         "greater than the upper bound"));
    }

    void readsExpectedInBothItsForms() {
        const Item item = sample();
        const auto met = [&](ExpectedAttribute expected) {
            return matches(*conditionFromExpected({std::move(expected)}, ConditionalOperator::And),
                           &item);
        };
        QVERIFY(met({"s", {}, {}, text("hello"), {}}));
        QVERIFY(met({"flag", {}, {}, AttributeValue::boolean(false), true}));
        QVERIFY(!met({"s", {}, {}, text("x"), {}}));
        QVERIFY(met({"gone", {}, {}, {}, false}));
        QVERIFY(!met({"s", {}, {}, {}, false}));
        QVERIFY(met({"n", "GE", {}, number(5), {}}));
        QVERIFY(met({"n", "IN", {{number(4), number(5)}}, {}, {}}));
        QVERIFY(met({"s", "NOT_NULL", {}, {}, {}}));
    }

    void refusesContradictionsInExpected() {
        QCOMPARE(expectedError({}),
                 prefixed("Value must be provided when Exists is null for Attribute: a"));
        QCOMPARE(expectedError({{}, {}, {}, {}, true}),
                 prefixed("Value must be provided when Exists is true for Attribute: a"));
        QCOMPARE(expectedError({{}, {}, {}, text("a"), false}),
                 prefixed("Value cannot be used when Exists is false for Attribute: a"));
        QCOMPARE(
            expectedError({{}, "LT", {}, {}, {}}),
            prefixed("Value or AttributeValueList must be used with ComparisonOperator: LT for "
                     "Attribute: a"));
        QCOMPARE(
            expectedError({{}, "LT", {}, {}, true}),
            prefixed("Exists and ComparisonOperator cannot be used together for Attribute: a"));
        QCOMPARE(expectedError({{}, "LT", {{text("a")}}, text("a"), {}}),
                 prefixed("Value and AttributeValueList cannot be used together for Attribute: a"));
        QCOMPARE(expectedError({{}, {}, {{text("a")}}, {}, true}),
                 prefixed("AttributeValueList can only be used with a ComparisonOperator for "
                          "Attribute: a"));
        QCOMPARE(expectedError({{}, "BETWEEN", {}, text("a"), {}}),
                 prefixed("Invalid number of argument(s) for the BETWEEN ComparisonOperator"));
    }

    void bindsKeyConditions() {
        const KeySchema schema{{"pk", AttributeType::String}, {{"sk", AttributeType::Number}}};
        const auto bind =
            [&](const std::vector<AttributeCondition>& conditions) -> ApiResult<KeyRange> {
            const auto predicates = predicatesFromKeyConditions(conditions);
            if (!predicates) return std::unexpected(predicates.error());
            return bindKeyCondition(*predicates, schema);
        };
        const auto range =
            bind({{"sk", "BETWEEN", {number(1), number(3)}}, {"pk", "EQ", {text("p")}}});
        QVERIFY(range);
        QVERIFY(range->partition == text("p"));
        QVERIFY(contains(*range->sort, number(3)));
        QVERIFY(!contains(*range->sort, number(4)));
        QCOMPARE(textOf(bind({})), QString("Conditions can be of length 1 or 2 only"));
        for (const char* op : {"NULL", "NOT_NULL"}) {
            QCOMPARE(textOf(bind({{"pk", op, {}}})),
                     QString("Attempted conditional constraint is not an indexable operation"));
        }
        QCOMPARE(textOf(bind({{"pk", "EQ", {text("p")}}, {"sk", "NE", {text("p")}}})),
                 QString("Attempted conditional constraint is not an indexable operation"));
        QCOMPARE(textOf(bind({{"pk", "LE", {text("p")}}})),
                 QString("Query key condition not supported"));
        QCOMPARE(textOf(bind({{"z", "NULL", {}}})),
                 QString("Query condition missed key schema element: pk"));
    }

    void appliesAttributeUpdates() {
        const auto result = updated({{"s", {}, text("new")},
                                     {"n", "ADD", number(2)},
                                     {"ss", "DELETE", set({"a", "z"})},
                                     {"l", "ADD", AttributeValue(List{number(2)})},
                                     {"fresh", "ADD", set({"q"})},
                                     {"flag", "DELETE", {}},
                                     {"gone", "DELETE", {}}});
        QVERIFY(result);
        Item wanted;
        wanted.set("s", text("new"));
        wanted.set("n", number(7));
        wanted.set("ss", set({"b"}));
        wanted.set("l", AttributeValue(List{number(1), number(2)}));
        wanted.set("fresh", set({"q"}));
        QVERIFY(*result == wanted);
        QVERIFY(*updated({}) == sample());
    }

    void refusesAttributeUpdates() {
        QCOMPARE(textOf(updated({{"a", {}, {}}})),
                 prefixed("Only DELETE action is allowed when no attribute value is specified"));
        QCOMPARE(textOf(updated({{"a", "DELETE", text("x")}})),
                 prefixed("DELETE action with value is not supported for the type S"));
        QCOMPARE(textOf(updated({{"a", "ADD", text("x")}})),
                 prefixed("ADD action is not supported for the type S"));
        for (const AttributeUpdate& update :
             {AttributeUpdate{"n", "DELETE", set({"a"})}, AttributeUpdate{"ss", "ADD", number(1)},
              AttributeUpdate{"s", "ADD", set({"a"})}}) {
            QCOMPARE(textOf(updated({update})), QString("Type mismatch for attribute to update"));
        }
    }

    void projectsAttributesToGet() {
        const auto projection = projectionFromAttributesToGet({"s", "gone"});
        Item wanted;
        wanted.set("s", text("hello"));
        QVERIFY(project(sample(), *projection) == wanted);
        QCOMPARE(textOf(projectionFromAttributesToGet({"a", "b", "a"})),
                 prefixed("Duplicate value in attribute name: a"));
    }
};

ORRERY_TEST_CLASS(LegacyTest)
#include "legacy_test.moc"
