// TagResource of AWS FIS. API reference: API_TagResource.html. Adds tags to a template or an
// experiment, or replaces the values of those that it has.

#include <algorithm>

#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::size_t kTagsMax = 50;

constexpr Member kMembers[] = {
    {"resourceArn", &shapes::kFisArn, Presence::NotNull},
    {"tags", &shapes::kFisTags, Presence::NotNull},
};
constexpr Shape kInput = structure("TagResourceRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const TaggedResource found, findTagged(call, call.request.text("resourceArn")));
    std::vector<cluster::Tag> tags = *found.tags;
    for (cluster::Tag& tag : takeFisTags(call.request)) {
        const auto at = std::ranges::find(tags, tag.key, &cluster::Tag::key);
        if (at == tags.end()) {
            tags.push_back(std::move(tag));
        } else {
            at->value = std::move(tag.value);
        }
    }
    if (tags.size() > kTagsMax)
        return std::unexpected(RestError::validation("A resource has at most 50 tags."));
    TRY(change(call, cluster::TagExperiment{found.id, std::move(tags)}));
    out.beginObject().endObject();
    return {};
}

}  // namespace

const RestOperation tag_fis_resource{&kInput, run};

}  // namespace orrery::api::operations
