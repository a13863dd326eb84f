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
    if (!m_treeFlusher.busy() && !isReadOnly()) startFlush(wall);
}

// A longer share would delay answers; a shorter one could not keep up with the turns.
void LiveDriver::runDeferredInStore() {
    const Duration end = std::min(Loop::now() + kGoOnMax, m_frameEnd);
    do {
        m_storeHasDeferred = m_store->runDeferred(kStepsAtOnce);
    } while (m_storeHasDeferred && Loop::now() < end);
}

void LiveDriver::probeRoom(Duration wall) {
    m_disk.probed(wall, m_store->hasRoom());
    if (!m_disk.acceptsWrites()) return;
    m_store->tryAgain();
    if (!m_flushDue) m_flushDue = wall;
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

void LiveDriver::tellIfWritable() {
    const bool accepts = !isReadOnly();
    if (std::exchange(m_worldAccepts, accepts) == accepts) return;
    static_cast<void>(m_world->admit(cluster::StorageAccepts{accepts}));
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
