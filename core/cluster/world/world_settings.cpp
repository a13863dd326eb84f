#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/kernel/region_checks.h"
#include "core/cluster/world/world_impl.h"

// What a person sets for a world: profile, clocks and links of Regions. The clock's setting is only
// kept for the driver.

namespace orrery::cluster {
storage::StorageResult<void> World::Impl::openSettings(bool profileIsChosen) {
    TRY_ASSIGN(RegionSettings settings, loadRegionSettings(state.store));
    state.setRegionSettings(std::move(settings));
    if (profileIsChosen) {
        saveProfile(state.turn, state.profile);
        return {};
    }
    TRY_ASSIGN(const Profile* kept, loadProfile(state.store));
    if (kept != nullptr) setProfile(*kept);
    return {};
}

void World::Impl::setProfile(const Profile& profile) {
    state.setProfile(profile);
    replicator.profileChanged();
}

Admitted World::Impl::admit(const SetProfile& input) {
    // Leaders and followers must count promises alike.
    CHECK(input.profile.lease == state.profile.lease);
    setProfile(input.profile);
    saveProfile(state.turn, input.profile);
    settingsGate = state.openTicket;
    return 0;
}

Admitted World::Impl::admit(const SetClock& input) {
    clockSetting = input.setting;
    saveClockSetting(state.turn, input.setting);
    settingsGate = state.openTicket;
    return 0;
}

Admitted World::Impl::admit(const SetRegionClock& input) {
    TRY(regionNamed(state, input.region));
    if (input.offset < -kClockOffsetMax || input.offset > kClockOffsetMax)
        return std::unexpected("The clock of a Region can be at most one hour ahead or behind.");
    RegionSettings settings = state.regionSettings;
    if (input.offset == Duration::zero()) {
        settings.clockOffsets.erase(input.region);
    } else {
        settings.clockOffsets[input.region] = input.offset;
    }
    set(std::move(settings));
    return 0;
}

Admitted World::Impl::admit(const SetRegionLink& input) {
    TRY(linkNamed(state, input.from, input.to));
    RegionSettings settings = state.regionSettings;
    if (input.link) {
        if (auto refused = refusedLink(*input.link)) return std::unexpected(*std::move(refused));
        settings.links[{input.from, input.to}] = *input.link;
    } else {
        settings.links.erase({input.from, input.to});
    }
    set(std::move(settings));
    return 0;
}

void World::Impl::set(RegionSettings settings) {
    saveRegionSettings(state.turn, settings);
    state.setRegionSettings(std::move(settings));
    settingsGate = state.openTicket;
}

const Profile& World::profile() const {
    return m_impl->state.profile;
}

const ClockSetting& World::clockSetting() const {
    return m_impl->clockSetting;
}

const Experiments& World::experiments() const {
    return m_impl->experiments;
}

storage::Ticket World::controlGate() const {
    return std::max(m_impl->settingsGate, m_impl->zones.gate());
}

std::vector<RegionStatus> World::regions() const {
    const WorldState& state = m_impl->state;
    std::vector<RegionStatus> all;
    for (const auto& region : state.regions) {
        RegionStatus status;
        status.name = region->name;
        status.clockOffset = state.clockOf(region->id).sinceEpoch() - state.calendar().sinceEpoch();
        status.up = region->up;
        for (const auto& to : state.regions) {
            if (to->id == region->id) continue;
            RegionStatus::Link link;
            link.to = to->name;
            link.link = state.regionLinkFaults.added(state.linkBetween(region->name, to->name),
                                                     region->id, to->id);
            link.isSet = state.regionSettings.links.contains({region->name, to->name});
            link.isCut = state.regionLinkFaults.isCut(region->id, to->id);
            status.links.push_back(std::move(link));
        }
        all.push_back(std::move(status));
    }
    return all;
}

}  // namespace orrery::cluster
