#pragma once

#include <string_view>

#include "core/api/operations/operation.h"

namespace orrery::api {

/// The services of the engine, named as in X-Amz-Target before the dot.
enum class Service { DynamoDB, Streams };

/// Whether an operation works on items or on tables.
enum class Plane { Data, Control };

/// Whether an operation can change items or tables.
enum class Effect { Read, Write };

/// One line of operations.def.
struct OperationRow {
    Service service;
    std::string_view name;
    const Operation* operation;  ///< Null if the operation is not built yet.
    Plane plane;
    Effect effect;
};

/// The row of `name`, as in X-Amz-Target after the dot, or null for an unknown operation.
const OperationRow* findOperation(Service service, std::string_view name);

}  // namespace orrery::api
