#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/decode/shape.h"
#include "core/api/decode/validation_layer.h"
#include "core/json/json.h"
#include "core/types/api_error.h"

namespace orrery::api {

// How the newer layer of validation differs from checkConstraints (decode.h).

/// Reports the violation that the newer layer reports alone, before it looks at any other member.
ApiResult<void> checkReportedAlone(const Shape& shape, const json::Object& request,
                                   const Validation& validation);

/// The newer layer's violation for a text outside the enumeration of `shape`; nothing if it says
/// what the older layer says.
std::optional<std::string> newerEnumViolation(const Shape& shape, const json::Object& request,
                                              std::string_view text);

/// True for a request that the newer layer leaves to the older one: it nests values very deeply, or
/// lacks a required member and is for an operation whose errors have the prefix.
bool isLeftToOlderLayer(std::string_view operation, const Shape& shape, const json::Object& request,
                        const Validation& validation);

}  // namespace orrery::api
