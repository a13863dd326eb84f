#include "core/api/rest/rest_error.h"

#include <algorithm>
#include <array>

#include "core/json/json.h"

namespace orrery::api {
namespace {

// REST services of AWS answer 403 where DynamoDB answers 400.
constexpr std::array kForbidden = {ErrorType::AccessDenied, ErrorType::UnrecognizedClient,
                                   ErrorType::MissingAuthenticationToken,
                                   ErrorType::IncompleteSignature, ErrorType::InvalidSignature};

}  // namespace

RestError restErrorOf(ApiError error) {
    std::string_view name = errorName(error.type);
    name.remove_prefix(name.find('#') + 1);
    const bool isForbidden = std::ranges::find(kForbidden, error.type) != kForbidden.end();
    return {isForbidden ? 403 : httpStatus(error.type), name, std::move(error.message)};
}

std::string bodyOf(const RestError& error) {
    std::string body;
    json::Writer out(body);
    out.beginObject().name("__type").string(error.name);
    out.name("message").string(error.message).endObject();
    return body;
}

}  // namespace orrery::api
