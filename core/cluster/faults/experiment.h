#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "core/cluster/catalog/resource_settings.h"

namespace orrery::cluster {

// Experiments of AWS Fault Injection Service, as values. A template says what an experiment does;
// an experiment pauses the replication of tables for some time. It has no timer of its own: its
// status follows from the world's time, and its faults end by themselves. The faults begin with the
// experiment, also while it is still pending, and end as soon as it is stopped.

/// The bounds of the duration of an action.
inline constexpr Duration kExperimentMin = std::chrono::minutes(1);
inline constexpr Duration kExperimentMax = std::chrono::hours(12);

/// A template. Belongs to one account and one Region.
struct ExperimentTemplate {
    std::string id;  ///< "EXT…"; given out by the world.
    std::string accountId;
    std::string regionName;
    std::string clientToken;  ///< Of the request that created it.
    /// The members that a template shares with its experiments, as a JSON object: description,
    /// targets, actions, stopConditions, roleArn and others. The world does not read it.
    std::string definition;
    std::vector<Tag> tags;
    CalendarTime createdAt;
    CalendarTime updatedAt;
    bool operator==(const ExperimentTemplate&) const = default;
};

/// A table whose replication between its Region and all others an action pauses.
struct PausedTable {
    std::string region;
    std::string table;
    bool operator==(const PausedTable&) const = default;
};

struct ExperimentAction {
    std::string name;
    Duration duration{};  ///< Zero: the action is skipped.
    std::vector<PausedTable> tables;
    std::vector<std::uint64_t> faults;  ///< Filled in by the world.
    bool operator==(const ExperimentAction&) const = default;
};

/// How an experiment ended before its time; the numbers are stored.
enum class ExperimentEnd : std::uint8_t {
    None = 0,
    Stopped = 1,  ///< By StopExperiment, or because its faults were healed.
    Failed = 2,   ///< It never began.
};

struct Experiment {
    std::string id;  ///< "EXP…"; given out by the world.
    std::string accountId;
    std::string regionName;
    std::string templateId;
    std::string clientToken;
    std::string definition;  ///< Of the template when the experiment began.
    std::vector<Tag> tags;
    std::vector<ExperimentAction> actions;
    // The world fills in the rest, unless the experiment fails before it begins.
    CalendarTime createdAt;
    Instant begunAt;
    /// How long it takes until it runs, and until it has stopped.
    Duration delay{};
    ExperimentEnd end = ExperimentEnd::None;
    Instant endedAt;     ///< When it was stopped or failed.
    std::string reason;  ///< Why it failed or was stopped, in one sentence.
    bool operator==(const Experiment&) const = default;
};

enum class ExperimentStatus : std::uint8_t {
    Pending,
    Initiating,
    Running,
    Completed,
    Stopping,
    Stopped,
    Failed
};

ExperimentStatus statusOf(const Experiment& experiment, Instant now);
/// The same for one of its actions.
ExperimentStatus statusOf(const Experiment& experiment, const ExperimentAction& action,
                          Instant now);
/// True until it is completed, stopped or failed.
bool isActive(ExperimentStatus status);
/// When the experiment runs, or would.
Instant runsAt(const Experiment& experiment);
/// When it ends: by itself, or because it was stopped or failed.
Instant endOf(const Experiment& experiment);
/// The same for one of its actions.
Instant endOf(const Experiment& experiment, const ExperimentAction& action);

// Changes, as inputs of the world. Each names what must exist; otherwise it is refused.

/// Creates a template if its id is empty, otherwise replaces the one with this id.
struct PutExperimentTemplate {
    ExperimentTemplate experimentTemplate;
};
struct DeleteExperimentTemplate {
    std::string id;
};
struct StartExperiment {
    Experiment experiment;
};
struct StopExperiment {
    std::string id;
};
/// From now on the template or the experiment has these tags.
struct TagExperiment {
    std::string id;
    std::vector<Tag> tags;
};
using ExperimentInput = std::variant<PutExperimentTemplate, DeleteExperimentTemplate,
                                     StartExperiment, StopExperiment, TagExperiment>;

}  // namespace orrery::cluster
