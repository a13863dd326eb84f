// UpdateExperimentTemplate of AWS FIS. API reference: API_UpdateExperimentTemplate.html. A member
// of the request replaces that of the template as a whole. Experiments that have begun do not
// change.

#include <boost/json.hpp>

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/fis/template_definition.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"id", &shapes::kFisId, Presence::NotNull},
    {"description", &shapes::kFisText},
    {"stopConditions", &shapes::kFisStopConditions},
    {"targets", &shapes::kFisTargets},
    {"actions", &shapes::kFisActions},
    {"roleArn", &shapes::kFisArn},
    {"logConfiguration", &shapes::kFisLog},
    {"experimentOptions", &shapes::kFisOptions},
    {"experimentReportConfiguration", &shapes::kFisReport},
};
constexpr Shape kInput = structure("UpdateExperimentTemplateRequest", kMembers);

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const auto* found, findTemplate(call, call.request.text("id")));
    const auto before = json::parse(found->definition);
    const json::Object definition = definitionOf(
        call.request, before && before->is_object() ? before->get_object() : json::Object());
    TRY(checkDefinition(definition));
    cluster::ExperimentTemplate changed = *found;
    changed.definition = boost::json::serialize(definition);
    TRY(change(call, cluster::PutExperimentTemplate{std::move(changed)}));
    writeTemplate(*found, out.beginObject().name("experimentTemplate"));
    out.endObject();
    return {};
}

}  // namespace

const RestOperation update_experiment_template{&kInput, run};

}  // namespace orrery::api::operations
