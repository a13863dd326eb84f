#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/catalog/control_state.h"
#include "core/cluster/catalog/profile.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/inspect/look.h"
#include "core/cluster/kernel/calls.h"
#include "core/cluster/kernel/planted_bug.h"
#include "core/cluster/replicas/log_bounds.h"
#include "core/cluster/world/input.h"
#include "core/observe/snapshot.h"
#include "core/observe/trace.h"
#include "core/storage/store.h"

namespace orrery::cluster {

class Experiments;

struct WorldOptions {
    /// The profile, unless the store has one saved.
    Profile profile = Profile::dropIn();
    /// The user chose `profile`: it overrides the saved one and is saved.
    bool profileIsChosen = false;
    std::uint64_t seed = 0;
    /// The number of events that the trace keeps.
    std::size_t traceEvents = 16'384;
    PlantedBug plantedBug = PlantedBug::None;
    LogBounds logBounds = {};
};

/// A Region as a person can set it.
struct RegionStatus {
    struct Link {
        std::string to;
        RegionLink link;     ///< With what active faults add to it.
        bool isSet = false;  ///< Without faults; otherwise it is as the profile has it.
        bool isCut = false;  ///< By an active fault.
    };

    std::string name;
    Duration clockOffset{};  ///< How far its clock is ahead of the world's calendar.
    std::array<bool, kZonesPerRegion> up{};
    std::vector<Link> links;  ///< To each other Region, by id.
};

/// The engine as a deterministic state machine: Regions, zones, tables, replication groups, and the
/// queue of everything in flight between them. It owns all mutable state, reads no clock, starts no
/// thread and does no blocking I/O. The same seed and the same inputs at the same instants give the
/// same hash of events. One thread owns it.
///
/// A driver repeats: admit…, run, endTurn, takeAnswers.
class World {
public:
    /// Loads what the store holds: the catalog, the groups, the control state. After a stop, clean
    /// or not, no lease is held and nothing is in flight. `calendar` is the wall clock; the world's
    /// calendar is set to it unless the clock was paused or slowed. The store must outlive the
    /// world.
    static storage::StorageResult<std::unique_ptr<World>> open(storage::Store& store,
                                                               const WorldOptions& options,
                                                               CalendarTime calendar);
    ~World();

    // --- time

    Instant now() const;
    CalendarTime calendar() const;
    /// The time of the next event; Instant::never() if the world is at rest.
    Instant nextEventAt() const;
    /// Runs at most `eventsMax` events due up to `until`, each at its own instant. Then moves time
    /// to `until` and returns true, or returns false if events are left. Telling a group of a fault
    /// counts as an event.
    bool run(Instant until, std::size_t eventsMax = SIZE_MAX);
    /// True while some groups have not been told of the latest fault; nothing else happens before
    /// that.
    bool isSweeping() const;
    /// Tells at most `groupsMax` groups, while time stands still. `run` does so too.
    void sweepGroups(std::size_t groupsMax);
    /// The number of groups whose state the end of the turn saves. A driver that ends turns early
    /// by this number bounds the cost of saving.
    std::size_t unsavedGroups() const;
    /// The setting of the driver's clock; initially the saved one.
    const ClockSetting& clockSetting() const;
    /// Ends a turn: commits its changes to the store.
    storage::Ticket endTurn();
    /// Ends the last turn before a clean stop, so that the world resumes at the present instant.
    storage::Ticket close();
    /// What was repaired when the world was opened, one sentence each.
    const std::vector<std::string>& notes() const;
    /// A failure of the store. Afterwards nothing runs and nothing is committed; reopen the world.
    const std::optional<storage::StorageError>& failure() const;
    /// The first corrupt data that a read met. The world continues and serves sound data; it
    /// refuses writes.
    const std::optional<storage::StorageError>& damage() const;
    /// A write was refused for lack of room since the world was last told what the store accepts.
    bool lacksRoom() const;
    /// The room that what was accepted so far needs later, beside that for the items themselves:
    /// for changes that replicas in other Regions lack, and for the images of items that have a
    /// stream, once they are deleted. New items are to leave as much.
    std::uint64_t roomOwed() const;

    // --- inputs and answers

    /// Takes an input; it takes effect at `now()`.
    Admitted admit(Input input);
    /// The answers since the last call, in order.
    std::vector<Answered> takeAnswers();
    /// The number of calls in progress.
    std::size_t pendingCalls() const;

    // --- the turn that an answer of the control API waits for, like Answered::gate for a call

    /// The open turn; for an input that changes something.
    storage::Ticket openTurn() const;
    /// The last turn that changed faults, clock, profile, or what is set for Regions.
    storage::Ticket controlGate() const;
    /// The last turn that wrote what a look at this table shows.
    storage::Ticket lookGate(std::string_view table, std::string_view region,
                             std::string_view accountId = {}) const;
    /// Right after `endTurn`: the turn to wait for, given a result of the functions above from
    /// before it. If the open turn changed nothing, it does not count; but the present instant must
    /// be on disk too.
    storage::Ticket gateOf(storage::Ticket wanted) const;

    // --- looks: what an application cannot see. They change nothing and consume no capacity.

    using ChecksumsResult = LookResult<std::vector<PartitionChecksums>>;

    LookResult<ItemsLook> lookItems(const ItemsLookRequest& request) const;
    LookResult<ItemLook> lookItem(const ItemLookRequest& request) const;
    LookResult<ConflictsLook> lookConflicts(const ConflictsLookRequest& request) const;
    /// As maintained by apply. With `scanned`, also computed by reading everything in one go: not
    /// for a world that serves.
    ChecksumsResult checksums(std::string_view table, std::string_view region, bool scanned,
                              std::string_view accountId = {}) const;
    /// True while a scan is in progress: the driver then admits StepChecksums with every turn.
    bool isScanningChecksums() const;
    /// The result, once; nothing while the scan is in progress.
    std::optional<ChecksumsResult> takeChecksums(ChecksumLookId id);

    // --- views

    const Catalog& catalog() const;
    const Profile& profile() const;
    /// By id.
    std::vector<RegionStatus> regions() const;
    std::uint64_t seed() const;
    std::vector<observe::FaultView> faults() const;
    const Experiments& experiments() const;
    /// Jobs in progress: index filling, reclaiming, checksum scans, copies.
    std::vector<observe::JobView> jobs() const;
    /// The present state. Unchanged nodes are shared with the previous snapshot. The driver fills
    /// in the members of its clock.
    std::shared_ptr<observe::Snapshot> makeSnapshot();
    /// The same in pieces. Looks at about `partitionsMax` partitions of changed tables, those that
    /// have waited longest first. Returns false at the end of a round: everything that had changed
    /// when it began has been looked at. `showSnapshot` shows each table as of the last look at it.
    bool refreshSnapshot(std::size_t partitionsMax);
    std::shared_ptr<observe::Snapshot> showSnapshot();
    observe::Trace& trace();
    observe::Totals totals() const;
    /// While false, the trace has only requests, elections and faults, not each message. Nothing
    /// else depends on it.
    void setDetailedTrace(bool detailed);
    /// The newest event, kept or not; ids begin at 1 in each opened world.
    EventId lastEvent() const;
    /// The hash chain of all events so far.
    std::uint64_t eventHash() const;

private:
    class Impl;
    explicit World(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

}  // namespace orrery::cluster
