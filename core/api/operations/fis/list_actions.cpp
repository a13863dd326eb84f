// ListActions of AWS FIS. API reference: API_ListActions.html. There is one.

#include "core/api/fis/fis_catalog.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"maxResults", &shapes::kFisMaxResults},
    {"nextToken", &shapes::kFisToken},
};
constexpr Shape kInput = structure("ListActionsRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    out.beginObject().name("actions").beginArray();
    if (!call.request.has("nextToken")) writePauseAction(call.caller, Details::Summary, out);
    out.endArray().endObject();
    return {};
}

}  // namespace

const RestOperation list_actions{&kInput, run};

}  // namespace orrery::api::operations
