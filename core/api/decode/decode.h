#pragma once

#include <string>

#include "core/api/decode/shape.h"
#include "core/json/json.h"
#include "core/types/api_error.h"

namespace orrery::api {

// The two things that the service says of a request before an operation sees it, in this order.

/// Whether the texts of binary values are known to be base 64. They are decoded with their values,
/// so that a request that is right is not decoded twice; one that is not is asked again, since the
/// service says of a text that is no base 64 before anything else.
enum class Blobs { Trusted, Checked };

/// Checks that the JSON types fit the shape: a SerializationException otherwise, for the first
/// member in the order of the text. Unknown members and nulls are ignored, as the service does.
ApiResult<void> checkTypes(const Shape& shape, const json::Object& request, Blobs blobs);

/// Checks presence and limits. All violations, ten at most, in one error: "2 validation errors
/// detected: Value '…' at '…' failed to satisfy constraint: …; …". The name of the table has a
/// check of its own: the operations on tables make it first, the others last.
ApiResult<void> checkConstraints(const Shape& shape, const json::Object& request);

/// A value as the service's error texts show it: Java's text of the decoded request.
void appendRendered(std::string& out, const Shape& shape, const json::Value* value);

}  // namespace orrery::api
