#include <QTest>

#include <rapidcheck.h>
#include <algorithm>
#include <map>

#include "core/expression/condition.h"
#include "core/expression/projection.h"
#include "core/expression/update.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::expression;
using types::AttributeMap;
using types::AttributeValue;
using types::Item;
using types::List;
using types::Number;

namespace {

AttributeValue number(int value) {
    return AttributeValue::number(Number::fromInteger(value));
}

// Words of expressions, valid and invalid, in any order.
std::string tokenSoup() {
    static const std::vector<std::string> words = {
        "a",
        "b",
        "#n",
        ":v",
        ":w",
        "size",
        "contains",
        "attribute_exists",
        "(",
        ")",
        ",",
        ".",
        "[",
        "]",
        "0",
        "7",
        "=",
        "<>",
        "<",
        ">=",
        "AND",
        "or",
        "NOT",
        "BETWEEN",
        "IN",
        "SET",
        "ADD",
        "+",
        "-",
        "list_append",
        "if_not_exists",
        "REMOVE",
        "DELETE",
        "name",
        "#",
        ":",
        "\xc3\xbc",
        "\xff",
        "'",
        "((",
        "))",
    };
    const auto count = *rc::gen::inRange(0, 14);
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += *rc::gen::elementOf(words);
        if (*rc::gen::inRange(0, 4) > 0) text += ' ';
    }
    return text;
}

Substitutions soupSubstitutions() {
    Item values;
    values.set(":v", number(1));
    values.set(":w", AttributeValue(List{number(1)}));
    return *Substitutions::create(Substitutions::Names{{"#n", "n"}}, values);
}

Item soupItem() {
    AttributeMap map;
    map.set("a", number(1));
    Item item;
    item.set("a", AttributeValue(List{number(1), AttributeValue(map)}));
    item.set("b", AttributeValue(map));
    item.set("n", number(3));
    return item;
}

// A condition over the numbers a, b and c, as text and as its truth value.
struct Claim {
    std::string text;
    bool truth;
};

Claim randomClaim(const std::map<std::string, int>& numbers, int depth) {
    const int shape = depth == 0 ? 0 : *rc::gen::inRange(0, 4);
    if (shape == 1) {
        const Claim inner = randomClaim(numbers, depth - 1);
        return {"NOT (" + inner.text + ")", !inner.truth};
    }
    if (shape >= 2) {
        const Claim left = randomClaim(numbers, depth - 1);
        const Claim right = randomClaim(numbers, depth - 1);
        const bool isAnd = shape == 2;
        return {"(" + left.text + ")" + (isAnd ? " AND " : " OR ") + "(" + right.text + ")",
                isAnd ? left.truth && right.truth : left.truth || right.truth};
    }
    const auto& [left, leftValue] = *rc::gen::elementOf(numbers);
    const int right = *rc::gen::inRange(0, 4);
    const std::string symbol = *rc::gen::element<std::string>("=", "<>", "<", "<=", ">", ">=");
    const bool truth = symbol == "="    ? leftValue == right
                       : symbol == "<>" ? leftValue != right
                       : symbol == "<"  ? leftValue < right
                       : symbol == "<=" ? leftValue <= right
                       : symbol == ">"  ? leftValue > right
                                        : leftValue >= right;
    return {left + " " + symbol + " :" + std::to_string(right), truth};
}

}  // namespace

class PropertyTest : public QObject {
    Q_OBJECT
private slots:
    // Any text is either an expression, whose evaluation ends, or an error in the service's form.
    void understandsOrRefusesAnything() {
        const bool holds = rc::check([] {
            const std::string text = tokenSoup();
            const Item item = soupItem();
            Substitutions substitutions = soupSubstitutions();
            if (const auto condition = parseCondition(text, Kind::Filter, substitutions)) {
                matches(*condition, &item);
                matches(*condition, nullptr);
            } else {
                RC_ASSERT(condition.error().message.starts_with("Invalid FilterExpression: "));
            }
            if (const auto update = parseUpdate(text, substitutions)) {
                if (const auto updated = apply(*update, item)) updatedAttributes(*update, *updated);
            } else {
                RC_ASSERT(update.error().message.starts_with("Invalid UpdateExpression: "));
            }
            if (const auto projection = parseProjection(text, substitutions)) {
                RC_ASSERT(project(item, *projection).size() <= item.size());
            }
        });
        QVERIFY(holds);
    }

