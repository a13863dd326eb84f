#pragma once

#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster/world/world.h"
#include "core/engine/disk_watch.h"
#include "core/engine/workers.h"
#include "core/sim/live_clock.h"
#include "core/storage/stores.h"

namespace orrery::engine {

/// The parts of the live world.
struct DriverOptions {
    /// Empty: keep everything in memory.
    std::filesystem::path dataFolder;
    storage::Durability durability = storage::Durability::Durable;
    storage::PlannedFailure failure = {};
    cluster::WorldOptions world;
    /// The maximum of open calls; beyond it, callers get a 503 at once.
    std::size_t callsMax = 16'384;
    /// The maximum age of records that the tree does not have yet.
    Duration flushAfter = std::chrono::seconds(5);
    /// Called before a world is destroyed, for any reason. No thread may use that world afterwards.
    std::function<void()> worldEnds = {};
    /// Called with one sentence when the disk begins to refuse work, and when it accepts work
    /// again.
    std::function<void(const std::string&)> onStorageChange = {};
};

/// A live world: a store, the clock that follows the wall clock, and the two workers. The driver
/// runs turns, holds answers back until everything that they depend on is on disk, and reopens
/// store and world from disk if a commit fails. It waits for the workers only when it reopens or
/// closes. One thread owns it; wall times are parameters.
class LiveDriver {
public:
    /// Other threads call `wake` when a turn would find something new.
    static std::expected<std::unique_ptr<LiveDriver>, std::string> open(
        const DriverOptions& options, Duration wall, CalendarTime calendar,
        const std::function<void()>& wake);
    ~LiveDriver();

    // --- calls

    /// True if the maximum number of calls is open; callers get an error at once.
    bool isFull() const { return m_open >= m_options.callsMax; }
    /// Takes a call. Not while the driver is full.
    void submit(cluster::CallId id, std::unique_ptr<cluster::Call> call, cluster::Caller caller);
    /// Records a request that has got an error instead, in the next turn.
    void record(cluster::RefusedCall refused);
    /// Withdraws a call that has no instant yet. False if the world already has it, or it is
    /// answered.
    bool withdraw(cluster::CallId id);
    /// Replaces `answers` by the answers released since the last call.
    void takeReleased(std::vector<cluster::Answered>& answers) {
        answers.clear();
        answers.swap(m_released);
    }
    /// True, once, if the answers of all open calls are lost. Those calls get a 500 after the
    /// answers released before.
    bool takeLoss() { return std::exchange(m_callsAreLost, false); }
    /// Calls that have not been answered.
    std::size_t openCalls() const { return m_open; }
    /// Calls that wait because the clock is paused or the disk is behind. While it is paused these
    /// are all, also those that were stepped into the world.
    std::size_t waitingCalls() const {
        return m_clock && m_clock->paused() ? m_open : m_inbox.size();
    }

    // --- time

    /// Takes the workers' results, brings the world up to the present, and releases answers.
    void turn(Duration wall, CalendarTime calendar);
    /// When the next turn is due: now, later, or only when an input arrives.
    std::optional<Duration> dueAt(Duration wall) const;
    /// While paused: admits the oldest waiting call. False if none waits.
    bool admitOldest();
    /// While paused: runs until one more event has happened, whether or not the trace keeps it.
    /// False if nothing is due any more.
    bool stepOneEvent();
    void setCalendar(CalendarTime calendar) {
        static_cast<void>(m_world->admit(cluster::CalendarJump{calendar}));
    }
    /// True if answers that depend on this turn of the current world may leave.
    bool isReleased(storage::Ticket turn) const {
        // A read-only world depends only on data that is on disk.
        return turn <= m_store->synced() || m_disk.isOnlyForReads();
    }

    /// False while store and world could not be reopened after a failure. The driver retries every
    /// second, and calls fail meanwhile. The members below may be called only while it is true.
    bool isUp() const { return m_world != nullptr; }
    cluster::World& world() { return *m_world; }
    const cluster::World& world() const { return *m_world; }
    sim::LiveClock& clock() { return *m_clock; }
    const sim::LiveClock& clock() const { return *m_clock; }
    /// Changes when store and world have been reopened.
    std::uint64_t generation() const { return m_generation; }

