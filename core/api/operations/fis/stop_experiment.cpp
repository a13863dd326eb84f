// StopExperiment of AWS FIS. API reference: API_StopExperiment.html.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {{"id", &shapes::kFisId, Presence::NotNull}};
constexpr Shape kInput = structure("StopExperimentRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const auto* found, findExperiment(call, call.request.text("id")));
    if (!isActive(statusOf(*found, call.world.now())))
        return std::unexpected(RestError::validation("Experiment " + found->id +
                                                     " has ended, so it cannot be stopped."));
    TRY(change(call, cluster::StopExperiment{found->id}));
    writeExperiment(*found, call.world.now(), ShownAs::AsStopping,
                    out.beginObject().name("experiment"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation stop_experiment{&kInput, run};

}  // namespace orrery::api::operations
