#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"

namespace orrery {

/// The errors of the API, by the names in `__type`. errorName, httpStatus and the prefix of the
/// name are in api_error.cpp, one row each.
enum class ErrorType {
    Validation,
    ResourceNotFound,
    ResourceInUse,
    TableNotFound,
    ConditionalCheckFailed,
    ProvisionedThroughputExceeded,
    RequestLimitExceeded,
    Throttling,
    ItemCollectionSizeLimitExceeded,
    TransactionConflict,
    TransactionCanceled,
    TransactionInProgress,
    IdempotentParameterMismatch,
    LimitExceeded,
    PolicyNotFound,
    InternalServerError,
    ServiceUnavailable,
    Serialization,
    UnknownOperation,
    AccessDenied,
    UnrecognizedClient,
    MissingAuthenticationToken,
    IncompleteSignature,
    InvalidSignature,
    InvalidEndpoint,
    RequestEntityTooLarge,
    BackupNotFound,
    GlobalTableNotFound,
    ExportNotFound,
    ImportNotFound,
};

/// An error that the client sees: `__type` and `message` of the reply, and what some errors carry
/// beside them.
struct ApiError {
    ErrorType type;
    std::string message;
    /// ConditionalCheckFailed with ReturnValuesOnConditionCheckFailure=ALL_OLD: the item as it was,
    /// encoded (types/item_codec.h). Null otherwise.
    SharedBytes item;

    static ApiError validation(std::string message) {
        return {ErrorType::Validation, std::move(message), nullptr};
    }
    /// What the data plane says of a table that is not there.
    static ApiError resourceNotFound() {
        return {ErrorType::ResourceNotFound, "Requested resource not found", nullptr};
    }
    /// What DescribeTable, UpdateTable and DeleteTable say of it.
    static ApiError tableNotFound(std::string_view table) {
        return {ErrorType::ResourceNotFound,
                "Requested resource not found: Table: " + std::string(table) + " not found",
                nullptr};
    }
    static ApiError conditionFailed(SharedBytes item = nullptr) {
        return {ErrorType::ConditionalCheckFailed, "The conditional request failed",
                std::move(item)};
    }
    /// What the service says of JSON that does not fit the shape of the request.
    static ApiError serialization(std::string message) {
        return {ErrorType::Serialization, std::move(message), nullptr};
    }
    static ApiError internal(std::string message = "Internal server error") {
        return {ErrorType::InternalServerError, std::move(message), nullptr};
    }
};

template <typename T>
using ApiResult = std::expected<T, ApiError>;

/// The whole `__type`, such as "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException".
std::string_view errorName(ErrorType type);

/// 400 for what the client did wrong (413 and 421 where HTTP has a word for it), 500 and 503 for
/// the rest.
int httpStatus(ErrorType type);

/// The member of the reply that holds the message: "Message" where the service's front end writes
/// the reply itself (a request that is not understood or not allowed), "message" otherwise.
std::string_view messageName(ErrorType type);

}  // namespace orrery
