#include "core/engine/live_driver.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/engine/loop.h"
#include "core/engine/work_sharing.h"
#include "core/table/apply.h"

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

// The length of a turn, after which sockets are served. What follows a turn (commit, answers, a
// snapshot) takes about as long again.
constexpr Duration kTurnMax = 500us;
// Time since the start of the turn after which deferrable work stops.
constexpr Duration kFrameMax = 1200us;
constexpr std::size_t kTurnEventsMax = 1000;
constexpr std::size_t kTurnCallsMax = 1000;
constexpr std::size_t kTurnGroupsMax = 64;
// Between two readings of the wall clock.
constexpr std::size_t kEventsAtOnce = 32;
constexpr std::size_t kCallsAtOnce = 16;
constexpr std::size_t kRefusedMax = 4096;
// A step to the next event gives up in a world that has only ticks.
constexpr int kStepEventsMax = 100'000;

// The length of a look at what changed, and between two readings of the wall clock meanwhile.
constexpr Duration kLookMax = 300us;
constexpr std::size_t kPartitionsAtOnce = 32;

cluster::Pace paceOf(const sim::LiveClock& clock) {
    if (clock.paused()) return cluster::Pace::Stopped;
    if (clock.speed() > sim::LiveClock::kNormalSpeed) return cluster::Pace::Ahead;
    return clock.speed() < sim::LiveClock::kNormalSpeed ? cluster::Pace::Slower
                                                        : cluster::Pace::Normal;
}

}  // namespace

LiveDriver::LiveDriver(const DriverOptions& options, const std::function<void()>& wake)
    : m_options(options),
      m_profileIsChosen(options.world.profileIsChosen),
      m_failure(options.failure),
      m_disk(options.onStorageChange),
      m_logWriter(wake),
      m_treeFlusher(wake) {}

LiveDriver::~LiveDriver() {
    close();
}

std::expected<std::unique_ptr<LiveDriver>, std::string> LiveDriver::open(
    const DriverOptions& options, Duration wall, CalendarTime calendar,
    const std::function<void()>& wake) {
    std::unique_ptr<LiveDriver> driver(new LiveDriver(options, wake));
    TRY(driver->openStore());
    TRY(driver->openWorld(calendar));
    driver->startClock(wall);
    return driver;
}

std::expected<void, std::string> LiveDriver::openStore() {
    if (m_options.dataFolder.empty()) {
        m_store = storage::MemoryStore::create(m_failure, 0);
        return {};
    }
    storage::LmdbOptions options;
    options.durability = m_options.durability;
    options.failure = m_failure;
    options.stepsAtOnce = 0;
    options.isWhole = table::isWhole;
    auto store = storage::openLmdbStore(m_options.dataFolder, options);
    if (!store) return std::unexpected(store.error().message());
    m_store = *std::move(store);
    return {};
}

std::expected<void, std::string> LiveDriver::openWorld(CalendarTime calendar) {
    cluster::WorldOptions options = m_options.world;
    options.profileIsChosen = m_profileIsChosen;
    WorkSharing helper(m_treeFlusher);  // It has nothing to do yet.
    options.helper = &helper;
    auto world = cluster::World::open(*m_store, options, calendar);
    if (!world) return std::unexpected(world.error().message());
    m_world = *std::move(world);
    m_worldAccepts = {};
    m_lookForRoomAt = {};
    m_profileGate = m_world->openTurn();
    return {};
}

// Restores the clock's saved state.
void LiveDriver::startClock(Duration wall) {
    m_clock.emplace(m_world->now(), wall);
    const cluster::ClockSetting& setting = m_world->clockSetting();
    m_clock->setSpeed(setting.speed, wall);
    if (setting.paused) m_clock->pause(wall);
    m_behind = false;
    m_ranTo = m_world->now();
}

// --- calls

void LiveDriver::submit(cluster::CallId id, std::unique_ptr<cluster::Call> call,
                        cluster::Caller caller) {
    ++m_open;
    m_inbox.push_back({id, std::move(call), std::move(caller)});
}

