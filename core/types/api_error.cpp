#include "core/types/api_error.h"

#include "core/base/check.h"

namespace orrery {
namespace {

#define ORRERY_DYNAMODB(name) "com.amazonaws.dynamodb.v20120810#" name
#define ORRERY_CORAL(name) "com.amazon.coral.service#" name

struct Row {
    ErrorType type;
    std::string_view name;
    int status;
};

// One row per ErrorType, in its order. Statuses: Programming.Errors and the errors of each
// operation in the API reference; InvalidEndpoint is 421 in the service model. Errors that the
// service's front end finds, before an operation gets the request, have the front end's prefix.
constexpr Row kRows[] = {
    {ErrorType::Validation, "com.amazon.coral.validate#ValidationException", 400},
    {ErrorType::ResourceNotFound, ORRERY_DYNAMODB("ResourceNotFoundException"), 400},
    {ErrorType::ResourceInUse, ORRERY_DYNAMODB("ResourceInUseException"), 400},
    {ErrorType::TableNotFound, ORRERY_DYNAMODB("TableNotFoundException"), 400},
    {ErrorType::ConditionalCheckFailed, ORRERY_DYNAMODB("ConditionalCheckFailedException"), 400},
    {ErrorType::ProvisionedThroughputExceeded,
     ORRERY_DYNAMODB("ProvisionedThroughputExceededException"), 400},
    {ErrorType::RequestLimitExceeded, ORRERY_DYNAMODB("RequestLimitExceeded"), 400},
    {ErrorType::Throttling, "com.amazon.coral.availability#ThrottlingException", 400},
    {ErrorType::ItemCollectionSizeLimitExceeded,
     ORRERY_DYNAMODB("ItemCollectionSizeLimitExceededException"), 400},
    {ErrorType::TransactionConflict, ORRERY_DYNAMODB("TransactionConflictException"), 400},
    {ErrorType::TransactionCanceled, ORRERY_DYNAMODB("TransactionCanceledException"), 400},
    {ErrorType::TransactionInProgress, ORRERY_DYNAMODB("TransactionInProgressException"), 400},
    {ErrorType::IdempotentParameterMismatch,
     ORRERY_DYNAMODB("IdempotentParameterMismatchException"), 400},
    {ErrorType::LimitExceeded, ORRERY_DYNAMODB("LimitExceededException"), 400},
    {ErrorType::PolicyNotFound, ORRERY_DYNAMODB("PolicyNotFoundException"), 400},
    {ErrorType::InternalServerError, ORRERY_DYNAMODB("InternalServerError"), 500},
    {ErrorType::ServiceUnavailable, ORRERY_DYNAMODB("ServiceUnavailable"), 503},
    {ErrorType::Serialization, ORRERY_CORAL("SerializationException"), 400},
    {ErrorType::UnknownOperation, ORRERY_CORAL("UnknownOperationException"), 400},
    {ErrorType::AccessDenied, ORRERY_CORAL("AccessDeniedException"), 400},
    {ErrorType::UnrecognizedClient, ORRERY_CORAL("UnrecognizedClientException"), 400},
    {ErrorType::MissingAuthenticationToken, ORRERY_CORAL("MissingAuthenticationTokenException"),
     400},
    {ErrorType::IncompleteSignature, ORRERY_CORAL("IncompleteSignatureException"), 400},
    {ErrorType::InvalidSignature, ORRERY_CORAL("InvalidSignatureException"), 400},
    {ErrorType::InvalidEndpoint, ORRERY_DYNAMODB("InvalidEndpointException"), 421},
    {ErrorType::RequestEntityTooLarge, ORRERY_CORAL("RequestEntityTooLargeException"), 413},
    {ErrorType::BackupNotFound, ORRERY_DYNAMODB("BackupNotFoundException"), 400},
    {ErrorType::GlobalTableNotFound, ORRERY_DYNAMODB("GlobalTableNotFoundException"), 400},
    {ErrorType::ExportNotFound, ORRERY_DYNAMODB("ExportNotFoundException"), 400},
    {ErrorType::ImportNotFound, ORRERY_DYNAMODB("ImportNotFoundException"), 400},
    {ErrorType::ExpiredIterator, ORRERY_DYNAMODB("ExpiredIteratorException"), 400},
    {ErrorType::TrimmedDataAccess, ORRERY_DYNAMODB("TrimmedDataAccessException"), 400},
    {ErrorType::DuplicateItem, ORRERY_DYNAMODB("DuplicateItemException"), 400},
};

#undef ORRERY_DYNAMODB
#undef ORRERY_CORAL

constexpr bool rowsStandInOrder() {
    for (std::size_t i = 0; i < std::size(kRows); ++i)
        if (static_cast<std::size_t>(kRows[i].type) != i) return false;
    return true;
}
static_assert(rowsStandInOrder());
static_assert(std::size(kRows) == static_cast<std::size_t>(ErrorType::DuplicateItem) + 1);

const Row& rowOf(ErrorType type) {
    const auto index = static_cast<std::size_t>(type);
    CHECK(index < std::size(kRows));
    return kRows[index];
}

}  // namespace

ApiError ApiError::transactionCanceled(std::vector<CancellationReason> reasons) {
    std::string message =
        "Transaction cancelled, please refer cancellation reasons for specific reasons [";
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        if (i > 0) message += ", ";
        message += reasons[i].code;
    }
    message += "]";
    return {ErrorType::TransactionCanceled, std::move(message), nullptr, std::move(reasons)};
}

// The codes are listed with TransactionCanceledException and BatchStatementError in the API
// reference.
CancellationReason reasonOf(ApiError error) {
    std::string_view code = "ValidationError";
    if (error.type == ErrorType::ConditionalCheckFailed) code = "ConditionalCheckFailed";
    if (error.type == ErrorType::TransactionConflict) code = "TransactionConflict";
    if (error.type == ErrorType::ItemCollectionSizeLimitExceeded)
        code = "ItemCollectionSizeLimitExceeded";
    if (error.type == ErrorType::ProvisionedThroughputExceeded)
        code = "ProvisionedThroughputExceeded";
    if (error.type == ErrorType::Throttling) code = "ThrottlingError";
    if (error.type == ErrorType::DuplicateItem) code = "DuplicateItem";
    if (error.type == ErrorType::ResourceNotFound) code = "ResourceNotFound";
    if (error.type == ErrorType::InternalServerError) code = "InternalServerError";
    return {code, std::move(error.message), std::move(error.item)};
}

std::string_view errorName(ErrorType type) {
    return rowOf(type).name;
}

int httpStatus(ErrorType type) {
    return rowOf(type).status;
}

std::string_view messageName(ErrorType type) {
    switch (type) {
        case ErrorType::Serialization:
        case ErrorType::AccessDenied:
        // So in the service model.
        case ErrorType::TransactionCanceled:
        case ErrorType::TransactionInProgress:
        case ErrorType::IdempotentParameterMismatch:
            return "Message";
        default:
            return "message";
    }
}

}  // namespace orrery
