// ListExperiments of AWS FIS. API reference: API_ListExperiments.html. By id.

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"maxResults", &shapes::kFisMaxResults},
    {"nextToken", &shapes::kFisToken},
    {"experimentTemplateId", &shapes::kFisId},
};
constexpr Shape kInput = structure("ListExperimentsRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    const std::string_view wanted = call.request.text("experimentTemplateId");
    const auto page = pageOf(call, call.world.experiments().experiments(),
                             [wanted](const cluster::Experiment& one) {
                                 return wanted.empty() || one.templateId == wanted;
                             });
    out.beginObject().name("experiments").beginArray();
    for (const cluster::Experiment* one : page.values)
        writeSummary(*one, call.world.now(), out);
    out.endArray();
    if (!page.nextToken.empty()) out.name("nextToken").string(page.nextToken);
    out.endObject();
    return {};
}

}  // namespace

const RestOperation list_experiments{&kInput, run};

}  // namespace orrery::api::operations
