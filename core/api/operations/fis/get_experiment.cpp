// GetExperiment of AWS FIS. API reference: API_GetExperiment.html.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"id", &shapes::kFisId, Presence::NotNull}};
constexpr Shape kInput = structure("GetExperimentRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const auto* found, findExperiment(call, call.request.text("id")));
    writeExperiment(*found, call.world.now(), ShownAs::Now, out.beginObject().name("experiment"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation get_experiment{&kInput, run};

}  // namespace orrery::api::operations
