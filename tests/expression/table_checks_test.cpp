#include <QTest>

#include "core/expression/condition.h"
#include "core/expression/key_condition.h"
#include "core/expression/projection.h"
#include "core/expression/update.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::expression;
using types::AttributeType;
using types::AttributeValue;
using types::Item;
using types::KeySchema;
using types::Number;

namespace {

const KeySchema kTable{{"a", AttributeType::String}, {{"b", AttributeType::String}}};
const KeySchema kIndex{{"c", AttributeType::String}, {{"d", AttributeType::Number}}};

Substitutions numberSubstitution() {
    Item values;
    values.set(":n", AttributeValue::number(Number::fromInteger(1)));
    values.set(":s", AttributeValue::string("x"));
    return *Substitutions::create(std::nullopt, values);
}

Update updateFrom(std::string_view text) {
    Substitutions substitutions = numberSubstitution();
    auto update = parseUpdate(text, substitutions);
    if (!update) qFatal("%s", update.error().message.c_str());
    return *std::move(update);
}

QString textOf(const ApiResult<void>& result) {
    return result ? QString() : QString::fromStdString(result.error().message);
}

}  // namespace

// The checks of expressions that need the key of a table or index.
class TableChecksTest : public QObject {
    Q_OBJECT
private slots:
    void refusesToUpdateTheKey() {
        const QString message =
            "One or more parameter values were invalid: Cannot update attribute %1. This attribute "
            "is part of the key";
        for (const char* text : {"ADD a.b :n", "REMOVE d SET b1 = :n, a = :n", "REMOVE a"})
            QCOMPARE(textOf(checkKeyUntouched(updateFrom(text), kTable)), message.arg("a"));
        QCOMPARE(textOf(checkKeyUntouched(updateFrom("SET d[1] = :n ADD b.b :n"), kTable)),
                 message.arg("b"));
        QCOMPARE(textOf(checkKeyUntouched(updateFrom("SET c = a"), kTable)), QString());
    }

    void refusesPathsBelowKeys() {
        const QString message =
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
            "allowed: %1";
        const std::vector<KeySchema> indexes{kIndex};
        const auto check = [&](const std::vector<const Path*>& all) {
            return textOf(checkKeyPaths(all, kTable, indexes));
        };
        Substitutions substitutions = numberSubstitution();
        const Projection projection = *parseProjection("x, a.b.c", substitutions);
        QCOMPARE(check(paths(projection)), message.arg("Key: a"));
        const Condition condition =
            *parseCondition("attribute_exists(q) OR size(d[0]) > :n", Kind::Filter, substitutions);
        QCOMPARE(check(paths(condition)), message.arg("IndexKey: d"));
        const Update update = updateFrom("SET e = list_append(a, x), f = d[1]");
        QCOMPARE(check(paths(update)), message.arg("IndexKey: d"));
        const Update harmless = updateFrom("SET e = a, f[0] = d, g.a = :n");
        QCOMPARE(check(paths(harmless)), QString());
    }

    void refusesFiltersOnTheKey() {
        Substitutions substitutions = numberSubstitution();
        const auto check = [&](std::string_view text) {
            return textOf(
                checkFilterAvoidsKey(*parseCondition(text, Kind::Filter, substitutions), kTable));
        };
        const QString message =
            "Filter Expression can only contain non-primary key attributes: Primary key "
            "attribute: %1";
        QCOMPARE(check("x = :n AND NOT (b IN (:s) OR y = :n)"), message.arg("b"));
        QCOMPARE(check("b = :s OR a = :s"), message.arg("a"));
        QCOMPARE(check("x.a = :n"), QString());
    }

    void refusesOtherTypesForIndexKeys() {
        const NamedKeySchema indexes[] = {{"index1", &kIndex}};
        const auto check = [&](std::string_view text) {
            return textOf(checkIndexKeyTypes(updateFrom(text), indexes));
        };
        const QString message =
            "One or more parameter values were invalid: Type mismatch for Index Key c Expected: S "
            "Actual: N IndexName: index1";
        QCOMPARE(check("SET x = :n ADD c :n"), message);
        QCOMPARE(check("SET e = :n, c = a + :n"), message);
        QCOMPARE(check("SET c = if_not_exists(c, :n)"), message);
        QCOMPARE(check("SET c = :s, d = :n"), QString());
        QCOMPARE(check("SET c = e"), QString());
        QCOMPARE(check("REMOVE c, d"), QString());
    }

    void refusesOtherTypesThatCameFromTheItem() {
        const NamedKeySchema indexes[] = {{"index1", &kIndex}};
        Item old;
        old.set("e", AttributeValue::number(Number::fromInteger(1)));
        const auto check = [&](std::string_view text) {
            const Update update = updateFrom(text);
            return textOf(checkUpdatedIndexKeys(update, *apply(update, old), indexes));
        };
        QCOMPARE(check("SET c = e"),
                 QString("The update expression attempted to update the secondary index key to "
                         "unsupported type"));
        QCOMPARE(check("SET d = e"), QString());
    }

    void onlyAnUpdateThatWritesCreatesAnItem() {
        QVERIFY(createsItem(updateFrom("SET x = :n REMOVE y")));
        QVERIFY(createsItem(updateFrom("ADD x :n")));
        QVERIFY(createsItem(Update{}));
        QVERIFY(!createsItem(updateFrom("REMOVE y")));
    }

    void namesTheAttributesThatAProjectionNeeds() {
        Substitutions substitutions;
        const Projection projection = *parseProjection("b.c, a, b.d, c[0]", substitutions);
        QCOMPARE(topLevelNames(projection), (std::vector<std::string>{"a", "b", "c"}));
    }

    void limitsTheSizeOfKeys() {
        const auto bind = [](std::size_t partitionBytes, std::size_t sortBytes) -> QString {
            const auto text = [](std::size_t bytes) {
                return std::make_shared<const AttributeValue>(
                    AttributeValue::string(std::string(bytes, 'x')));
            };
            const auto range = bindKeyCondition({{"a", KeyOperator::Equal, {text(partitionBytes)}},
                                                 {"b", KeyOperator::BeginsWith, {text(sortBytes)}}},
                                                kTable);
            return range ? QString() : QString::fromStdString(range.error().message);
        };
        QCOMPARE(bind(2048, 1024), QString());
        QVERIFY(bind(2049, 1).endsWith("maximum size limit of2048 bytes"));
        QVERIFY(bind(1, 1025).endsWith("size limit of 1024 bytes"));
    }
};

ORRERY_TEST_CLASS(TableChecksTest)
#include "table_checks_test.moc"
