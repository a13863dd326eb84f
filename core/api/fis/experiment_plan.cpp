#include "core/api/fis/experiment_plan.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/api/fis/iso_duration.h"
#include "core/api/fis/template_definition.h"
#include "core/base/account_id.h"

namespace orrery::api {
namespace {

/// True if the ARN names a table of the caller that has replicas in other Regions.
bool isGlobalTable(const RestCall& call, const TableArn& arn) {
    if (arn.accountDigits != accountDigits(call.caller.accountId)) return false;
    cluster::Caller caller = call.caller;
    caller.regionName = arn.region;
    const cluster::Catalog& catalog = call.world.catalog();
    const cluster::TablePtr table = catalog.find(caller, arn.table);
    return table != nullptr && catalog.globals().ofTable(table->space) != nullptr;
}

std::vector<cluster::PausedTable> tablesOf(const RestCall& call, const Fields& target) {
    std::vector<cluster::PausedTable> tables;
    for (const std::string& text : target.strings("resourceArns")) {
        const auto arn = parseTableArn(text);
        if (!arn || !isGlobalTable(call, *arn)) continue;
        cluster::PausedTable paused{arn->region, arn->table};
        if (std::ranges::find(tables, paused) == tables.end()) tables.push_back(std::move(paused));
    }
    return tables;
}

}  // namespace

void planActions(const RestCall& call, const json::Object& definition,
                 cluster::Experiment& experiment) {
    const Fields fields(definition);
    const Fields targets = *fields.structure("targets");
    const Fields options = *fields.structure("experimentOptions");
    const bool skipsEmpty = options.text("emptyTargetResolutionMode") == "skip";
    const bool skipsAll = options.text("actionsMode") == "skip-all";
    for (const auto& [name, value] : fields.entries("actions")) {
        const Fields action = fieldsOf(*value);
        const Fields names = *action.structure("targets");
        cluster::ExperimentAction planned;
        planned.name = name;
        planned.tables = tablesOf(call, *targets.structure(names.text(kPauseTargets)));
        const bool isEmpty = planned.tables.empty();
        if (!isEmpty && !skipsAll)
            planned.duration = *parseIsoDuration(action.structure("parameters")->text("duration"));
        experiment.actions.push_back(std::move(planned));
        if (!isEmpty || skipsEmpty) continue;
        experiment.end = cluster::ExperimentEnd::Failed;
        experiment.reason = "Target resolution returned empty set.";
    }
}

}  // namespace orrery::api
