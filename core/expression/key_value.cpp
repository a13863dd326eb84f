#include "core/expression/key_value.h"

#include "core/base/result.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;

ApiResult<void> checkKeyValue(const AttributeValue& value, const types::KeyAttribute& key,
                              KeyRole role) {
    types::Item item;
    item.set(key.name, value);
    types::KeySchema schema{key, std::nullopt};
    if (role == KeyRole::Sort) {
        // A partition key that passes is put before it.
        schema = {{"", AttributeType::String}, key};
        item.set("", AttributeValue::string("x"));
    }
    TRY(types::keyOf(item, schema));
    return {};
}

}  // namespace orrery::expression
