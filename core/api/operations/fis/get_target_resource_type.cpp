// GetTargetResourceType of AWS FIS. API reference: API_GetTargetResourceType.html.

#include "core/api/fis/fis_catalog.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/fis/template_definition.h"
#include "core/api/operations/rest_operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"resourceType", &shapes::kFisType, Presence::NotNull}};
constexpr Shape kInput = structure("GetTargetResourceTypeRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    const std::string_view type = call.request.text("resourceType");
    if (type != kPauseType)
        return std::unexpected(RestError::notFound("Target resource type " + std::string(type) +
                                                   " not found: this endpoint has " +
                                                   std::string(kPauseType) + " only."));
    writePauseType(Details::All, out.beginObject().name("targetResourceType"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation get_target_resource_type{&kInput, run};

}  // namespace orrery::api::operations
