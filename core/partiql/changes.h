#pragma once

#include <vector>

#include "core/expression/update.h"
#include "core/partiql/statement.h"
#include "core/partiql/syntax.h"

namespace orrery::partiql {

/// The SETs and REMOVEs of an UPDATE. set_add and set_delete are the ADD and DELETE of update
/// expressions.
ApiResult<expression::Update> updateOf(const std::vector<SyntaxChange>& changes,
                                       Parameters parameters);

}  // namespace orrery::partiql
