#pragma once

#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// The failure detector of journals: by heartbeats between Regions, each member knows which others
/// it hears. It sees power and links from what they are, so whoever changes them need only tell it
/// that something has changed.
class SeatDetector {
public:
    SeatDetector(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator) {}

    /// Power, or a link between Regions, may have changed. Schedules the verdicts.
    void refresh();
    void on(const JournalAdded& added);
    void on(const SeatVerdict& verdict);

private:
    void refresh(Group& journal);
    void refresh(Group& journal, ZoneIndex observer, ZoneIndex observed);

    WorldState& m_world;
    Replicator& m_replicator;
};

}  // namespace orrery::cluster