    /// Looks at changes in the world for up to a third of a millisecond, and returns the world as
    /// seen so far: a table not yet looked at is missing.
    std::shared_ptr<observe::Snapshot> showWorld();

    // --- the disk

    /// One sentence; empty if all is well.
    const std::string& storageProblem() const { return m_disk.problem(); }
    storage::Store::Figures figures() const;
    /// Writes are refused, all but deletions if those are accepted; see DiskState.
    bool isReadOnly() const { return !m_disk.acceptsWrites(); }
    /// What frees space is accepted, and what takes next to none.
    bool acceptsDeletions() const { return m_disk.acceptsDeletions(); }
    /// True if nothing waits for the disk any more.
    bool isSettled() const;
    /// Ends: waits for the workers and writes everything committed.
    void close();

private:
    explicit LiveDriver(const DriverOptions& options, const std::function<void()>& wake);

    std::expected<void, std::string> openStore();
    std::expected<void, std::string> openWorld(CalendarTime calendar);
    void startClock(Duration wall);
    void takeFinishedWork();
    void startWork(Duration wall);
    void startFlush(Duration wall);
    void runDeferredInStore();
    void writeEverything();
    bool isDiskBehind() const;
    void probeRoom(Duration wall);
    void watchRoom(Duration wall);
    /// Turns are short then, and calls run one at a time.
    bool isNearlyFull() const;
    /// The world has a call that is not answered, or an answer waits for the disk.
    bool hasCallUnderWay() const { return m_open > m_inbox.size(); }
    void failWorld(const storage::StorageError& failure, Duration wall, CalendarTime calendar);
    void runTurn(Duration wall, CalendarTime calendar);
    /// Runs until the wall clock reaches `end`, or slightly longer.
    void runWorld(Instant until, Duration end);
    bool mustEndTurn(Duration end) const;
    void sweepGroups(Duration end);
    void admitSome(Duration end);
    bool mayAdmit() const;
    void recordRefused();
    void noteDamage();
    /// Tells the world what the disk accepts, so that it holds back its work accordingly.
    void tellWhatIsAccepted();
    void releaseGated();
    void answer(cluster::Answered&& answered);
    void dropWorld();
    void dropFailedStore(Duration wall);
    void endWorld();
    void reopen(Duration wall, CalendarTime calendar);
    void failOpenCalls();

    const DriverOptions m_options;
    std::unique_ptr<storage::Store> m_store;
    std::unique_ptr<cluster::World> m_world;  // Uses the store.
    std::optional<sim::LiveClock> m_clock;

    std::deque<cluster::CallInput> m_inbox;
    std::vector<cluster::RefusedCall> m_refused;
    std::size_t m_open = 0;  // Calls that have not been answered, waiting ones included.
    std::deque<cluster::Answered> m_gated;
    std::vector<cluster::Answered> m_released;
    bool m_callsAreLost = false;

    // The chosen profile overrides the store's until the turn that saves it is on disk.
    bool m_profileIsChosen;
    storage::Ticket m_profileGate{};

    storage::PlannedFailure m_failure;

    DiskWatch m_disk;
    cluster::StorageAccepts m_worldAccepts;  // As last told to the world.
    Duration m_lookForRoomAt{};  // While the disk has plenty, its room is not asked for each turn.
    std::uint64_t m_room = UINT64_MAX;  // What can still be written, as last estimated.
    bool m_awaitsDisk = false;          // The room is known only once all is written and flushed.
    bool m_behind = false;              // The last turn was cut short.
    bool m_flushedInMemory = false;     // There may be more; no worker wakes the loop.
    bool m_storeHasDeferred = false;    // The store has more deferred work.
    Instant m_ranTo;  // Everything due up to here has run; a single step goes less far.
    storage::Ticket m_ticket{};
    storage::Ticket m_releasedTo{};
    Duration m_frameEnd{};               // When this thread must serve its sockets again.
    std::optional<Duration> m_flushDue;  // By then the last write must be in the tree.
    std::optional<Duration> m_retryAt;   // While down: when to retry.
    std::uint64_t m_generation = 0;

    Worker m_logWriter;  // Last: the threads of the workers wake the owner.
    Worker m_treeFlusher;
};

}  // namespace orrery::engine
