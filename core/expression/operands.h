#pragma once

#include <optional>

#include "core/expression/condition.h"
#include "core/expression/update.h"
#include "core/types/attribute_value.h"

namespace orrery::expression {

// What is known of an operand before there is an item.

/// The path, if the operand is one; null otherwise, also for the size of a path.
const Path* asPath(const Operand& operand);
/// The value of the request, if the operand is one; null otherwise.
const types::AttributeValue* asValue(const Operand& operand);
/// The type, if every item gives the operand the same one.
std::optional<types::AttributeType> typeOf(const Operand& operand);

/// The type of a value of the request. Nothing for attributes and functions, and for a value that
/// could not be resolved.
std::optional<types::AttributeType> literalTypeOf(const UpdateValue& value);

}  // namespace orrery::expression
