#pragma once

#include <cstdint>
#include <string_view>

#include "core/api/operations/operation.h"

namespace orrery::api {

/// The services of the engine. DynamoDB and Streams find an operation by X-Amz-Target, Fis (AWS
/// Fault Injection Service) by method and path: see rest_table.h.
enum class Service { DynamoDB, Streams, Fis };

/// Whether an operation works on items or on tables.
enum class Plane { Data, Control };

/// Whether an operation can change items or tables.
enum class Effect {
    Read,
    Free,  ///< It can remove something, so a nearly full disk still accepts it.
    Write
};

/// How large the answer of an operation may be.
enum class AnswerSize : std::uint8_t {
    Item,      ///< One item, or a description.
    Page,      ///< A page of items.
    Records,   ///< A page of stream records, each with two images.
    Items25,   ///< An item for each part of the request, of which there are at most 25.
    Items100,  ///< The same, with at most 100.
    Batch,     ///< The same, with at most 100 and 16 MB.
    Reasons,   ///< The same as Items100 if the request has the word ALL_OLD, otherwise small.
    Echo,      ///< Parts of the request.
};

/// One line of operations.def.
struct OperationRow {
    Service service;
    std::string_view name;
    const Operation* operation;  ///< Null if the operation is not built yet.
    Plane plane;
    Effect effect;
    AnswerSize answer = AnswerSize::Item;
};

/// The row of `name`, as in X-Amz-Target after the dot, or null for an unknown operation.
const OperationRow* findOperation(Service service, std::string_view name);
/// The row of an X-Amz-Target; null for any other text.
const OperationRow* findOperation(std::string_view target);
/// What the operation of this name can change: Write if there is none.
Effect effectOf(std::string_view operationName);

}  // namespace orrery::api
