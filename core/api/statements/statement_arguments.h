#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/partiql/statement.h"

namespace orrery::api {

// What the operations that run PartiQL statements share: the members Statement and Parameters.

/// `Parameters`; empty if absent.
ApiResult<std::vector<expression::SharedValue>> takeParameters(const Fields& fields);

/// Parses `Statement` with its `Parameters`. The service checks the parameters before it reads the
/// statement.
ApiResult<partiql::Statement> takeStatement(const Fields& fields);

/// A number for the statement and its parameters as they are written. A NextToken is for one
/// statement only.
std::uint64_t statementFingerprint(const Fields& fields);

}  // namespace orrery::api
