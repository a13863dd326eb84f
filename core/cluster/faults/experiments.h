#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "core/cluster/faults/experiment.h"
#include "core/cluster/faults/zones.h"

namespace orrery::cluster {

/// The templates and experiments of a world, of all accounts and Regions. Each is a named value of
/// the store, written with the turn that changed it. An experiment acts through faults of `Zones`;
/// it continues after a stop of the program, as they do.
class Experiments {
public:
    using Templates = std::map<std::string, ExperimentTemplate, std::less<>>;
    using Runs = std::map<std::string, Experiment, std::less<>>;

    Experiments(WorldState& world, Zones& zones) : m_world(world), m_zones(zones) {}

    /// Returns the reason why the change is refused, if it names what does not exist or is over.
    std::expected<void, std::string> apply(const ExperimentInput& input);
    /// Call it after faults have been healed: an experiment that lost all of its own is stopped.
    void faultsHealed();

    /// By id.
    const Templates& templates() const { return m_templates; }
    const Runs& experiments() const { return m_experiments; }
    /// The last turn that changed either.
    storage::Ticket gate() const { return m_gate; }

    /// Loads both; call it after the faults have been loaded.
    storage::StorageResult<void> reopen();

private:
    using Applied = std::expected<void, std::string>;

    Applied on(const PutExperimentTemplate& put);
    Applied on(const DeleteExperimentTemplate& remove);
    Applied on(const StartExperiment& start);
    Applied on(const StopExperiment& stop);
    Applied on(const TagExperiment& tag);

    /// Begins the faults of all actions. Returns why one was refused; none is left then.
    Applied beginFaults(Experiment& experiment);
    void healFaults(const Experiment& experiment);
    bool hasActiveFault(const Experiment& experiment) const;
    void stop(Experiment& experiment, std::string reason);
    void forgetOld();
    template <typename Values>
    std::string newId(std::string_view prefix, const Values& taken) const;

    void save(const ExperimentTemplate& experimentTemplate);
    void save(const Experiment& experiment);

    WorldState& m_world;
    Zones& m_zones;
    Templates m_templates;
    Runs m_experiments;
    storage::Ticket m_gate{};
};

}  // namespace orrery::cluster
