// ListTagsForResource of AWS FIS. API reference: API_ListTagsForResource.html.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"resourceArn", &shapes::kFisArn, Presence::NotNull}};
constexpr Shape kInput = structure("ListTagsForResourceRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const TaggedResource found, findTagged(call, call.request.text("resourceArn")));
    writeTags(*found.tags, out.beginObject().name("tags"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation list_fis_tags{&kInput, run};

}  // namespace orrery::api::operations
