#include "core/api/tables/resource_arn.h"

#include <array>
#include <string>

#include "core/base/account_id.h"
#include "core/types/api_error.h"

namespace orrery::api {
namespace {

// arn:partition:dynamodb:region:account:table/name
constexpr std::size_t kParts = 6;
constexpr std::string_view kTable = "table/";
constexpr std::string_view kStream = "/stream/";
constexpr std::size_t kTableNameMin = 3;
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

std::unexpected<ApiError> invalid(const std::string& text) {
    return std::unexpected(
        ApiError::validation("One or more parameter values were invalid: " + text));
}

// Of a table alone: not of its index or stream.
bool isTableArn(const ArnParts& parts) {
    const std::string_view resource = parts.back();
    return parts[0] == "arn" && parts[2] == "dynamodb" && resource.starts_with(kTable) &&
           resource.find('/', kTable.size()) == std::string_view::npos;
}

bool isOfStream(std::string_view arn) {
    return arn.find(kStream) != std::string_view::npos;
}

// Observed in October 2026 in us-west-2; operations on streams name the whole ARN.
ApiError labelNotFound(std::string_view arn) {
    const std::string resource(split(arn).back().substr(kTable.size()));
    const std::size_t slash = resource.find(kStream);
    return {ErrorType::ResourceNotFound,
            "Requested resource not found: Stream: " + resource.substr(slash + kStream.size()) +
                " not found for Table: " + resource.substr(0, slash),
            nullptr};
}

ApiError notFound(std::string_view arn, ArnUse use) {
    if (use == ArnUse::Policy && isOfStream(arn)) return labelNotFound(arn);
    if (use == ArnUse::Policy)
        return ApiError::tableNotFound(split(arn).back().substr(kTable.size()));
    return {ErrorType::ResourceNotFound,
            "Requested resource not found: ResourceArn: " + std::string(arn) + " not found",
            nullptr};
}

ApiError accessDenied() {
    return {ErrorType::AccessDenied, "Access is denied", nullptr};
}

ApiError ofOtherAccount(ArnUse use) {
    if (use != ArnUse::Policy) return accessDenied();
    return ApiError::validation(
        "This action is only supported by accounts that match the resource owner’s account.");
}

ApiError notOfThisEndpoint(std::string_view arn, ArnUse use) {
    const std::string text = use != ArnUse::Policy
                                 ? "Invalid TableArn: Invalid ResourceArn provided as input "
                                 : "One or more parameter values were invalid: Invalid resource "
                                   "Arn: ";
    return ApiError::validation(text + std::string(arn));
}

}  // namespace

ApiResult<void> checkResourceArn(std::string_view arn, ArnUse use) {
    if (!arn.starts_with("arn:"))
        return invalid("ARNs must start with 'arn:': " + std::string(arn));
    const ArnParts parts = split(arn);
    std::string_view resource = parts.back();
    // Observed by ExtendDB in July 2026 (its pull request 227), for operations on tags only.
    const bool ofOtherService = !parts[2].empty() && parts[2] != "dynamodb" && !resource.empty();
    if (ofOtherService && use != ArnUse::Policy) return std::unexpected(accessDenied());
    const bool ofTable = resource.starts_with(kTable) && resource.size() > kTable.size();
    if (parts[2] != "dynamodb" || parts[3].empty() || parts[4].empty() || !ofTable)
        return invalid("Provided Arn is not a DynamoDB resource arn: " + std::string(arn));
    resource.remove_prefix(kTable.size());
    const std::size_t slash = resource.find('/');
    if (slash == std::string_view::npos || resource.substr(slash).starts_with(kStream)) return {};
    if (resource.substr(slash).starts_with("/index/"))
        return invalid(
            "Invalid resource arn provided, only table or stream is accepted. Provided resource "
            "arn: " +
            std::string(arn));
    return invalid("Provided Arn is not a DynamoDB resource arn: " + std::string(arn));
}

ApiResult<Resource> findResource(const cluster::Catalog& catalog, const cluster::Caller& caller,
                                 std::string_view arn, ArnUse use) {
    const ArnParts parts = split(arn);
    if (parts[4] != accountDigits(caller.accountId)) return std::unexpected(ofOtherAccount(use));
    const bool isTooShort = parts.back().size() < kTable.size() + kTableNameMin;
    if (parts[3] != caller.regionName || parts[1] != "aws" || isTooShort)
        return std::unexpected(notOfThisEndpoint(arn, use));
    Resource found;
    if (isOfStream(arn)) {
        found.stream = catalog.streams().find(caller, arn);
    } else {
        found.table = catalog.find(caller, arn);
    }
    if (!found.table && !found.stream) return std::unexpected(notFound(arn, use));
    return found;
}

// Observed in October 2026 in us-west-2 (ack-api-quirks DDB-TABLE-011 and 442). The text is that of
// a request that breaks a constraint, so it comes before any question of access.
ApiResult<void> checkTableRegion(const cluster::Caller& caller, std::string_view nameOrArn) {
    const ArnParts parts = split(nameOrArn);
    if (!isTableArn(parts)) return {};
    const bool isOtherPartition = parts[1] != "aws";
    if (!isOtherPartition && parts[3] == caller.regionName) return {};
    return std::unexpected(
        ApiError::validation("1 validation error detected: Invalid AWS " +
                             std::string(isOtherPartition ? "partition" : "region") + " in '" +
                             std::string(nameOrArn) + "'"));
}

// Observed in October 2026 in us-west-2 (DDB-TABLE-011).
ApiResult<void> checkTableAccount(const cluster::Caller& caller, std::string_view nameOrArn) {
    const ArnParts parts = split(nameOrArn);
    if (!isTableArn(parts) || parts[4] == accountDigits(caller.accountId)) return {};
    return std::unexpected(accessDenied());
}

cluster::Request Resource::withTags(std::vector<cluster::Tag> tags) const {
    if (stream) return cluster::UpdateStream{stream, std::move(tags), std::nullopt};
    cluster::UpdateTable update;
    update.table = table;
    update.tags = std::move(tags);
    return update;
}

cluster::Request Resource::withPolicy(std::optional<std::string> policy) const {
    if (stream) return cluster::UpdateStream{stream, std::nullopt, std::move(policy)};
    cluster::UpdateTable update;
    update.table = table;
    update.policy = std::move(policy);
    return update;
}

}  // namespace orrery::api
