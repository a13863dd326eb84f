#pragma once

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

struct WorldOptions {
    /// In force where the store names none.
    Profile profile = Profile::dropIn();
    /// It was asked for: it goes before the one that the store names, and is kept.
    bool profileIsChosen = false;
    std::uint64_t seed = 0;
    /// How many events the trace keeps.
    std::size_t traceEvents = 16'384;
    PlantedBug plantedBug = PlantedBug::None;
    LogBounds logBounds = {};
};

/// The engine as a deterministic state machine: Regions, zones, tables, replication groups, and the
/// queue of everything that is under way between them. It owns all mutable state, reads no clock,
/// starts no thread and does no I/O that waits; the same seed and the same inputs at the same
/// instants give the same hash of events. One thread owns it.
///
/// A driver calls, again and again: admit…, run, endTurn, takeAnswers.
class World {
public:
    /// Takes up what the store holds: the catalog, the groups, the control state. After a stop,
    /// clean or killed, no lease is held and what was under way is gone. `calendar` is the wall
    /// clock; the world's own is set to it unless the clock was left paused or slowed. The store
    /// must outlive the world.
    static storage::StorageResult<std::unique_ptr<World>> open(storage::Store& store,
                                                               const WorldOptions& options,
                                                               CalendarTime calendar);
    ~World();

    // --- time

    Instant now() const;
    CalendarTime calendar() const;
    /// When something is due next; Instant::never() if the world is at rest.
    Instant nextEventAt() const;
    /// Runs events due up to `until`, at most `eventsMax`, each at its own instant, then moves time
    /// to `until` unless it was cut short. Returns false if it was. A group that is told of a fault
    /// counts as an event.
    bool run(Instant until, std::size_t eventsMax = SIZE_MAX);
    /// Some groups have not been told of the latest fault yet: they are before anything else
    /// happens.
    bool isTelling() const;
    /// Tells them, at most so many, while time and everything else stand still. `run` does too.
    void tell(std::size_t groupsMax);
    /// Groups whose state the end of the turn saves: a driver that ends turns early by this number
    /// bounds what that costs.
    std::size_t unsavedGroups() const;
    /// How the driver's clock is set: as it was left, until somebody sets it.
    const ClockSetting& clockSetting() const;
    /// Ends a turn: commits what it changed to the store.
    storage::Ticket endTurn();
    /// Ends the last turn before a clean stop: the world will resume at the present instant.
    storage::Ticket close();
    /// What was mended when it was opened, a sentence each.
    const std::vector<std::string>& notes() const;
    /// The store could not give back what it was given. Nothing runs and nothing is committed after
    /// it: the world is to be opened again.
    const std::optional<storage::StorageError>& failure() const;
    /// Damaged bytes that a read met. The world goes on and reads what is sound; it refuses writes.
    const std::optional<storage::StorageError>& damage() const;

    // --- inputs and answers

    /// Takes an input, which takes effect at `now()`.
    Admitted admit(Input input);
    /// What was answered since the last time, in order.
    std::vector<Answered> takeAnswers();
    /// Calls that are under way.
    std::size_t pendingCalls() const;

    // --- what an answer of the control API waits for, as Answered::gate does for a call

    /// The turn that is open: for what changes something.
    storage::Ticket openTurn() const;
    /// The turn that changed faults, clock or profile last.
    storage::Ticket controlGate() const;
    /// The turn that wrote last what a look at this table shows.
    storage::Ticket lookGate(std::string_view table, std::string_view region) const;
    /// Right after `endTurn`: the turn to wait for, given one of the above from before it. An open
    /// turn that changed nothing is none, and the present instant is to be on disk as well.
    storage::Ticket gateOf(storage::Ticket wanted) const;

    // --- looks: what an application cannot see. They change nothing and cost no capacity.

    using ChecksumsResult = LookResult<std::vector<PartitionChecksums>>;

    LookResult<ItemsLook> lookItems(const ItemsLookRequest& request) const;
    LookResult<ItemLook> lookItem(const ItemLookRequest& request) const;
    /// As kept at apply. With `scanned` also as read, in one go: not for a world that serves.
    ChecksumsResult checksums(std::string_view table, std::string_view region, bool scanned) const;
    /// Whether something is being read: then a driver admits StepChecksums with every turn.
    bool checksumsUnderWay() const;
    /// What came of it, once; nothing as long as it is under way.
    std::optional<ChecksumsResult> takeChecksums(ChecksumLookId id);

    // --- what others see

    const Catalog& catalog() const;
    const Profile& profile() const;
    std::uint64_t seed() const;
    std::vector<observe::FaultView> faults() const;
    /// Long work that is under way: index filling, reclaiming, checksum scans, copies.
    std::vector<observe::JobView> jobs() const;
    /// All as it is now. Nodes that did not change are shared with the snapshot before. The clock's
    /// own members are the driver's to fill in.
    std::shared_ptr<observe::Snapshot> makeSnapshot();
    /// The same in pieces: `lookOn` looks at about so many partitions of what changed, those that
    /// have waited longest first, and returns false once all that had changed when the round began
    /// have been looked at. `showSnapshot` shows each table as it was when it was looked at last.
    bool lookOn(std::size_t partitionsMax);
    std::shared_ptr<observe::Snapshot> showSnapshot();
    observe::Trace& trace();
    observe::Totals totals() const;
    /// While false, the trace keeps only requests, elections and faults, not each message. Nothing
    /// else depends on it.
    void setDetailedTrace(bool detailed);
    /// The newest event, kept or not; ids begin at 1 whenever a world is opened.
    EventId lastEvent() const;
    /// The hash chain of all events so far.
    std::uint64_t eventHash() const;

private:
    class Impl;
    explicit World(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

}  // namespace orrery::cluster
