#include <QTest>

#include "core/expression/condition.h"
#include "core/expression/reserved_words.h"
#include "core/expression/substitutions.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::expression;
using types::AttributeValue;
using types::Item;

namespace {

QString errorOf(std::optional<Substitutions::Names> names, std::optional<Item> values) {
    const auto substitutions = Substitutions::create(std::move(names), std::move(values));
    return substitutions ? QString() : QString::fromStdString(substitutions.error().message);
}

Item value(std::string_view placeholder) {
    Item values;
    values.set(std::string(placeholder), AttributeValue::string("x"));
    return values;
}

}  // namespace

class SubstitutionsTest : public QObject {
    Q_OBJECT
private slots:
    void refusesEmptyMaps() {
        QCOMPARE(errorOf(Substitutions::Names{}, Item{}),
                 QString("ExpressionAttributeNames must not be empty"));
        QCOMPARE(errorOf(std::nullopt, Item{}),
                 QString("ExpressionAttributeValues must not be empty"));
        QCOMPARE(errorOf(std::nullopt, std::nullopt), QString());
    }

    void refusesMalformedPlaceholders() {
        for (const char* key : {"a", "", "#", ":a", "#a-b", "#a b", "##a", "#\xc3\xbc"}) {
            QCOMPARE(errorOf(Substitutions::Names{{key, "a"}}, std::nullopt),
                     QString("ExpressionAttributeNames contains invalid key: Syntax error; key: "
                             "\"%1\"")
                         .arg(QString::fromUtf8(key)));
        }
        for (const char* key : {"b", ":", "#b", ":a.b"}) {
            QCOMPARE(errorOf(std::nullopt, value(key)),
                     QString("ExpressionAttributeValues contains invalid key: Syntax error; key: "
                             "\"%1\"")
                         .arg(key));
        }
        for (const char* key : {"#a", "#_", "#4g", "#A_1"})
            QCOMPARE(errorOf(Substitutions::Names{{key, "a"}}, std::nullopt), QString());
    }

    void refusesEmptyNamesAndLongPlaceholders() {
        QCOMPARE(errorOf(Substitutions::Names{{"#a", ""}}, std::nullopt),
                 QString("ExpressionAttributeNames contains invalid value: Empty attribute name "
                         "for key #a"));
        const std::string longest = "#" + std::string(254, 'a');
        QCOMPARE(errorOf(Substitutions::Names{{longest, "a"}}, std::nullopt), QString());
        QVERIFY(errorOf(Substitutions::Names{{longest + "a", "a"}}, std::nullopt)
                    .endsWith("too long; size of key: 256"));
    }

    void wrapsErrorsOfValues() {
        const ApiError error = Substitutions::invalidValue(
            ApiError::validation("The parameter cannot be converted to a numeric value: b"), ":b");
        QCOMPARE(QString::fromStdString(error.message),
                 QString("ExpressionAttributeValues contains invalid value: The parameter cannot "
                         "be converted to a numeric value: b for key :b"));
    }

    // One request parses several expressions; a use in any of them counts.
    void remembersUseAcrossExpressions() {
        Item values = value(":a");
        values.set(":b", AttributeValue::string("y"));
        auto substitutions = *Substitutions::create(Substitutions::Names{{"#n", "n"}}, values);
        QVERIFY(parseCondition("#n = :a", Kind::Condition, substitutions));
        QCOMPARE(QString::fromStdString(substitutions.checkAllUsed().error().message),
                 QString("Value provided in ExpressionAttributeValues unused in expressions: "
                         "keys: {:b}"));
        QVERIFY(parseCondition("z = :b", Kind::Filter, substitutions));
        QVERIFY(substitutions.checkAllUsed());
    }

    void knowsTheReservedWordsInAnyCase() {
        for (const char* word :
             {"ABORT", "zone", "Name", "sTATUS", "size", "COUNT", "ttl", "inntER"})
            QVERIFY2(isReservedWord(word), word);
        for (const char* word : {"", "pk", "title", "aborts", "zon", "attribute_exists", "userId"})
            QVERIFY2(!isReservedWord(word), word);
    }
};

ORRERY_TEST_CLASS(SubstitutionsTest)
#include "substitutions_test.moc"
