#include <algorithm>
#include <utility>

#include "core/engine/live_driver.h"
#include "core/engine/loop.h"

// How the driver gives work to the disk, and what it does if the disk fails.

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

constexpr Duration kFlushRetry = 1s;
constexpr Duration kRetryAfter = 1s;
constexpr Duration kGoOnMax = 300us;
constexpr std::size_t kStepsAtOnce = 64;
// More than is written between two looks.
constexpr std::uint64_t kPlenty = 1u << 30;
// More than a turn and the work that goes on beside it write.
constexpr std::uint64_t kNearlyFull = 64u << 20;
// More than a step of a job or of a copy writes, beside what is kept for others.
constexpr std::uint64_t kRoomForOwnWork = 6u << 20;
constexpr Duration kLookForRoomEvery = 100ms;

}  // namespace

void LiveDriver::takeFinishedWork() {
    if (auto work = m_logWriter.takeFinished()) m_store->finishLogWork(std::move(work));
    if (auto work = m_treeFlusher.takeFinished()) m_store->finishFlushWork(std::move(work));
}

void LiveDriver::startWork(Duration wall) {
    m_flushedInMemory = false;
    if (m_disk.isOnlyForReads()) return;
    // Memory never blocks, so no thread is needed.
    const bool inMemory = m_options.dataFolder.empty();
    if (!m_logWriter.busy()) {
        if (auto work = m_store->takeLogWork()) {
            if (inMemory) {
                work->run();
                m_store->finishLogWork(std::move(work));
                releaseGated();
            } else {
                m_logWriter.start(std::move(work));
            }
        }
    }
    if (!m_treeFlusher.busy() && acceptsDeletions()) startFlush(wall);
}

// A longer share would delay answers; a shorter one could not keep up with the turns.
void LiveDriver::runDeferredInStore() {
    const Duration end = std::min(Loop::now() + kGoOnMax, m_frameEnd);
    do {
        m_storeHasDeferred = m_store->runDeferred(kStepsAtOnce);
    } while (m_storeHasDeferred && Loop::now() < end);
}

void LiveDriver::probeRoom(Duration wall) {
    m_disk.probed(wall, [this](std::uint64_t bytes) { return m_store->hasRoom(bytes); });
    if (!acceptsDeletions()) return;
    m_store->tryAgain();
    if (!m_flushDue) m_flushDue = wall;
}

// What the memtable holds goes into the trees of all zones and leaves the logs. How much room that
// takes or gives is known only then, so near the end of the disk the world stands still for it.
void LiveDriver::watchRoom(Duration wall) {
    if (m_options.dataFolder.empty() || !acceptsDeletions()) {
        m_room = UINT64_MAX;
        m_awaitsDisk = false;
        return;
    }
    if (wall < m_lookForRoomAt) return;
    m_room = m_store->roomBytes();
    if (m_room >= kPlenty) m_lookForRoomAt = wall + kLookForRoomEvery;
    const storage::Store::Figures left = m_store->figures();
    // Images in whole pages take up to twice their size.
    const std::uint64_t unflushed = 2 * kZonesPerRegion * left.memtableBytes;
    const std::uint64_t owed = m_world->roomOwed();
    m_disk.owes(owed);
    const std::uint64_t needed = m_disk.acceptsWrites() ? kRoomBytes + owed : kLeastBytes;
    // A worker may give back the room of what is archived or trimmed.
    const bool isAtWork = m_logWriter.busy() || m_treeFlusher.busy();
    m_awaitsDisk =
        m_room < needed + unflushed && (unflushed > 0 || left.pendingTurns > 0 || isAtWork);
    if (m_awaitsDisk)
        m_flushDue = wall;
    else
        m_disk.hasLeft(wall, m_room, m_world->lacksRoom());
}

bool LiveDriver::isNearlyFull() const {
    return m_room < kNearlyFull;
}

void LiveDriver::startFlush(Duration wall) {
    const bool force = m_flushDue && *m_flushDue <= wall;
    if (force) m_flushDue.reset();
    auto work = m_store->takeFlushWork(force);
    if (!work) {
        // Unsynced turns cannot be flushed.
        const bool left = force && m_store->figures().memtableBytes > 0;
        if (left) m_flushDue = wall + kFlushRetry;
    } else if (m_options.dataFolder.empty()) {
        work->run();
        m_store->finishFlushWork(std::move(work));
        m_flushedInMemory = true;
    } else {
        m_treeFlusher.start(std::move(work));
    }
}

storage::Store::Figures LiveDriver::figures() const {
    return m_store ? m_store->figures() : storage::Store::Figures();
}

