// CreateExperimentTemplate of AWS FIS. API reference: API_CreateExperimentTemplate.html. A repeated
// call with the same client token returns the template that the first one created.

#include <algorithm>
#include <boost/json.hpp>

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/fis/template_definition.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

/// "Experiment templates" among the quotas of the service.
constexpr std::ptrdiff_t kTemplatesMax = 500;

constexpr Member kMembers[] = {
    {"clientToken", &shapes::kFisToken, Presence::NotNull},
    {"description", &shapes::kFisText, Presence::NotNull},
    {"stopConditions", &shapes::kFisStopConditions, Presence::NotNull},
    {"targets", &shapes::kFisTargets},
    {"actions", &shapes::kFisActions, Presence::NotNull},
    {"roleArn", &shapes::kFisArn, Presence::NotNull},
    {"tags", &shapes::kFisTags},
    {"logConfiguration", &shapes::kFisLog},
    {"experimentOptions", &shapes::kFisOptions},
    {"experimentReportConfiguration", &shapes::kFisReport},
};
constexpr Shape kInput = structure("CreateExperimentTemplateRequest", kMembers);

bool isOfCaller(const cluster::ExperimentTemplate& one, const cluster::Caller& caller) {
    return one.accountId == caller.accountId && one.regionName == caller.regionName;
}

const cluster::ExperimentTemplate* findByToken(const RestCall& call) {
    for (const auto& [id, one] : call.world.experiments().templates()) {
        if (isOfCaller(one, call.caller) && one.clientToken == call.request.text("clientToken"))
            return &one;
    }
    return nullptr;
}

void write(const cluster::ExperimentTemplate& one, json::Writer& out) {
    writeTemplate(one, out.beginObject().name("experimentTemplate"));
    out.endObject();
}

RestResult<void> run(const RestCall& call, json::Writer& out) {
    const json::Object definition = definitionOf(call.request, {});
    TRY(checkDefinition(definition));
    cluster::ExperimentTemplate made;
    made.accountId = call.caller.accountId;
    made.regionName = call.caller.regionName;
    made.clientToken = call.request.text("clientToken");
    made.definition = boost::json::serialize(definition);
    made.tags = takeFisTags(call.request);
    if (const auto* known = findByToken(call)) {
        if (known->definition != made.definition)
            return std::unexpected(RestError::conflict(
                "A template with this client token and other parameters exists already."));
        write(*known, out);
        return {};
    }
    const auto count = std::ranges::count_if(
        call.world.experiments().templates(),
        [&](const auto& entry) { return isOfCaller(entry.second, call.caller); });
    if (count >= kTemplatesMax)
        return std::unexpected(RestError::quotaExceeded(
            "There are 500 experiment templates, the maximum for an account in a Region."));
    TRY(change(call, cluster::PutExperimentTemplate{std::move(made)}));
    write(*findByToken(call), out);
    return {};
}

}  // namespace

const RestOperation create_experiment_template{&kInput, run};

}  // namespace orrery::api::operations