void LiveDriver::record(cluster::RefusedCall refused) {
    // While no world is open, only so many wait for the next one.
    if (m_refused.size() < kRefusedMax) m_refused.push_back(std::move(refused));
}

bool LiveDriver::withdraw(cluster::CallId id) {
    const auto at = std::ranges::find(m_inbox, id, &cluster::CallInput::id);
    if (at == m_inbox.end()) return false;
    m_inbox.erase(at);
    --m_open;
    return true;
}

bool LiveDriver::admitOldest() {
    if (m_inbox.empty()) return false;
    cluster::CallInput& oldest = m_inbox.front();
    static_cast<void>(m_world->admit(std::move(oldest)));
    m_inbox.pop_front();
    return true;
}

// --- turns

void LiveDriver::turn(Duration wall, CalendarTime calendar) {
    if (!isUp()) {
        failOpenCalls();
        if (m_retryAt && wall >= *m_retryAt) reopen(wall, calendar);
        return;
    }
    m_frameEnd = Loop::now() + kFrameMax;
    takeFinishedWork();
    if (m_store->health() == storage::Health::NoRoom) {
        m_disk.foundNoRoom(wall, m_store->lastError());
    } else if (m_store->health() != storage::Health::Ok) {
        dropFailedStore(wall);
        reopen(wall, calendar);
        return;
    }
    if (m_disk.probeAt() && wall >= *m_disk.probeAt()) probeRoom(wall);
    watchRoom(wall);
    tellWhatIsAccepted();
    if (m_store->synced() >= m_profileGate) m_profileIsChosen = false;
    static_cast<void>(
        m_world->admit(cluster::StorageSynced{m_store->synced(), m_store->treesSynced()}));
    // The disk is behind with the tree or the log: time stands still until some work has ended.
    if (isDiskBehind()) {
        static_cast<void>(m_world->admit(cluster::WallClock{calendar, paceOf(*m_clock)}));
    } else {
        runTurn(wall, calendar);
    }
    recordRefused();
    if (const auto failure = m_world->failure()) return failWorld(*failure, wall, calendar);
    noteDamage();
    const storage::Ticket ticket = m_world->endTurn();
    if (ticket != m_ticket && !m_flushDue) m_flushDue = wall + m_options.flushAfter;
    m_ticket = ticket;
    for (cluster::Answered& answered : m_world->takeAnswers())
        answer(std::move(answered));
    releaseGated();
    startWork(wall);
    runDeferredInStore();
    if (m_world->isScanningChecksums()) static_cast<void>(m_world->admit(cluster::StepChecksums{}));
}

// A disk that accepts nothing will not catch up either, and reads go on. The world then holds back
// all work that adds data, so little more is to be kept in memory.
bool LiveDriver::isDiskBehind() const {
    return acceptsDeletions() && (m_store->saturated() || m_awaitsDisk);
}

void LiveDriver::runTurn(Duration wall, CalendarTime calendar) {
    const sim::LiveClock::Step step = m_clock->next(wall, m_world->nextEventAt());
    const cluster::Pace pace = paceOf(*m_clock);
    if (step.jumped && pace != cluster::Pace::Slower) setCalendar(calendar);
    static_cast<void>(m_world->admit(cluster::WallClock{calendar, pace}));
    const Duration end = std::min(Loop::now() + kTurnMax, m_frameEnd);
    // A world that is stepped event by event stops between the events of one instant.
    if (m_clock->paused() && !m_behind && step.until <= m_ranTo) return sweepGroups(end);
    m_behind = false;
    runWorld(step.until, end);
    recordRefused();  // They came before the calls that wait.
    if (m_clock->paused() || m_inbox.empty()) return;
    admitSome(end);
    runWorld(step.until, end);
}

// A fault that is set while the clock is paused takes effect at once.
void LiveDriver::sweepGroups(Duration end) {
    while (m_world->isSweeping()) {
        m_world->sweepGroups(kEventsAtOnce);
        if (mustEndTurn(end)) return;
    }
}

