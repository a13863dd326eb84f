#pragma once

#include "core/expression/condition.h"
#include "core/partiql/statement.h"
#include "core/partiql/syntax.h"

namespace orrery::partiql {

/// The condition of a WHERE clause. Errors: functions and operators that the service does not know
/// here, and operands of wrong types and numbers, in the words of the expressions.
ApiResult<expression::Condition> conditionOf(const Node& where, Parameters parameters);

}  // namespace orrery::partiql
