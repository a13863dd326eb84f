// ListExperimentTemplates of AWS FIS. API reference: API_ListExperimentTemplates.html. By id.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"maxResults", &shapes::kFisMaxResults},
    {"nextToken", &shapes::kFisToken},
};
constexpr Shape kInput = structure("ListExperimentTemplatesRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    const auto page = pageOf(call, call.world.experiments().templates(),
                             [](const cluster::ExperimentTemplate&) { return true; });
    out.beginObject().name("experimentTemplates").beginArray();
    for (const cluster::ExperimentTemplate* one : page.values)
        writeSummary(*one, out);
    out.endArray();
    if (!page.nextToken.empty()) out.name("nextToken").string(page.nextToken);
    out.endObject();
    return {};
}

}  // namespace

const RestOperation list_experiment_templates{&kInput, run};

}  // namespace orrery::api::operations
