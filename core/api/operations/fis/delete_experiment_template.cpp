// DeleteExperimentTemplate of AWS FIS. API reference: API_DeleteExperimentTemplate.html.
// Experiments that have begun with the template continue. The answer shows the template as it was.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"id", &shapes::kFisId, Presence::NotNull}};
constexpr Shape kInput = structure("DeleteExperimentTemplateRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const auto* found, findTemplate(call, call.request.text("id")));
    writeTemplate(*found, out.beginObject().name("experimentTemplate"));
    out.endObject();
    return change(call, cluster::DeleteExperimentTemplate{found->id});
}

}  // namespace

const RestOperation delete_experiment_template{&kInput, run};

}  // namespace orrery::api::operations
