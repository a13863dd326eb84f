// ListTargetResourceTypes of AWS FIS. API reference: API_ListTargetResourceTypes.html. There is
// one.

#include "core/api/fis/fis_catalog.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"maxResults", &shapes::kFisMaxResults},
    {"nextToken", &shapes::kFisToken},
};
constexpr Shape kInput = structure("ListTargetResourceTypesRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    out.beginObject().name("targetResourceTypes").beginArray();
    if (!call.request.has("nextToken")) writePauseType(Details::Summary, out);
    out.endArray().endObject();
    return {};
}

}  // namespace

const RestOperation list_target_resource_types{&kInput, run};

}  // namespace orrery::api::operations
