// GetExperimentTemplate of AWS FIS. API reference: API_GetExperimentTemplate.html.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"id", &shapes::kFisId, Presence::NotNull}};
constexpr Shape kInput = structure("GetExperimentTemplateRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const auto* found, findTemplate(call, call.request.text("id")));
    writeTemplate(*found, out.beginObject().name("experimentTemplate"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation get_experiment_template{&kInput, run};

}  // namespace orrery::api::operations
