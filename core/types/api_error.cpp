#include "core/types/api_error.h"

#include "core/base/check.h"

namespace orrery {
namespace {

// The member of the reply that holds the message. Errors that the service's front end writes, since
// it does not understand or does not allow the request, have the capital; so have the errors of
// transactions, in the service model.
constexpr std::string_view kSmall = "message";
constexpr std::string_view kCapital = "Message";

#define ORRERY_DYNAMODB(name) "com.amazonaws.dynamodb.v20120810#" name
#define ORRERY_CORAL(name) "com.amazon.coral.service#" name

struct Row {
    ErrorType type;
    std::string_view name;
    int status;
    std::string_view messageName;
};

// One row per ErrorType, in its order. Statuses: Programming.Errors and the errors of each
// operation in the API reference; InvalidEndpoint is 421 in the service model. Errors that the
// service's front end finds, before an operation gets the request, have the front end's prefix.
constexpr Row kRows[] = {
    {ErrorType::Validation, "com.amazon.coral.validate#ValidationException", 400, kSmall},
    {ErrorType::ResourceNotFound, ORRERY_DYNAMODB("ResourceNotFoundException"), 400, kSmall},
    {ErrorType::ResourceInUse, ORRERY_DYNAMODB("ResourceInUseException"), 400, kSmall},
    {ErrorType::TableNotFound, ORRERY_DYNAMODB("TableNotFoundException"), 400, kSmall},
    {ErrorType::ConditionalCheckFailed, ORRERY_DYNAMODB("ConditionalCheckFailedException"), 400,
     kSmall},
    {ErrorType::ProvisionedThroughputExceeded,
     ORRERY_DYNAMODB("ProvisionedThroughputExceededException"), 400, kSmall},
    {ErrorType::RequestLimitExceeded, ORRERY_DYNAMODB("RequestLimitExceeded"), 400, kSmall},
    {ErrorType::Throttling, "com.amazon.coral.availability#ThrottlingException", 400, kSmall},
    {ErrorType::ItemCollectionSizeLimitExceeded,
     ORRERY_DYNAMODB("ItemCollectionSizeLimitExceededException"), 400, kSmall},
    {ErrorType::TransactionConflict, ORRERY_DYNAMODB("TransactionConflictException"), 400, kSmall},
    {ErrorType::TransactionCanceled, ORRERY_DYNAMODB("TransactionCanceledException"), 400,
     kCapital},
    {ErrorType::TransactionInProgress, ORRERY_DYNAMODB("TransactionInProgressException"), 400,
     kCapital},
    {ErrorType::IdempotentParameterMismatch,
     ORRERY_DYNAMODB("IdempotentParameterMismatchException"), 400, kCapital},
    {ErrorType::LimitExceeded, ORRERY_DYNAMODB("LimitExceededException"), 400, kSmall},
    {ErrorType::PolicyNotFound, ORRERY_DYNAMODB("PolicyNotFoundException"), 400, kSmall},
    {ErrorType::InternalServerError, ORRERY_DYNAMODB("InternalServerError"), 500, kSmall},
    {ErrorType::ServiceUnavailable, ORRERY_DYNAMODB("ServiceUnavailable"), 503, kSmall},
    {ErrorType::Serialization, ORRERY_CORAL("SerializationException"), 400, kCapital},
    {ErrorType::UnknownOperation, ORRERY_CORAL("UnknownOperationException"), 400, kSmall},
    {ErrorType::AccessDenied, ORRERY_CORAL("AccessDeniedException"), 400, kCapital},
    {ErrorType::UnrecognizedClient, ORRERY_CORAL("UnrecognizedClientException"), 400, kSmall},
    {ErrorType::MissingAuthenticationToken, ORRERY_CORAL("MissingAuthenticationTokenException"),
     400, kSmall},
    {ErrorType::IncompleteSignature, ORRERY_CORAL("IncompleteSignatureException"), 400, kSmall},
    {ErrorType::InvalidSignature, ORRERY_CORAL("InvalidSignatureException"), 400, kSmall},
    {ErrorType::InvalidEndpoint, ORRERY_DYNAMODB("InvalidEndpointException"), 421, kSmall},
    {ErrorType::RequestEntityTooLarge, ORRERY_CORAL("RequestEntityTooLargeException"), 413, kSmall},
    {ErrorType::BackupNotFound, ORRERY_DYNAMODB("BackupNotFoundException"), 400, kSmall},
    {ErrorType::GlobalTableNotFound, ORRERY_DYNAMODB("GlobalTableNotFoundException"), 400, kSmall},
    {ErrorType::ExportNotFound, ORRERY_DYNAMODB("ExportNotFoundException"), 400, kSmall},
    {ErrorType::ImportNotFound, ORRERY_DYNAMODB("ImportNotFoundException"), 400, kSmall},
    {ErrorType::ExpiredIterator, ORRERY_DYNAMODB("ExpiredIteratorException"), 400, kSmall},
    {ErrorType::TrimmedDataAccess, ORRERY_DYNAMODB("TrimmedDataAccessException"), 400, kSmall},
    {ErrorType::DuplicateItem, ORRERY_DYNAMODB("DuplicateItemException"), 400, kSmall},
    {ErrorType::ReplicatedWriteConflict, ORRERY_DYNAMODB("ReplicatedWriteConflictException"), 400,
     kSmall},
};

#undef ORRERY_DYNAMODB
#undef ORRERY_CORAL

constexpr bool rowsStandInOrder() {
    for (std::size_t i = 0; i < std::size(kRows); ++i)
        if (static_cast<std::size_t>(kRows[i].type) != i) return false;
    return true;
}
static_assert(rowsStandInOrder());
static_assert(std::size(kRows) == static_cast<std::size_t>(ErrorType::ReplicatedWriteConflict) + 1);

const Row& rowOf(ErrorType type) {
    const auto index = static_cast<std::size_t>(type);
    CHECK(index < std::size(kRows));
    return kRows[index];
}

}  // namespace

ApiError ApiError::replicatedWriteConflict() {
    return {ErrorType::ReplicatedWriteConflict,
            "The request was rejected because one or more items in the request are being modified "
            "by a request in another Region.",
            nullptr};
}

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
    // A statement has no code of its own for a conflict between Regions.
    if (error.type == ErrorType::TransactionConflict ||
        error.type == ErrorType::ReplicatedWriteConflict)
        code = "TransactionConflict";
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

std::string_view shortErrorName(ErrorType type) {
    const std::string_view name = errorName(type);
    return name.substr(name.rfind('#') + 1);
}

int httpStatus(ErrorType type) {
    return rowOf(type).status;
}

std::string_view messageName(ErrorType type) {
    return rowOf(type).messageName;
}

}  // namespace orrery
