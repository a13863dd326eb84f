#pragma once

#include "core/api/rest/rest_operation.h"
#include "core/cluster/faults/experiment.h"

namespace orrery::api {

/// What the world needs to know to begin an experiment: the tables of each action, looked up now.
/// If an action has none, the experiment has failed, unless its template says that such actions are
/// skipped.
void planActions(const RestCall& call, const json::Object& definition,
                 cluster::Experiment& experiment);

}  // namespace orrery::api
