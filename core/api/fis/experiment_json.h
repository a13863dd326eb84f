#pragma once

#include <string_view>
#include <vector>

#include "core/cluster/faults/experiment.h"
#include "core/json/json.h"

namespace orrery::api {

// What the answers show. Each writes one object.

void writeTemplate(const cluster::ExperimentTemplate& experimentTemplate, json::Writer& out);
void writeSummary(const cluster::ExperimentTemplate& experimentTemplate, json::Writer& out);

/// An experiment as it is at `now`. The answer to StartExperiment shows it `AsBegun`: it cannot run
/// yet. The answer to StopExperiment shows it `AsStopping`.
enum class ShownAs { Now, AsBegun, AsStopping };
void writeExperiment(const cluster::Experiment& experiment, Instant now, ShownAs shown,
                     json::Writer& out);
void writeSummary(const cluster::Experiment& experiment, Instant now, json::Writer& out);

/// {"key": "value"}
void writeTags(const std::vector<cluster::Tag>& tags, json::Writer& out);

}  // namespace orrery::api
