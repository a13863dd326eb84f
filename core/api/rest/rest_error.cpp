#include "core/api/rest/rest_error.h"

#include "core/json/json.h"

namespace orrery::api {

RestError restErrorOf(ApiError error) {
    std::string_view name = errorName(error.type);
    name.remove_prefix(name.find('#') + 1);
    switch (error.type) {
        case ErrorType::AccessDenied:
        case ErrorType::UnrecognizedClient:
        case ErrorType::MissingAuthenticationToken:
        case ErrorType::IncompleteSignature:
        case ErrorType::InvalidSignature:
            // REST services of AWS answer 403 where DynamoDB answers 400.
            return {403, name, std::move(error.message)};
        default:
            return {httpStatus(error.type), name, std::move(error.message)};
    }
}

std::string bodyOf(const RestError& error) {
    std::string body;
    json::Writer out(body);
    out.beginObject().name("__type").string(error.name);
    out.name("message").string(error.message).endObject();
    return body;
}

}  // namespace orrery::api
