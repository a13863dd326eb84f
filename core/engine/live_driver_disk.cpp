#include <algorithm>
#include <utility>

#include "core/engine/live_driver.h"
#include "core/engine/loop.h"
#include "core/storage/storage_error.h"

// How the driver gives work to the disk, and what it does if the disk fails.

namespace orrery::engine {

using namespace std::chrono_literals;

namespace {

constexpr Duration kFlushRetry = 1s;
constexpr Duration kRetryAfter = 1s;
constexpr Duration kProbeRoomEvery = 1s;
constexpr Duration kGoOnMax = 300us;
constexpr std::size_t kStepsAtOnce = 64;

}  // namespace

void LiveDriver::takeFinishedWork() {
    if (auto work = m_logWriter.takeFinished()) m_store->finishLogWork(std::move(work));
    if (auto work = m_treeFlusher.takeFinished()) m_store->finishFlushWork(std::move(work));
}

void LiveDriver::startWork(Duration wall) {
    m_flushedInMemory = false;
    if (m_onlyReads) return;
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

// Either a flush found no room, and the world continues with its memory; or a commit did, and a
// read-only world is opened next.
void LiveDriver::enterNoRoom(Duration wall, const std::optional<storage::StorageError>& error) {
    m_roomProbeAt = wall + kProbeRoomEvery;
    m_problem = "Writes are refused until there is room again: " +
                (error ? error->message() : std::string("the disk is full."));
    report();
}

void LiveDriver::probeRoom(Duration wall) {
    if (!m_store->hasRoom()) {
        m_roomProbeAt = wall + kProbeRoomEvery;
        return;
    }
    m_roomProbeAt.reset();
    m_onlyReads = false;
    m_store->tryAgain();
    if (!m_flushDue) m_flushDue = wall;
    m_problem = "There is room again: writes are accepted.";
    report();
    m_problem.clear();
}

void LiveDriver::report() const {
    if (m_options.onStorageChange) m_options.onStorageChange(m_problem);
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

// Everything committed but not written is lost, and so is every answer that depends on it. After a
// failed sync no later sync can be trusted (the kernel may have discarded the pages), so the
// reopened world is read-only.
void LiveDriver::dropFailedStore(Duration wall) {
    const auto error = m_store->lastError();
    m_readOnly = m_readOnly || m_store->health() == storage::Health::ReadOnly;
    const bool isFull = !m_readOnly && error && storage::isLackOfRoom(*error);
    if (isFull) {
        if (!m_roomProbeAt) enterNoRoom(wall, error);
    } else {
        m_problem =
            m_readOnly
                ? "The disk failed, so writes are refused until the engine is started again: "
                : "A commit to the disk failed, and the requests in progress were lost: ";
        m_problem += error ? error->message() : std::string("no reason was given.");
        report();
    }
    m_onlyReads = m_readOnly || isFull;
    dropWorld(m_problem);
}

void LiveDriver::dropWorld(std::string why) {
    m_problem = std::move(why);
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
            m_problem = opened.error();
            return;
        }
    }
    if (const auto opened = openWorld(calendar); !opened) {
        m_problem = opened.error();
        m_store.reset();
        return;
    }
    m_retryAt.reset();
    if (m_readOnly) m_store->stopWriting();
    startClock(wall);
    static_cast<void>(m_world->admit(cluster::StorageFailure{m_problem}));
}

void LiveDriver::writeEverything() {
    while (m_store->figures().pendingTurns > 0) {
        auto work = m_store->takeLogWork();
        if (!work) break;
        work->run();
        m_store->finishLogWork(std::move(work));
    }
    if (m_store->figures().pendingTurns == 0) return;
    const auto error = m_store->lastError();
    m_problem = "The last changes could not be written to the disk: ";
    m_problem += error ? error->message() : std::string("no reason was given.");
    report();
}

void LiveDriver::close() {
    if (!m_store) return;
    m_logWriter.waitForEnd();
    m_treeFlusher.waitForEnd();
    takeFinishedWork();
    if (m_world && !m_onlyReads && m_store->health() <= storage::Health::NoRoom) {
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
    const bool metBefore = std::exchange(m_readOnly, true);
    m_onlyReads = true;
    dropWorld("The data on the disk cannot be used, so writes are refused: " + failure.message());
    if (metBefore) {
        m_retryAt = wall + kRetryAfter;
        return;
    }
    report();
    reopen(wall, calendar);
}

void LiveDriver::tellIfWritable() {
    const bool accepts = !isReadOnly();
    if (std::exchange(m_worldAccepts, accepts) == accepts) return;
    static_cast<void>(m_world->admit(cluster::StorageAccepts{accepts}));
}

void LiveDriver::noteDamage() {
    const auto& damage = m_world->damage() ? m_world->damage() : m_store->damage();
    if (m_isDamaged || !damage) return;
    m_isDamaged = true;
    // The world's own sentence already says so.
    m_problem = m_world->damage() ? damage->message() : "Writes are refused: " + damage->message();
    report();
    static_cast<void>(m_world->admit(cluster::StorageFailure{m_problem}));
}

}  // namespace orrery::engine
