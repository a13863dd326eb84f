#include "tests/types/support.h"

#include <boost/json.hpp>

#include <algorithm>

#include "core/base/check.h"
#include "core/types/wire_codec.h"

namespace orrery::test {
namespace {

using namespace types;

// Ten times rapidcheck's default number of cases, unless the caller sets it. rapidcheck reads the
// variable when the first property runs.
const bool manyCases =
    qEnvironmentVariableIsSet("RC_PARAMS") || qputenv("RC_PARAMS", "max_success=1000");

template <typename Element>
std::vector<Element> sortedOnce(std::vector<Element> elements) {
    std::ranges::sort(elements);
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    return elements;
}

template <typename Element>
std::vector<Element> drawSet(const rc::Gen<Element>& element) {
    std::vector<Element> elements;
    for (int count = *rc::gen::inRange(1, 5); count > 0; --count)
        elements.push_back(*element);
    return sortedOnce(std::move(elements));
}

AttributeValue drawValue(int levels);

AttributeMap drawMap(int levels) {
    std::vector<AttributeMap::Entry> entries;
    for (int count = *rc::gen::inRange(0, 5); count > 0; --count) {
        std::string name = *anyText();
        if (name.empty()) name = "n";  // Every attribute has a name.
        entries.emplace_back(std::move(name), drawValue(levels));
    }
    return AttributeMap::fromEntries(std::move(entries));
}

AttributeValue drawValue(int levels) {
    const int kinds = levels > 1 ? 10 : 8;
    switch (*rc::gen::inRange(0, kinds)) {
        case 0:
            return AttributeValue::string(*anyText());
        case 1:
            return AttributeValue::number(*anyNumber());
        case 2:
            return AttributeValue::binary(*anyBytes());
        case 3:
            return AttributeValue(StringSet{drawSet(anyText())});
        case 4:
            return AttributeValue(NumberSet{drawSet(anyNumber())});
        case 5:
            return AttributeValue(BinarySet{drawSet(anyBytes())});
        case 6:
            return AttributeValue(Null{});
        case 7:
            return AttributeValue::boolean(*rc::gen::arbitrary<bool>());
        case 8:
            return AttributeValue(drawMap(levels - 1));
        default: {
            List list;
            for (int count = *rc::gen::inRange(0, 4); count > 0; --count)
                list.push_back(drawValue(levels - 1));
            return AttributeValue(std::move(list));
        }
    }
}

}  // namespace

Number number(std::string_view text) {
    const auto parsed = Number::parse(text);
    CHECK(parsed.has_value());
    return *parsed;
}

AttributeValue value(std::string_view json) {
    const auto parsed = json::parse(json);
    CHECK(parsed.has_value());
    auto decoded = valueFromJson(*parsed);
    CHECK(decoded.has_value());
    return *std::move(decoded);
}

Item item(std::string_view json) {
    const auto parsed = json::parse(json);
    CHECK(parsed.has_value());
    auto decoded = itemFromJson(*parsed);
    CHECK(decoded.has_value());
    return *std::move(decoded);
}

rc::Gen<Number> anyNumber() {
    return rc::gen::exec([] {
        const int digits = *rc::gen::element(1, 1, 2, 3, 17, 19, 20, 21, 37, 38);
        std::string text = *rc::gen::element("", "-");
        for (int i = 0; i < digits; ++i)
            text.push_back(*rc::gen::element('0', '1', '4', '5', '9'));
        // 10^exponent times at most 38 digits, or at least one: within the range either way.
        const int exponent = *rc::gen::oneOf(rc::gen::inRange(-3, 3), rc::gen::inRange(-130, 88));
        text += "e" + std::to_string(exponent);
        return number(text);
    });
}

rc::Gen<std::string> anyBytes() {
    const auto byte = rc::gen::weightedOneOf<char>(
        {{3, rc::gen::elementOf(std::vector<char>{'\0', '\x01', '\xfe', '\xff'})},
         {2, rc::gen::element('a', 'b')},
         {1, rc::gen::arbitrary<char>()}});
    return rc::gen::container<std::string>(byte);
}

rc::Gen<std::string> anyText() {
    return rc::gen::map(
        rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
            std::vector<std::string>{"a", "b", "zz", "\"", "\\", "\n", std::string(1, '\0'), "\x1f",
                                     "é", "€", "😀", "a longer piece of text"})),
        [](const std::vector<std::string>& pieces) {
            std::string text;
            for (const std::string& piece : pieces)
                text += piece;
            return text;
        });
}

rc::Gen<AttributeValue> anyValue(int levels) {
    return rc::gen::exec([levels] { return drawValue(levels); });
}

rc::Gen<Item> anyItem() {
    return rc::gen::exec([] { return drawMap(4); });
}

}  // namespace orrery::test
