// UntagResource of AWS FIS. API reference: API_UntagResource.html. Without keys, all tags go.

#include <algorithm>

#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"resourceArn", &shapes::kFisArn, Presence::NotNull},
    {"tagKeys", &shapes::kFisTagKeys},
};
constexpr Shape kInput = structure("UntagResourceRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const TaggedResource found, findTagged(call, call.request.text("resourceArn")));
    const std::vector<std::string> keys = call.request.strings("tagKeys");
    std::vector<cluster::Tag> tags = *found.tags;
    std::erase_if(tags, [&](const cluster::Tag& tag) {
        return keys.empty() || std::ranges::find(keys, tag.key) != keys.end();
    });
    TRY(change(call, cluster::TagExperiment{found.id, std::move(tags)}));
    out.beginObject().endObject();
    return {};
}

}  // namespace

const RestOperation untag_fis_resource{&kInput, run};

}  // namespace orrery::api::operations