bool LiveDriver::isSettled() const {
    return m_gated.empty() && !m_logWriter.busy();
}

void LiveDriver::failOpenCalls() {
    m_callsAreLost = m_callsAreLost || m_open > 0;
    m_open = 0;
    m_inbox.clear();
    m_gated.clear();
}

// Everything committed but not written is lost, and so is every answer that depends on it.
void LiveDriver::dropFailedStore(Duration wall) {
    m_disk.storeFailed(wall, m_store->health(), m_store->lastError());
    dropWorld();
}

void LiveDriver::dropWorld() {
    failOpenCalls();
    m_logWriter.waitForEnd();
    m_treeFlusher.waitForEnd();
    takeFinishedWork();
    endWorld();
    m_ticket = m_releasedTo = storage::Ticket();
    m_flushDue.reset();
    if (!m_failure.atEachOpening) m_failure = {};
    if (auto* memory = dynamic_cast<storage::MemoryStore*>(m_store.get())) {
        memory->crash();
    } else {
        m_store.reset();
    }
}

void LiveDriver::endWorld() {
    if (m_world && m_options.worldEnds) m_options.worldEnds();
    m_world.reset();
}

void LiveDriver::reopen(Duration wall, CalendarTime calendar) {
    m_retryAt = wall + kRetryAfter;
    ++m_generation;
    if (!m_store) {
        if (const auto opened = openStore(); !opened) {
            m_disk.reopeningFailed(opened.error());
            return;
        }
    }
    if (const auto opened = openWorld(calendar); !opened) {
        m_disk.reopeningFailed(opened.error());
        m_store.reset();
        return;
    }
    m_retryAt.reset();
    // A full disk may be written again.
    if (m_disk.isOnlyForReads() && m_disk.state() != DiskState::Full) m_store->stopWriting();
    startClock(wall);
    static_cast<void>(m_world->admit(cluster::StorageFailure{m_disk.problem()}));
}

void LiveDriver::writeEverything() {
    while (m_store->figures().pendingTurns > 0) {
        auto work = m_store->takeLogWork();
        if (!work) break;
        work->run();
        m_store->finishLogWork(std::move(work));
    }
    if (m_store->figures().pendingTurns == 0) return;
    m_disk.closingFailed(m_store->lastError());
}

void LiveDriver::close() {
    if (!m_store) return;
    m_logWriter.waitForEnd();
    m_treeFlusher.waitForEnd();
    takeFinishedWork();
    if (m_world && !m_disk.isOnlyForReads() && m_store->health() <= storage::Health::NoRoom) {
        m_world->close();
        writeEverything();
    }
    endWorld();
    m_store.reset();
}

// The data on disk cannot be trusted any more, but most of it can still be read. A world that fails
// again right after opening waits before the next attempt.
void LiveDriver::failWorld(const storage::StorageError& failure, Duration wall,
                           CalendarTime calendar) {
    const bool isFirst = m_disk.worldFailed(failure);
    dropWorld();
    if (isFirst) return reopen(wall, calendar);
    m_retryAt = wall + kRetryAfter;
}

// While a call is under way on a nearly full disk, the world goes on with what is left of the room
// that it was told: the estimate lacks what the call has yet to write.
void LiveDriver::tellWhatIsAccepted() {
    using cluster::Accepted;
    cluster::StorageAccepts accepts{Accepted::Nothing};
    if (m_disk.acceptsDeletions()) {
        if (isNearlyFull() && (m_awaitsDisk || hasCallUnderWay())) return;
        if (isNearlyFull()) accepts.room = m_room;
        accepts.accepted = m_room < kRoomForOwnWork ? Accepted::ClientWrites : Accepted::Everything;
        if (!m_disk.acceptsWrites())
            accepts.accepted = m_room < kLeastBytes ? Accepted::Deletions : Accepted::NoGrowth;
    }
    const bool isKnown = std::exchange(m_worldAccepts, accepts) == accepts;
    if (isKnown && !isNearlyFull()) return;
    static_cast<void>(m_world->admit(accepts));
}

void LiveDriver::noteDamage() {
    const auto& damage = m_world->damage() ? m_world->damage() : m_store->damage();
    if (!damage) return;
    // The world's own sentence already says so.
    const bool isNew = m_disk.foundDamage(*damage, m_world->damage() ? "" : "Writes are refused: ");
    if (!isNew) return;
    // A world opened for reads on a full disk is not written any more, even once there is room.
    if (m_disk.isOnlyForReads()) m_store->stopWriting();
    static_cast<void>(m_world->admit(cluster::StorageFailure{m_disk.problem()}));
}

}  // namespace orrery::engine
