#pragma once

#include "core/cluster/item_server.h"
#include "core/cluster/router.h"
#include "core/cluster/snapshot_builder.h"
#include "core/cluster/table_admin.h"
#include "core/cluster/world.h"
#include "core/cluster/zones.h"

namespace orrery::cluster {

/// The parts of a world and how they hang together: each knows the state that all share and those
/// above it in this list; what it tells the ones below goes through the listeners set here.
class World::Impl {
public:
    Impl(storage::Store& store, const WorldOptions& options);

    void process(Event& event);
    void opArrives(const OpArrives& arrives);
    void setCalendar(CalendarTime wallClock);

    WorldState state;
    Replicator replicator;
    IndexPropagator propagator;
    TableAdmin tables;
    Router router;
    ItemServer server;
    Zones zones;
    SnapshotBuilder snapshots;

    /// The instant that the store knows: the world resumes there.
    Instant bound;
    /// The turn in which the bound was last moved too late to be ahead.
    storage::Ticket boundGate{};
    std::vector<Answered> answers;
};

}  // namespace orrery::cluster
