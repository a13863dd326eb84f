// Goal: no text makes the parsers of expressions, or what is done with a parsed one, do anything
// but answer.
//
// Method: libFuzzer changes the texts of corpus/expression. The first byte says which expression
// the rest is; names and values are of all kinds, and what is parsed is applied to an item.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "core/expression/condition.h"
#include "core/expression/key_condition.h"
#include "core/expression/projection.h"
#include "core/expression/update.h"

namespace {

namespace expression = orrery::expression;
using orrery::types::AttributeMap;
using orrery::types::AttributeType;
using orrery::types::AttributeValue;
using orrery::types::Item;
using orrery::types::KeySchema;
using orrery::types::List;
using orrery::types::Null;
using orrery::types::Number;
using orrery::types::StringSet;

AttributeValue number(std::int64_t value) {
    return AttributeValue::number(Number::fromInteger(value));
}

expression::Substitutions substitutions() {
    Item values;
    values.set(":a", number(1));
    values.set(":b", AttributeValue::string("b"));
    values.set(":c", AttributeValue(StringSet{{"x", "y"}}));
    values.set(":d", AttributeValue(List{number(1)}));
    values.set(":e", AttributeValue::binary("b"));
    values.set(":f", AttributeValue(Null{}));
    values.set(":g", AttributeValue::string("SS"));
    auto made = expression::Substitutions::create(
        expression::Substitutions::Names{{"#a", "a"}, {"#b", "b.c"}}, values);
    CHECK(made.has_value());
    return *std::move(made);
}

Item item() {
    AttributeMap map;
    map.set("b", AttributeValue(List{number(1), AttributeValue::string("x")}));
    Item made;
    made.set("pk", AttributeValue::string("k"));
    made.set("a", number(5));
    made.set("b", AttributeValue(map));
    made.set("b.c", AttributeValue(StringSet{{"x"}}));
    made.set("l", AttributeValue(List{number(1), number(2), AttributeValue(map)}));
    return made;
}

void useCondition(std::string_view text, expression::Kind kind, expression::Substitutions& with,
                  const KeySchema& schema) {
    static const Item of = item();
    const auto condition = expression::parseCondition(text, kind, with);
    if (!condition) return;
    static_cast<void>(expression::matches(*condition, &of));
    static_cast<void>(expression::matches(*condition, nullptr));
    static_cast<void>(expression::checkFilterAvoidsKey(*condition, schema, "Filter"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const KeySchema schema{{"pk", AttributeType::String}, {{"sk", AttributeType::Number}}};
    static const Item of = item();
    if (size == 0 || size > 4096) return 0;  // The service takes no more.
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    expression::Substitutions with = substitutions();
    switch (data[0]) {
        case 'c':
            useCondition(text, expression::Kind::Condition, with, schema);
            break;
        case 'f':
            useCondition(text, expression::Kind::Filter, with, schema);
            break;
        case 'u':
            if (const auto update = expression::parseUpdate(text, with)) {
                static_cast<void>(expression::checkKeyUntouched(*update, schema));
                static_cast<void>(expression::apply(*update, of));
                if (const auto made = expression::apply(*update, Item()))
                    static_cast<void>(expression::updatedAttributes(*update, *made));
            }
            break;
        case 'p':
            if (const auto projection = expression::parseProjection(text, with))
                static_cast<void>(expression::project(of, *projection));
            break;
        default:
            if (const auto condition = expression::parseKeyCondition(text, with))
                static_cast<void>(expression::bindKeyCondition(*condition, schema));
    }
    static_cast<void>(with.checkAllUsed());
    return 0;
}
