#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace orrery {

/// The errors of the API, named as in `__type`. api_error.cpp has the name, its prefix and the HTTP
/// status of each, one row per error.
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
    ExpiredIterator,
    TrimmedDataAccess,
    DuplicateItem,
    ReplicatedWriteConflict,
};

/// Why a transaction was cancelled, for one of its actions.
struct CancellationReason {
    /// "ConditionalCheckFailed" and so on; points to static text.
    std::string_view code = "None";
    std::string message = {};  ///< Empty for None.
    /// The item as it was, encoded, if the action asked for it.
    SharedBytes item = nullptr;

    bool isNone() const { return code == "None"; }
};

/// An error that the client sees: `__type` and `message` of the reply, and the additional members
/// of some errors.
struct ApiError {
    ErrorType type;
    std::string message;
    /// ConditionalCheckFailed with ReturnValuesOnConditionCheckFailure=ALL_OLD: the item as it was,
    /// encoded (types/item_codec.h). Null otherwise.
    SharedBytes item;
    /// TransactionCanceled: one reason for each action, in their order.
    std::vector<CancellationReason> reasons = {};
    /// What the newer layer of the service's validation says instead of `message`; empty if it says
    /// the same. api/decode/validation_layer.h chooses between the two.
    std::string newerMessage = {};
    /// True for an error to which the newer layer adds no prefix, whatever the operation.
    bool neverPrefixed = false;

    static ApiError validation(std::string message) {
        return {ErrorType::Validation, std::move(message), nullptr};
    }
    /// An error that the two layers of validation word differently.
    static ApiError validation(std::string older, std::string newer) {
        return {ErrorType::Validation, std::move(older), nullptr, {}, std::move(newer)};
    }
    static ApiError neverPrefixedValidation(std::string message) {
        return {ErrorType::Validation, std::move(message), nullptr, {}, {}, true};
    }
    /// The text of the data plane for a table that does not exist.
    static ApiError resourceNotFound() {
        return {ErrorType::ResourceNotFound, "Requested resource not found", nullptr};
    }
    /// The text of DescribeTable, UpdateTable and DeleteTable for it.
    static ApiError tableNotFound(std::string_view table) {
        return {ErrorType::ResourceNotFound,
                "Requested resource not found: Table: " + std::string(table) + " not found",
                nullptr};
    }
    static ApiError conditionFailed(SharedBytes item = nullptr) {
        return {ErrorType::ConditionalCheckFailed, "The conditional request failed",
                std::move(item)};
    }
    /// For an INSERT whose key has an item already.
    static ApiError duplicateItem() {
        return {ErrorType::DuplicateItem, "Duplicate primary key exists in table", nullptr};
    }
    /// For a write of an item of a strong global table that another Region is writing.
    static ApiError replicatedWriteConflict();
    /// A transaction with at least one reason that is not None.
    static ApiError transactionCanceled(std::vector<CancellationReason> reasons);
    /// For JSON that does not fit the shape of the request.
    static ApiError serialization(std::string message) {
        return {ErrorType::Serialization, std::move(message), nullptr};
    }
    static ApiError internal(std::string message = "Internal server error") {
        return {ErrorType::InternalServerError, std::move(message), nullptr};
    }
};

/// What an error of one action becomes among the reasons of its transaction, and an error of one
/// statement in the reply to its batch.
CancellationReason reasonOf(ApiError error);

template <typename T>
using ApiResult = std::expected<T, ApiError>;

/// The whole `__type`, such as "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException".
std::string_view errorName(ErrorType type);
/// Without its prefix: "ResourceNotFoundException".
std::string_view shortErrorName(ErrorType type);

/// 400 for a mistake of the client (413 and 421 where HTTP has a more specific status), 500 or 503
/// otherwise.
int httpStatus(ErrorType type);

/// The member of the reply that holds the message: "Message" if the service's front end writes the
/// reply itself (it does not understand or does not allow the request), and for the errors of
/// transactions; "message" otherwise.
std::string_view messageName(ErrorType type);

}  // namespace orrery
