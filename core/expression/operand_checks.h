#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/condition.h"

namespace orrery::expression {

// The rules for the operands of one comparison or function, once their values are known. Conditions
// of expressions and of PartiQL statements have the same, in the same words; an expression's error
// begins with the name of its parameter.

/// The service's message if a rule is broken.
using OperandCheck = std::expected<void, std::string>;

OperandCheck checkArgumentCount(std::string_view function, std::size_t count);
/// The first operand must not be one of the others.
OperandCheck checkDistinct(std::string_view operatorName, const std::vector<Operand>& operands);
/// Only strings, numbers and binary values are ordered.
OperandCheck checkOrdered(std::string_view operatorName, const std::vector<Operand>& operands);
/// The bounds of a BETWEEN.
OperandCheck checkBounds(const Operand& lower, const Operand& upper);
/// The values in the list of an IN.
OperandCheck checkCandidateCount(std::size_t count);
/// The only argument of attribute_exists and attribute_not_exists.
OperandCheck checkIsPath(std::string_view function, const Operand& argument);
/// The second argument of attribute_type. `validTypes` are the types as the error lists them.
OperandCheck checkTypeName(const Operand& argument, std::string_view validTypes);
/// The arguments of begins_with.
OperandCheck checkPrefixes(const std::vector<Operand>& arguments);
/// The type of the argument of size().
OperandCheck checkHasSize(types::AttributeType type);

}  // namespace orrery::expression
