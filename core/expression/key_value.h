#pragma once

#include "core/types/api_error.h"
#include "core/types/attribute_value.h"
#include "core/types/key_schema.h"

namespace orrery::expression {

/// Which part of a key an attribute is.
enum class KeyRole { Partition, Sort };

/// Refuses a value of the right type that cannot be in a key: an empty or too long one.
ApiResult<void> checkKeyValue(const types::AttributeValue& value, const types::KeyAttribute& key,
                              KeyRole role);

}  // namespace orrery::expression
