#pragma once

#include "core/cluster/transactions/ledger.h"
#include "core/cluster/transactions/participant.h"
#include "core/cluster/transactions/recovery.h"

namespace orrery::cluster {

/// Transactions: owns the parts and connects them. They exchange nothing but messages.
class Transactions {
public:
    Transactions(WorldState& world, Replicator& replicator, Jobs& jobs, PreparedItems& prepared)
        : coordinator(world),
          ledger(world, replicator),
          participant(world, replicator, prepared),
          recovery(world, replicator, jobs, prepared, coordinator),
          m_world(world) {
        ledger.setStalled([this](Group& group, ZoneIndex leader, const std::string& id) {
            recovery.stalled(group, leader, id);
        });
        coordinator.setRecovered(
            [this](RegionId region, const std::string& id) { recovery.recovered(region, id); });
    }
    Transactions(const Transactions&) = delete;
    Transactions& operator=(const Transactions&) = delete;

    /// A coordinator's request, at the leader in `zone`, which serves.
    Transacted serve(Group& group, ZoneIndex zone, const OpRequest& request,
                     CollectionSizes& sizes) {
        if (group.kind == GroupKind::Ledger) return ledger.serve(group, zone, *request.transaction);
        Transacted done =
            participant.serve(group, zone, request.call.get(), *request.transaction, sizes);
        if (request.transaction->step == TransactionStep::Prepare) recovery.watch(group);
        return done;
    }
    void moved(Group& group) {
        if (group.kind == GroupKind::Ledger) return ledger.moved(group);
        recovery.moved(group);
    }
    /// Resumes after a restart. `starts` counts the worlds opened on the store, this one included.
    void resume(std::uint64_t starts) {
        coordinator.setStarts(starts);
        ledger.setStarts(starts);
        for (const auto& region : m_world.regions) {
            if (Group* group = m_world.findGroup(region->ledger)) ledger.resume(*group);
        }
    }

    Coordinator coordinator;
    Ledger ledger;
    Participant participant;
    Recovery recovery;

private:
    WorldState& m_world;
};

}  // namespace orrery::cluster
