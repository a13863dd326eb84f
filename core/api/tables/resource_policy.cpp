#include "core/api/tables/resource_policy.h"

#include <boost/json.hpp>

#include "core/json/json.h"

namespace orrery::api {
namespace {

/// Blanks included (API_PutResourcePolicy.html).
constexpr std::size_t kPolicyBytesMax = 20 * 1024;
/// The expected revision of a resource that has no policy.
constexpr std::string_view kNoPolicy = "NO_POLICY";

std::unexpected<ApiError> invalid(const std::string& text) {
    return std::unexpected(
        ApiError::validation("One or more parameter values were invalid: " + text));
}

}  // namespace

// The service names what is wrong with a document; we know the text of one such error only
// (differences.md).
ApiResult<void> checkPolicy(std::string_view text) {
    if (text.size() > kPolicyBytesMax)
        return invalid("Resource policy size exceeds the limit of " +
                       std::to_string(kPolicyBytesMax) + " bytes");
    const auto document = json::parse(text);
    if (!document) return invalid("Invalid policy document: Syntax errors in policy.");
    const json::Object* members = document->if_object();
    const json::Value* statement = members != nullptr ? members->if_contains("Statement") : nullptr;
    if (statement == nullptr || !(statement->is_object() || statement->is_array()))
        return invalid("Invalid policy document: Missing required field Statement.");
    return {};
}

bool isSamePolicy(std::string_view one, std::string_view other) {
    if (one == other) return true;
    const auto first = json::parse(one);
    const auto second = json::parse(other);
    return first && second && *first == *second;
}

std::string revisionText(const cluster::ResourcePolicy& policy) {
    return std::to_string(policy.revision);
}

std::optional<std::string> takeExpectedRevision(const Fields& request) {
    const auto text = request.optionalText("ExpectedRevisionId");
    if (!text) return std::nullopt;
    return std::string(*text);
}

// Recorded in moto's suite, test_dynamodb_resource_policy.py, which also runs against the service.
// Those about tables; streams have the same with their ARN.
ApiResult<void> checkRevision(const Resource& resource,
                              const std::optional<std::string>& expected) {
    if (!expected) return {};
    if (!resource.policy()) {
        if (*expected == kNoPolicy) return {};
        return std::unexpected(policyNotFound(resource.arn()));
    }
    const std::string revision = revisionText(*resource.policy());
    const std::string name =
        resource.table ? "table " + resource.table->name : "stream " + resource.arn();
    if (*expected == revision) return {};
    if (*expected == kNoPolicy)
        return std::unexpected(
            policyNotFound("Requested policy update expecting none to be present for " + name +
                           ", but a policy exists with revision id " + revision + "."));
    return std::unexpected(policyNotFound("Requested update for policy with revision id " +
                                          *expected + ", but the policy associated to target " +
                                          name + " has revision id " + revision + "."));
}

ApiError policyNotFound(const std::string& what) {
    return {ErrorType::PolicyNotFound,
            "Resource-based policy not found for the provided ResourceArn: " + what, nullptr};
}

}  // namespace orrery::api