    void updatesOfTokenSoupEndToo() {
        const bool holds = rc::check([] {
            const Item item = soupItem();
            Substitutions substitutions = soupSubstitutions();
            const std::string text = "SET a = :v " + tokenSoup();
            const auto update = parseUpdate(text, substitutions);
            if (update) RC_ASSERT(!update->steps.empty());
        });
        QVERIFY(holds);
    }

    void agreesWithOrdinaryLogic() {
        const bool holds = rc::check([] {
            const std::map<std::string, int> numbers{{"a", *rc::gen::inRange(0, 4)},
                                                     {"b", *rc::gen::inRange(0, 4)},
                                                     {"c", *rc::gen::inRange(0, 4)}};
            Item item;
            for (const auto& [name, value] : numbers)
                item.set(name, number(value));
            Item values;
            for (int i = 0; i < 4; ++i)
                values.set(":" + std::to_string(i), number(i));
            const Claim claim = randomClaim(numbers, 4);
            auto substitutions = *Substitutions::create(std::nullopt, values);
            const auto condition = parseCondition(claim.text, Kind::Filter, substitutions);
            RC_ASSERT(condition.has_value());
            RC_ASSERT(matches(*condition, &item) == claim.truth);
        });
        QVERIFY(holds);
    }

    // Compares sets and removals of list elements with the rule that all indexes refer to the old
    // list.
    void editsListsAsIfAtOnce() {
        const bool holds = rc::check([] {
            const int size = *rc::gen::inRange(0, 6);
            List list;
            for (int i = 0; i < size; ++i)
                list.push_back(number(i));
            Item old;
            old.set("l", AttributeValue(list));

            Update update;
            std::map<int, std::optional<int>>
                edits;  // By index: a new number, or nothing for a removal.
            for (int i = *rc::gen::inRange(0, 7); i > 0; --i) {
                const int index = *rc::gen::inRange(0, 9);
                if (edits.contains(index)) continue;
                const bool removes = *rc::gen::arbitrary<bool>();
                edits[index] = removes ? std::nullopt : std::optional(100 + index);
                UpdateStep step{UpdateAction::Set, Path::attribute("l"), {}};
                step.path.elements.emplace_back(static_cast<std::uint32_t>(index));
                step.value = std::make_shared<const AttributeValue>(number(100 + index));
                if (removes) step.action = UpdateAction::Remove;
                update.steps.push_back(std::move(step));
            }

            List wanted;
            for (int i = 0; i < size; ++i) {
                const auto edit = edits.find(i);
                if (edit == edits.end()) {
                    wanted.push_back(number(i));
                } else if (edit->second) {
                    wanted.push_back(number(*edit->second));
                }
            }
            for (const auto& [index, value] : edits) {
                if (index >= size && value) wanted.push_back(number(*value));
            }
            const auto updated = apply(update, old);
            RC_ASSERT(updated.has_value());
            RC_ASSERT(*updated->find("l")->as<List>() == wanted);
        });
        QVERIFY(holds);
    }

    // A projection of maps keeps exactly the values that its paths find, and projecting again
    // changes nothing.
    void projectsWhatItsPathsFind() {
        const bool holds = rc::check([] {
            const auto name = [] { return *rc::gen::element<std::string>("a", "b", "c"); };
            Item item;
            for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
                AttributeMap map;
                map.set(name(), number(i));
                item.set(name(), *rc::gen::arbitrary<bool>() ? number(i) : AttributeValue(map));
            }
            std::string text = name();
            for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
                text += ", " + name() + (*rc::gen::arbitrary<bool>() ? "." + name() : "");
            Substitutions substitutions;
            const auto projection = parseProjection(text, substitutions);
            RC_PRE(projection.has_value());

            const Item projected = project(item, *projection);
            RC_ASSERT(project(projected, *projection) == projected);
            for (const Path& path : projection->paths) {
                const AttributeValue* before = find(item, path);
                const AttributeValue* after = find(projected, path);
                RC_ASSERT((before == nullptr) == (after == nullptr));
                if (before) RC_ASSERT(*before == *after);
            }
        });
        QVERIFY(holds);
    }
};

ORRERY_TEST_CLASS(PropertyTest)
#include "property_test.moc"
