#pragma once

#include <cstdint>
#include <string_view>

#include "core/types/api_error.h"

namespace orrery::api {

// Since June 2026 the service replaces its validation of requests, one operation and one Region
// after the other. The newer layer words many errors differently, reports some of them alone, and
// has two rules of its own. What is known of it is recorded by the public suite
// paritysuite/dynamodb-conformance: registry/splits.json, captures/ and tests/tier3, state of
// October 2026. validation_layer.cpp has the table of operations and Regions; both wordings of an
// error stand next to its rule (ApiError::validation with two texts, NewerEnum in shape.h).

inline constexpr std::string_view kOneErrorDetected = "1 validation error detected: ";

enum class Layer : std::uint8_t { Older, Newer };

/// How the service validates the requests of one operation in one Region.
struct Validation {
    Layer layer = Layer::Older;
    /// The newer layer begins its errors in this operation with "1 validation error detected: ".
    bool prefixes = false;

    bool isNewer() const { return layer == Layer::Newer; }
};

/// A Region without a record answers as us-east-1.
Validation validationOf(std::string_view operation, std::string_view region);

/// `error` of an operation that reads no catalog yet, in the words of its layer.
ApiError worded(ApiError error, const Validation& validation);
/// The same for an error that is found with the catalog, which never has the prefix.
ApiError wordedInWorld(ApiError error, Layer layer);

}  // namespace orrery::api
