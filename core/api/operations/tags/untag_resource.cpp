// UntagResource. API reference: API_UntagResource.html. Removes tags by their keys; a key that the
// resource does not have is no error. The answer is empty.

#include <algorithm>

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_settings.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kTagKeys = listOf(shapes::kText);
constexpr Member kMembers[] = {
    {"ResourceArn", &shapes::kResourceArn, Presence::NotNull},
    {"TagKeys", &kTagKeys, Presence::NotNull},
};
constexpr Shape kInput = structure("UntagResourceInput", kMembers);

struct Parsed {
    std::string arn;
    std::vector<std::string> keys;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{std::string(request.text("ResourceArn")), request.strings("TagKeys")};
    TRY(checkResourceArn(parsed.arn, ArnUse::Tags));
    if (parsed.keys.empty())
        return std::unexpected(
            ApiError::validation("Atleast one Tag Key needs to be provided as Input."));
    for (const std::string& key : parsed.keys)
        TRY(checkTagKey(key));
    // Observed in October 2026 in us-west-2, though this operation adds no tags.
    TRY(checkTagCount(parsed.keys.size()));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(const Resource resource, findResource(catalog, caller, parsed.arn, ArnUse::Tags));
    std::vector<cluster::Tag> tags = resource.tags();
    std::erase_if(tags, [&](const cluster::Tag& tag) {
        return std::ranges::find(parsed.keys, tag.key) != parsed.keys.end();
    });
    return resource.withTags(std::move(tags));
}

void reply(const Parsed&, const cluster::Reply&, json::Writer&) {}

}  // namespace

const Operation untag_resource = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
