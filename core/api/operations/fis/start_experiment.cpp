// StartExperiment of AWS FIS. API reference: API_StartExperiment.html. A repeated call with the
// same client token returns the experiment that the first one began.

#include <algorithm>
#include <boost/json.hpp>

#include "core/api/fis/experiment_json.h"
#include "core/api/fis/experiment_plan.h"
#include "core/api/fis/fis_resources.h"
#include "core/api/fis/fis_shapes.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

/// "Active experiments" among the quotas of the service.
constexpr std::ptrdiff_t kActiveMax = 5;

constexpr std::string_view kActionsModes[] = {"skip-all", "run-all"};
constexpr Shape kActionsMode = enumeration(kActionsModes);
constexpr Member kOptionsMembers[] = {{"actionsMode", &kActionsMode}};
constexpr Shape kOptions = structure("StartExperimentExperimentOptionsInput", kOptionsMembers);
constexpr Member kMembers[] = {
    {"clientToken", &shapes::kFisToken, Presence::NotNull},
    {"experimentTemplateId", &shapes::kFisId, Presence::NotNull},
    {"experimentOptions", &kOptions},
    {"tags", &shapes::kFisTags},
};
constexpr Shape kInput = structure("StartExperimentRequest", kMembers);

bool isOfCaller(const cluster::Experiment& one, const cluster::Caller& caller) {
    return one.accountId == caller.accountId && one.regionName == caller.regionName;
}

const cluster::Experiment* findByToken(const RestCall& call) {
    for (const auto& [id, one] : call.world.experiments().experiments()) {
        if (isOfCaller(one, call.caller) && one.clientToken == call.request.text("clientToken"))
            return &one;
    }
    return nullptr;
}

void write(const RestCall& call, const cluster::Experiment& one, ShownAs shown, json::Writer& out) {
    writeExperiment(one, call.world.now(), shown, out.beginObject().name("experiment"));
    out.endObject();
}

/// The definition of the template with the options of this experiment.
RestResult<json::Object> definitionFor(const RestCall& call,
                                       const cluster::ExperimentTemplate& from) {
    auto definition = json::parse(from.definition);
    if (!definition || !definition->is_object())
        return std::unexpected(RestError::validation("The template cannot be read."));
    json::Object object = std::move(definition->get_object());
    const auto options = call.request.structure("experimentOptions");
    const std::string_view mode = options ? options->text("actionsMode") : std::string_view();
    object["experimentOptions"].get_object()["actionsMode"] = mode.empty() ? "run-all" : mode;
    return object;
}

RestResult<void> run(const RestCall& call, json::Writer& out) {
    TRY_ASSIGN(const auto* from, findTemplate(call, call.request.text("experimentTemplateId")));
    if (const auto* known = findByToken(call)) {
        if (known->templateId != from->id)
            return std::unexpected(RestError::conflict(
                "An experiment with this client token and other parameters exists already."));
        write(call, *known, ShownAs::Now, out);
        return {};
    }
    const auto active =
        std::ranges::count_if(call.world.experiments().experiments(), [&](const auto& entry) {
            return isOfCaller(entry.second, call.caller) &&
                   isActive(statusOf(entry.second, call.world.now()));
        });
    if (active >= kActiveMax)
        return std::unexpected(RestError::quotaExceeded(
            "5 experiments are active, the maximum for an account in a Region."));
    TRY_ASSIGN(const json::Object definition, definitionFor(call, *from));
    cluster::Experiment planned;
    planned.accountId = call.caller.accountId;
    planned.regionName = call.caller.regionName;
    planned.templateId = from->id;
    planned.clientToken = call.request.text("clientToken");
    planned.definition = boost::json::serialize(definition);
    planned.tags = takeFisTags(call.request);
    planActions(call, definition, planned);
    TRY(change(call, cluster::StartExperiment{std::move(planned)}));
    write(call, *findByToken(call), ShownAs::AsBegun, out);
    return {};
}

}  // namespace

const RestOperation start_experiment{&kInput, run};

}  // namespace orrery::api::operations
