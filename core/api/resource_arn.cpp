#include "core/api/resource_arn.h"

#include <array>
#include <string>

#include "core/types/api_error.h"

namespace orrery::api {
namespace {

// arn:partition:dynamodb:region:account:table/name
constexpr std::size_t kParts = 6;
using ArnParts = std::array<std::string_view, kParts>;

ArnParts split(std::string_view arn) {
    ArnParts parts;
    for (std::size_t i = 0; i + 1 < kParts; ++i) {
        const std::size_t colon = arn.find(':');
        if (colon == std::string_view::npos) return parts;
        parts[i] = arn.substr(0, colon);
        arn.remove_prefix(colon + 1);
    }
    parts[kParts - 1] = arn;
    return parts;
}

}  // namespace

ApiResult<void> checkTableArn(std::string_view arn) {
    const ArnParts parts = split(arn);
    const std::string_view resource = parts[5];
    const bool ok = parts[0] == "arn" && parts[2] == "dynamodb" && !parts[3].empty() &&
                    !parts[4].empty() && resource.starts_with("table/") &&
                    resource.size() > std::string_view("table/").size();
    if (ok) return {};
    return std::unexpected(ApiError::validation(
        "Invalid TableArn: Invalid ResourceArn provided as input " + std::string(arn)));
}

ApiResult<cluster::TablePtr> findByArn(const cluster::Catalog& catalog,
                                       const cluster::Caller& caller, std::string_view arn,
                                       std::string_view operation) {
    if (split(arn)[4] != caller.accountId)
        return std::unexpected(
            ApiError{ErrorType::AccessDenied,
                     "User: arn:aws:iam::" + caller.accountId +
                         ":root is not authorized to perform: dynamodb:" + std::string(operation) +
                         " on resource: " + std::string(arn),
                     nullptr});
    cluster::TablePtr table = catalog.find(caller, arn);
    if (table == nullptr)
        return std::unexpected(
            ApiError{ErrorType::ResourceNotFound,
                     "Requested resource not found: ResourcArn: " + std::string(arn) + " not found",
                     nullptr});
    return table;
}

}  // namespace orrery::api
