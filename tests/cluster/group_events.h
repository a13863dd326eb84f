#pragma once

#include <algorithm>
#include <utility>
#include <variant>

#include "core/cluster/replicas/replicator.h"

namespace orrery::test {

// Drives groups without a World, for tests of one part of a world.

/// Runs the events due by `until`, each at its own instant and under its cause. The replicator
/// handles those of replicas; `other` is called with every event afterwards.
template <typename Other>
void runGroupEvents(cluster::WorldState& world, cluster::Replicator& replicator, Instant until,
                    Other other) {
    while (world.queue.nextAt() <= until) {
        auto [at, entry] = world.queue.take();
        world.now = std::max(world.now, at);
        const cluster::CauseScope scope(world.queue, entry.cause);
        cluster::Event& event = entry.event;
        if (auto* message = std::get_if<cluster::ReplicaMessage>(&event)) replicator.on(*message);
        if (auto* disk = std::get_if<cluster::DiskDone>(&event)) replicator.on(*disk);
        if (auto* tick = std::get_if<cluster::ReplicaTick>(&event)) replicator.on(*tick);
        if (auto* leave = std::get_if<cluster::ProposalsLeave>(&event)) replicator.on(*leave);
        if (auto* link = std::get_if<cluster::CatchUpResumes>(&event)) replicator.on(*link);
        if (auto* step = std::get_if<cluster::CopyStep>(&event)) replicator.on(*step);
        other(event);
    }
    world.now = until;
}

/// Commits the open turn.
inline void commitGroupTurn(cluster::WorldState& world, cluster::Replicator& replicator) {
    replicator.saveStates();
    world.openTicket = world.store.commit(std::exchange(world.turn, {})).next();
    replicator.turnCommitted();
}

}  // namespace orrery::test
