#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/types/api_error.h"

namespace orrery::api {

/// An error of a service that speaks REST with JSON: its name leaves in the header
/// x-amzn-ErrorType.
struct RestError {
    int status = 400;
    std::string_view name;  ///< "ValidationException"; always valid.
    std::string message;

    static RestError validation(std::string message) {
        return {400, "ValidationException", std::move(message)};
    }
    static RestError notFound(std::string message) {
        return {404, "ResourceNotFoundException", std::move(message)};
    }
    static RestError conflict(std::string message) {
        return {409, "ConflictException", std::move(message)};
    }
    static RestError quotaExceeded(std::string message) {
        return {402, "ServiceQuotaExceededException", std::move(message)};
    }
    static RestError unknownOperation(std::string message) {
        return {404, "UnknownOperationException", std::move(message)};
    }
    static RestError unavailable(std::string message) {
        return {503, "ServiceUnavailableException", std::move(message)};
    }
};

template <typename T>
using RestResult = std::expected<T, RestError>;

/// What an error of the generic checks, or of a signature, is in such a service.
RestError restErrorOf(ApiError error);

/// {"message": "…"}, with the name too, for clients that do not read the header.
std::string bodyOf(const RestError& error);

}  // namespace orrery::api
