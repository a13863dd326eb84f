// GetAction of AWS FIS. API reference: API_GetAction.html.

#include "core/api/fis/fis_catalog.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/fis/template_definition.h"
#include "core/api/operations/rest_operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"id", &shapes::kFisType, Presence::NotNull}};
constexpr Shape kInput = structure("GetActionRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    const std::string_view id = call.request.text("id");
    if (id != kPauseAction)
        return std::unexpected(RestError::notFound("Action " + std::string(id) +
                                                   " not found: this endpoint has the action " +
                                                   std::string(kPauseAction) + " only."));
    writePauseAction(call.caller, Details::All, out.beginObject().name("action"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation get_action{&kInput, run};

}  // namespace orrery::api::operations
