// TagResource. API reference: API_TagResource.html. Adds tags to a table or a stream, or replaces
// the values of those that it has. The answer is empty.

#include <algorithm>

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_settings.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"ResourceArn", &shapes::kResourceArn, Presence::NotNull},
    {"Tags", &shapes::kTags, Presence::NotNull},
};
constexpr Shape kInput = structure("TagResourceInput", kMembers);

struct Parsed {
    std::string arn;
    std::vector<cluster::Tag> tags;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.arn = request.text("ResourceArn");
    TRY(checkResourceArn(parsed.arn, ArnUse::Tags));
    if (request.size("Tags") == 0)
        return std::unexpected(
            ApiError::validation("Atleast one Tag needs to be provided as Input."));
    TRY_ASSIGN(parsed.tags, takeTags(request));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(const Resource resource, findResource(catalog, caller, parsed.arn, ArnUse::Tags));
    std::vector<cluster::Tag> tags = resource.tags();
    for (const cluster::Tag& tag : parsed.tags) {
        const auto found = std::ranges::find(tags, tag.key, &cluster::Tag::key);
        if (found == tags.end()) {
            tags.push_back(tag);
        } else {
            found->value = tag.value;
        }
    }
    TRY(checkTagCount(tags.size()));
    return resource.withTags(std::move(tags));
}

void reply(const Parsed&, const cluster::Reply&, json::Writer&) {}

}  // namespace

const Operation tag_resource = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
