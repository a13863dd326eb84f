// Goal: no text makes the parser of PartiQL statements, or the planning of their keys, do anything
// but answer.
//
// Method: libFuzzer changes the statements of corpus/partiql. The parameters are of all kinds, and
// the key is the one that the corpus names.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "core/partiql/key_plan.h"
#include "core/partiql/statement.h"

namespace {

using orrery::KeySpaceId;
using orrery::expression::SharedValue;
using orrery::types::AttributeType;
using orrery::types::AttributeValue;
using orrery::types::KeySchema;
using orrery::types::List;
using orrery::types::Number;
using orrery::types::StringSet;

const std::vector<SharedValue>& parameters() {
    static const std::vector<SharedValue> values{
        std::make_shared<const AttributeValue>(AttributeValue::string("a")),
        std::make_shared<const AttributeValue>(AttributeValue::number(Number::fromInteger(1))),
        std::make_shared<const AttributeValue>(StringSet{{"x"}}),
        std::make_shared<const AttributeValue>(List{}),
        std::make_shared<const AttributeValue>(AttributeValue::boolean(true)),
    };
    return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace partiql = orrery::partiql;
    static const KeySchema schema{{"pk", AttributeType::String}, {{"sk", AttributeType::String}}};
    if (size > 8192) return 0;  // The service takes no more.
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto statement = partiql::parseStatement(text, parameters());
    if (!statement) return 0;
    if (const auto* select = std::get_if<partiql::Select>(&*statement)) {
        static_cast<void>(partiql::planReads(*select, schema, KeySpaceId(1)));
        static_cast<void>(partiql::itemToRead(select->where, schema));
    }
    if (const auto* update = std::get_if<partiql::Update>(&*statement))
        static_cast<void>(partiql::itemToWrite(update->where, schema));
    return 0;
}