// On a nearly full disk one call ends, and what it wrote is known, before the next one begins.
bool LiveDriver::mayAdmit() const {
    return !m_inbox.empty() && !(isNearlyFull() && hasCallUnderWay());
}

// Calls get the instant of the turn that admits them. Every turn admits some, so that a world that
// is behind does not lock them out.
void LiveDriver::admitSome(Duration end) {
    for (std::size_t count = 1; count <= kTurnCallsMax && mayAdmit() && admitOldest(); ++count) {
        if (count % kCallsAtOnce == 0 && Loop::now() >= end) return;
    }
}

// Also while the clock is paused: their clients have the answer.
void LiveDriver::recordRefused() {
    for (cluster::RefusedCall& refused : m_refused)
        static_cast<void>(m_world->admit(std::move(refused)));
    m_refused.clear();
}

void LiveDriver::runWorld(Instant until, Duration end) {
    if (m_behind) return;
    m_ranTo = until;
    const std::size_t eventsAtOnce = isNearlyFull() ? 1 : kEventsAtOnce;
    for (std::size_t ran = 0; ran < kTurnEventsMax; ran += eventsAtOnce) {
        if (m_world->run(until, eventsAtOnce)) return;
        if (mustEndTurn(end)) break;
    }
    m_behind = true;
}

bool LiveDriver::mustEndTurn(Duration end) const {
    const std::size_t groupsMax = isNearlyFull() ? 1 : kTurnGroupsMax;
    return Loop::now() >= end || m_world->unsavedGroups() >= groupsMax;
}

void LiveDriver::answer(cluster::Answered&& answered) {
    if (!isReleased(answered.gate)) {
        m_gated.push_back(std::move(answered));
    } else {
        --m_open;
        m_released.push_back(std::move(answered));
    }
}

void LiveDriver::releaseGated() {
    // A read may wait for an earlier turn than the write before it, so this checks the whole queue.
    // It is never longer than the answers of one sync.
    const storage::Ticket synced = m_store->synced();
    if (m_gated.empty() || synced == m_releasedTo) return;
    m_releasedTo = synced;
    for (cluster::Answered& answered : std::exchange(m_gated, {}))
        answer(std::move(answered));
}

std::shared_ptr<observe::Snapshot> LiveDriver::showWorld() {
    const Duration end = std::min(Loop::now() + kLookMax, m_frameEnd);
    while (m_world->refreshSnapshot(kPartitionsAtOnce) && Loop::now() < end) {
    }
    return m_world->showSnapshot();
}

std::optional<Duration> LiveDriver::dueAt(Duration wall) const {
    if (!isUp()) return m_retryAt;
    if (m_storeHasDeferred || m_flushedInMemory || m_world->isScanningChecksums()) return wall;
    if (isDiskBehind()) {
        const bool mayFlush = m_awaitsDisk && !m_treeFlusher.busy();
        return mayFlush ? m_flushDue : std::nullopt;
    }
    const bool paused = m_clock->paused();
    if (m_behind || m_world->isSweeping() || (!paused && mayAdmit())) return wall;
    std::optional<Duration> due;
    if (!paused || m_clock->target() > m_ranTo) due = m_clock->wallAt(m_world->nextEventAt(), wall);
    if (m_flushDue && acceptsDeletions() && !m_treeFlusher.busy())
        due = std::min(due.value_or(*m_flushDue), *m_flushDue);
    if (const auto probe = m_disk.probeAt()) due = std::min(due.value_or(*probe), *probe);
    return due;
}

bool LiveDriver::stepOneEvent() {
    const EventId before = m_world->lastEvent();
    if (m_world->nextEventAt() > m_world->now()) admitOldest();
    for (int i = 0; i < kStepEventsMax && m_world->lastEvent() == before; ++i) {
        const Instant due = m_world->nextEventAt();
        if (due == Instant::never()) return false;
        m_clock->step(std::max(due - m_clock->target(), Duration()));
        m_world->run(due, 1);
        m_ranTo = std::max(m_ranTo, due);
    }
    return true;
}

}  // namespace orrery::engine
