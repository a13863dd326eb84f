#include "core/cluster/faults/experiment.h"

#include <algorithm>

namespace orrery::cluster {
namespace {

/// The status of what would run for this long.
ExperimentStatus statusFor(const Experiment& experiment, Duration duration, Instant now) {
    if (experiment.end == ExperimentEnd::Failed) return ExperimentStatus::Failed;
    const Instant until = runsAt(experiment) + duration;
    if (experiment.end == ExperimentEnd::Stopped && experiment.endedAt < until)
        return now < experiment.endedAt + experiment.delay ? ExperimentStatus::Stopping
                                                           : ExperimentStatus::Stopped;
    if (now < experiment.begunAt + experiment.delay / 2) return ExperimentStatus::Pending;
    if (now < runsAt(experiment)) return ExperimentStatus::Initiating;
    return now < until ? ExperimentStatus::Running : ExperimentStatus::Completed;
}

Instant endFor(const Experiment& experiment, Duration duration) {
    if (experiment.end == ExperimentEnd::Failed) return experiment.endedAt;
    const Instant until = runsAt(experiment) + duration;
    const bool isCut = experiment.end == ExperimentEnd::Stopped && experiment.endedAt < until;
    return isCut ? experiment.endedAt + experiment.delay : until;
}

Duration durationOf(const Experiment& experiment) {
    Duration longest{};
    for (const ExperimentAction& action : experiment.actions)
        longest = std::max(longest, action.duration);
    return longest;
}

}  // namespace

ExperimentStatus statusOf(const Experiment& experiment, Instant now) {
    return statusFor(experiment, durationOf(experiment), now);
}

ExperimentStatus statusOf(const Experiment& experiment, const ExperimentAction& action,
                          Instant now) {
    return statusFor(experiment, action.duration, now);
}

bool isActive(ExperimentStatus status) {
    switch (status) {
        case ExperimentStatus::Pending:
        case ExperimentStatus::Initiating:
        case ExperimentStatus::Running:
        case ExperimentStatus::Stopping:
            return true;
        case ExperimentStatus::Completed:
        case ExperimentStatus::Stopped:
        case ExperimentStatus::Failed:
            return false;
    }
    return false;
}

Instant runsAt(const Experiment& experiment) {
    return experiment.begunAt + experiment.delay;
}

Instant endOf(const Experiment& experiment) {
    return endFor(experiment, durationOf(experiment));
}

Instant endOf(const Experiment& experiment, const ExperimentAction& action) {
    return endFor(experiment, action.duration);
}

}  // namespace orrery::cluster
