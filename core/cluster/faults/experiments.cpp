#include "core/cluster/faults/experiments.h"

#include <algorithm>
#include <utility>

#include "core/base/prng.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/faults/experiment_codec.h"

namespace orrery::cluster {
namespace {

/// How long the service keeps an experiment that has ended (FIS quotas, "Completed experiment data
/// storage").
constexpr Duration kKept = std::chrono::hours(24) * 120;

constexpr std::string_view kTemplateIds = "EXT";
constexpr std::string_view kExperimentIds = "EXP";

std::unexpected<std::string> missing(std::string_view id) {
    return std::unexpected("There is no " + std::string(id) + ".");
}

}  // namespace

std::expected<void, std::string> Experiments::apply(const ExperimentInput& input) {
    return std::visit([this](const auto& change) { return on(change); }, input);
}

Experiments::Applied Experiments::on(const PutExperimentTemplate& put) {
    ExperimentTemplate changed = put.experimentTemplate;
    if (changed.id.empty()) {
        changed.id = newId(kTemplateIds, m_templates);
        changed.createdAt = m_world.calendar();
    } else if (!m_templates.contains(changed.id)) {
        return missing(changed.id);
    }
    changed.updatedAt = m_world.calendar();
    save(changed);
    m_templates[changed.id] = std::move(changed);
    return {};
}

Experiments::Applied Experiments::on(const DeleteExperimentTemplate& remove) {
    if (m_templates.erase(remove.id) == 0) return missing(remove.id);
    m_world.turn.eraseValue(std::string(kTemplatePrefix) + remove.id);
    m_gate = m_world.openTicket;
    return {};
}

Experiments::Applied Experiments::on(const StartExperiment& start) {
    forgetOld();
    Experiment experiment = start.experiment;
    experiment.id = newId(kExperimentIds, m_experiments);
    experiment.createdAt = m_world.calendar();
    experiment.begunAt = m_world.now;
    experiment.delay = m_world.profile.transientStates;
    if (experiment.end == ExperimentEnd::None) {
        if (const auto begun = beginFaults(experiment); !begun) {
            experiment.end = ExperimentEnd::Failed;
            experiment.reason = begun.error();
        }
    }
    experiment.endedAt = m_world.now;
    save(experiment);
    m_experiments[experiment.id] = std::move(experiment);
    return {};
}

Experiments::Applied Experiments::beginFaults(Experiment& experiment) {
    for (ExperimentAction& action : experiment.actions) {
        if (action.duration == Duration::zero()) continue;
        for (const PausedTable& paused : action.tables) {
            FaultRequest request;
            request.kind = observe::FaultKind::ReplicationPause;
            request.regions = {paused.region};
            request.table = paused.table;
            request.duration = experiment.delay + action.duration;
            const auto fault = m_zones.begin(request);
            if (!fault) {
                healFaults(experiment);
                return std::unexpected(fault.error());
            }
            action.faults.push_back(*fault);
        }
    }
    return {};
}

void Experiments::healFaults(const Experiment& experiment) {
    for (const ExperimentAction& action : experiment.actions) {
        for (const std::uint64_t fault : action.faults)
            m_zones.heal(fault);
    }
}

Experiments::Applied Experiments::on(const StopExperiment& input) {
    const auto found = m_experiments.find(input.id);
    if (found == m_experiments.end()) return missing(input.id);
    if (!isActive(statusOf(found->second, m_world.now)))
        return std::unexpected("Experiment " + input.id + " has ended.");
    if (found->second.end == ExperimentEnd::None) stop(found->second, "Experiment stopped.");
    return {};
}

void Experiments::stop(Experiment& experiment, std::string reason) {
    healFaults(experiment);
    experiment.end = ExperimentEnd::Stopped;
    experiment.endedAt = m_world.now;
    experiment.reason = std::move(reason);
    save(experiment);
}

Experiments::Applied Experiments::on(const TagExperiment& tag) {
    if (const auto found = m_templates.find(tag.id); found != m_templates.end()) {
        found->second.tags = tag.tags;
        save(found->second);
        return {};
    }
    const auto found = m_experiments.find(tag.id);
    if (found == m_experiments.end()) return missing(tag.id);
    found->second.tags = tag.tags;
    save(found->second);
    return {};
}

bool Experiments::hasActiveFault(const Experiment& experiment) const {
    const auto isOurs = [&](std::uint64_t id) {
        return std::ranges::any_of(experiment.actions, [&](const ExperimentAction& action) {
            return std::ranges::find(action.faults, id) != action.faults.end();
        });
    };
    return std::ranges::any_of(m_zones.faults(), [&](const observe::FaultView& fault) {
        return fault.active && isOurs(fault.id);
    });
}

void Experiments::faultsHealed() {
    for (auto& [id, experiment] : m_experiments) {
        const bool acts = experiment.end == ExperimentEnd::None &&
                          std::ranges::any_of(experiment.actions, [](const auto& action) {
                              return !action.faults.empty();
                          });
        if (acts && m_world.now < endOf(experiment) && !hasActiveFault(experiment))
            stop(experiment, "The fault of the experiment was healed.");
    }
}

void Experiments::forgetOld() {
    std::erase_if(m_experiments, [&](const auto& entry) {
        const Experiment& experiment = entry.second;
        const bool isOld =
            !isActive(statusOf(experiment, m_world.now)) && m_world.now - endOf(experiment) > kKept;
        if (isOld) m_world.turn.eraseValue(std::string(kExperimentPrefix) + experiment.id);
        return isOld;
    });
}

// The instant never goes back, also over restarts, so that ids differ. Those of the same instant
// differ by their number.
template <typename Values>
std::string Experiments::newId(std::string_view prefix, const Values& taken) const {
    constexpr std::string_view kCharacters =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::size_t kLength = 17;
    auto number = static_cast<std::uint64_t>(m_world.now.sinceStart().count());
    for (;; ++number) {
        Prng prng = Prng::stream(m_world.seed, prefix, number);
        std::string id(prefix);
        while (id.size() < kLength)
            id += kCharacters[prng.below(kCharacters.size())];
        if (!taken.contains(id)) return id;
    }
}

void Experiments::save(const ExperimentTemplate& experimentTemplate) {
    m_world.turn.putValue(std::string(kTemplatePrefix) + experimentTemplate.id,
                          encodeTemplate(experimentTemplate));
    m_gate = m_world.openTicket;
}

void Experiments::save(const Experiment& experiment) {
    m_world.turn.putValue(std::string(kExperimentPrefix) + experiment.id,
                          encodeExperiment(experiment));
    m_gate = m_world.openTicket;
}

storage::StorageResult<void> Experiments::reopen() {
    TRY_ASSIGN(const auto templates, m_world.store.values(kTemplatePrefix));
    for (const auto& [name, bytes] : templates) {
        const std::string id = name.substr(kTemplatePrefix.size());
        auto value = decodeTemplate(id, bytes);
        if (!value)
            return std::unexpected(refusedValue(bytes, kTemplateVersion, "An experiment template"));
        m_templates[id] = *std::move(value);
    }
    TRY_ASSIGN(const auto experiments, m_world.store.values(kExperimentPrefix));
    for (const auto& [name, bytes] : experiments) {
        const std::string id = name.substr(kExperimentPrefix.size());
        auto value = decodeExperiment(id, bytes);
        if (!value)
            return std::unexpected(refusedValue(bytes, kExperimentVersion, "An experiment"));
        m_experiments[id] = *std::move(value);
    }
    // A repair may have dropped the list of faults.
    faultsHealed();
    return {};
}

}  // namespace orrery::cluster
