#include "core/api/tables/resource_policy.h"

namespace orrery::api {
namespace {

/// The expected revision of a resource that has no policy.
constexpr std::string_view kNoPolicy = "NO_POLICY";

}  // namespace

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
