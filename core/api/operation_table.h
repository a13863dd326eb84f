#pragma once

#include <string_view>

#include "core/api/operations/operation.h"

namespace orrery::api {

/// The services of the engine, as the part of X-Amz-Target before the dot names them.
enum class Service { DynamoDB, Streams };

/// Whether an operation works on items or on tables.
enum class Plane { Data, Control };

/// Whether an operation can change items or tables.
enum class Effect { Read, Write };

/// One line of operations.def.
struct OperationRow {
    Service service;
    std::string_view name;
    const Operation* operation;  ///< Null for what is known and not built.
    Plane plane;
    Effect effect;
};

/// The row of `name` as it stands in X-Amz-Target after the dot, or null for an unknown operation.
const OperationRow* findOperation(Service service, std::string_view name);

}  // namespace orrery::api
