#pragma once

#include "core/cluster/faults/experiments.h"
#include "core/cluster/faults/zones.h"
#include "core/cluster/global/global_replication.h"
#include "core/cluster/inspect/checksum_scan.h"
#include "core/cluster/inspect/snapshot_builder.h"
#include "core/cluster/items/item_server.h"
#include "core/cluster/replicas/copy_jobs.h"
#include "core/cluster/replicas/leader_spreader.h"
#include "core/cluster/routing/router.h"
#include "core/cluster/streams/streams.h"
#include "core/cluster/tables/table_admin.h"
#include "core/cluster/transactions/transactions.h"
#include "core/cluster/ttl/expiry_filler.h"
#include "core/cluster/ttl/expiry_sweeper.h"
#include "core/cluster/world/world.h"

namespace orrery::cluster {

/// The parts of a world and their connections. Each part knows the shared state and the parts above
/// it in this list; it notifies the parts below through the listeners set here.
class World::Impl : private GroupListener {
public:
    Impl(storage::Store& store, const WorldOptions& options);

    // Parts of the constructor: who tells whom.
    void connectItems();
    void connectTables();

    void process(Event& event);

    // One per kind of input; see world_inputs.cpp.
    Admitted admit(CallInput& input);
    Admitted admit(RefusedCall& input);
    Admitted admit(const FaultRequest& request);
    Admitted admit(const HealFault& input);
    Admitted admit(const HealAllFaults& input);
    Admitted admit(const SetProfile& input);
    Admitted admit(const SetRegionClock& input);
    Admitted admit(const SetRegionLink& input);
    Admitted admit(const SetClock& input);
    Admitted admit(const WallClock& input);
    Admitted admit(const CalendarJump& input);
    Admitted admit(const StorageSynced& input);
    Admitted admit(const StorageAccepts& input);
    Admitted admit(StorageFailure& input);
    Admitted admit(const StartChecksums& input);
    Admitted admit(const StepChecksums& input);
    Admitted admit(const DropChecksums& input);
    Admitted admit(const CancelJob& input);
    Admitted admit(const ResetTables& input);
    Admitted admit(const ExperimentInput& input);

    /// Answers a request that needs no replica.
    ApiResult<Reply> answerAtOnce(const Request& request, const Caller& caller);
    void opArrives(const OpArrives& arrives);
    /// Sends an answer from a replica to the router or coordinator that waits for it.
    const OpAnswer answerOp = [this](Group& group, ZoneIndex from, OpId op,
                                     std::unique_ptr<OpResult> result) {
        router.answer(group, from, op, std::move(result));
    };
    void setCalendar(CalendarTime wallClock);
    storage::StorageResult<void> openClock(CalendarTime wallClock);
    storage::StorageResult<void> openSettings(bool profileIsChosen);
    void set(RegionSettings settings);
    void saveClockIfDue();
    void saveClock(Instant newBound);
    void setProfile(const Profile& profile);
    observe::Totals totals() const;
    storage::Ticket commit();
    storage::Ticket discardTurn();

    WorldState state;
    Replicator replicator;
    Jobs jobs;
    CopyJobs copies;
    LeaderSpreader spreader;
    GlobalIndexes indexes;
    PreparedItems prepared;
    CollectionSizes collections;
    GlobalReplication replication;
    Transactions transactions;
    Streams streams;
    ExpirySweeper expiries;
    ExpiryFiller expiryFiller;
    TableAdmin tables;
    Router router;
    ItemServer server;
    Zones zones;
    Experiments experiments;  // Uses the zones.
    SnapshotBuilder snapshots;
    ChecksumLooks checksums;

    /// What the store has synced, as last reported by the driver.
    storage::Ticket synced{};
    /// The last turn that changed clock or profile.
    storage::Ticket settingsGate{};
    ClockSetting clockSetting;

    /// The instant in the store, at which the world resumes.
    Instant bound;
    /// The turn that wrote `bound`; until it is synced, the disk has an earlier bound.
    storage::Ticket boundGate{};
    /// The wall clock's time before this turn, if the world is not slower.
    std::optional<CalendarTime> notedWall;
    Pace pace = Pace::Ahead;
    /// How far the calendar is ahead of the wall clock, because it was advanced.
    Duration lead{};
    Duration savedLead{};  ///< The lead that is restored after a stop.
    Pace savedPace = Pace::Slower;
    std::vector<Answered> answers;
    Accepted accepted = Accepted::Everything;  ///< By the store.
    /// What was due while the store refused it, in order.
    std::vector<Event> heldBack;

private:
    /// True if the event waits until the store accepts more.
    bool isHeld(const Event& event) const;
    bool waits(const Group& group) const override;
    void moved(Group& group) override;
    void awaitsReaders(Group& group) override;
    void removed(GroupId group) override;
};

}  // namespace orrery::cluster
