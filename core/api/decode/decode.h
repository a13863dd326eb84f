#pragma once

#include <string>

#include "core/api/decode/shape.h"
#include "core/api/decode/validation_layer.h"
#include "core/json/json.h"
#include "core/types/api_error.h"

namespace orrery::api {

// The two checks that the service makes before an operation gets the request, in this order.

/// Whether checkTypes verifies the base 64 of binary values. `Trusted` leaves that to the decoding
/// of the values, so that a correct request is decoded once only. If it fails, the caller repeats
/// the check with `Checked`, since the service reports invalid base 64 before any other error.
enum class Blobs { Trusted, Checked };

/// Checks that the JSON types fit the shape. Returns a SerializationException for the first member
/// in the order of the text that does not fit. Ignores unknown members and nulls, as the service
/// does.
ApiResult<void> checkTypes(const Shape& shape, const json::Object& request, Blobs blobs);

/// Checks presence and limits. Reports all violations, ten at most, in one error: "2 validation
/// errors detected: Value '…' at '…' failed to satisfy constraint: …; …". The request's own
/// table name has a check of its own, which operations on tables make first and the others last. In
/// the newer layer of validation, some violations are reported alone.
ApiResult<void> checkConstraints(const Shape& shape, const json::Object& request,
                                 const Validation& validation);

/// Appends a value as the service's error texts show it: the Java text of the decoded request.
void appendRendered(std::string& out, const Shape& shape, const json::Value* value);

}  // namespace orrery::api
