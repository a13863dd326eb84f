#include <QTest>
#include <string>

#include "core/expression/substitutions.h"
#include "core/expression/update.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::expression;
using types::AttributeMap;
using types::AttributeValue;
using types::Item;
using types::List;
using types::Number;
using types::StringSet;

namespace {

// The size of a statement whose values are :s (10 bytes), :t (a set of 5 bytes), :one (2 bytes), :l
// (a list of 14 bytes) and :m (a map of 15 bytes), without the 3 bytes of every statement.
std::size_t bytesOf(const std::string& text) {
    AttributeMap map;
    map.set("a", AttributeValue(std::string(10, 'm')));
    Item values;
    values.set(":s", AttributeValue(std::string(10, 's')));
    values.set(":t", AttributeValue(StringSet{{std::string(5, 't')}}));
    values.set(":one", AttributeValue::number(Number::fromInteger(1)));
    values.set(":l", AttributeValue(List{AttributeValue(std::string(10, 'l'))}));
    values.set(":m", AttributeValue(std::move(map)));
    Substitutions substitutions = *Substitutions::create(std::nullopt, std::move(values));
    const auto update = parseUpdate(text, substitutions);
    if (!update) qFatal("%s", update.error().message.c_str());
    return statementBytes(*update) - 3;
}

}  // namespace

// What the service charges for each kind of clause, as dynamodb-conformance measured it: tier 3,
// limits, itemSizeBySurface.
class StatementSizeTest : public QObject {
    Q_OBJECT
private slots:
    void chargesWhatAClauseWrites() {
        QCOMPARE(bytesOf("SET b = :s"), 19U + 1 + 10);
        QCOMPARE(bytesOf("SET b = :s, c = :s"), 2 * (19U + 1 + 10));
        QCOMPARE(bytesOf("SET b = :m"), 19U + 1 + 15);
        QCOMPARE(bytesOf("ADD abc :one"), 19U + 3 + 2);
        QCOMPARE(bytesOf("ADD ss :t"), 19U + 2 + 5);
    }
    void chargesThePathOfATarget() {
        QCOMPARE(bytesOf("SET m.leaf = :s"), 19U + 1 + 4 + 4 + 10);
        QCOMPARE(bytesOf("SET l[10] = :s"), 19U + 1 + 4 + 2 + 10);
        QCOMPARE(bytesOf("REMOVE abc"), 1U + 3);
        QCOMPARE(bytesOf("REMOVE m.abc, l[1]"), 1U + 1 + 4 + 3 + 1 + 1 + 4 + 1);
        QCOMPARE(bytesOf("DELETE ss :t"), 1U + 2);
    }
    void chargesThePathOfAnOperandAndNotItsValue() {
        QCOMPARE(bytesOf("SET c = big"), 19U + 1 + 1 + 14 + 3);
        QCOMPARE(bytesOf("SET c = m.a.z"), 19U + 1 + 1 + 3 * (14 + 1));
        QCOMPARE(bytesOf("SET c = l[10]"), 19U + 1 + 1 + 14 + 1 + 14 + 2);
    }
    void chargesFunctions() {
        QCOMPARE(bytesOf("SET n = n + :one"), 19U + 1 + 34 + 15 + 1 + 2);
        QCOMPARE(bytesOf("SET n = n - :one"), 19U + 1 + 37 + 15 + 1 + 2);
        QCOMPARE(bytesOf("SET c = if_not_exists(c, :s)"), 19U + 1 + 39 + 15 + 1 + 10);
        QCOMPARE(bytesOf("SET l = list_append(l, :l)"), 19U + 1 + 37 + 15 + 1 + 14);
    }
};

ORRERY_TEST_CLASS(StatementSizeTest)
#include "statement_size_test.moc"
