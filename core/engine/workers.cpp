#include "core/engine/workers.h"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "core/base/check.h"

namespace orrery::engine {

Worker::Worker(std::function<void()> wake) : m_wake(std::move(wake)), m_thread([this] { run(); }) {}

Worker::~Worker() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void Worker::start(std::unique_ptr<storage::Work> work) {
    CHECK(!m_busy);
    m_busy = true;
    {
        const std::lock_guard lock(m_mutex);
        m_todo = std::move(work);
    }
    m_changed.notify_all();
}

std::unique_ptr<storage::Work> Worker::takeFinished() {
    if (!m_busy) return nullptr;
    const std::lock_guard lock(m_mutex);
    if (m_done) m_busy = false;
    return std::move(m_done);
}

void Worker::waitForEnd() {
    if (!m_busy) return;
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_done != nullptr; });
}

void Worker::run() {
    // The loop's thread handles signals. A fault of this thread's own stays unblocked: a blocked
    // one ends the process before the storage's guard sees it.
    sigset_t others;
    sigfillset(&others);
    for (const int fault : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
        sigdelset(&others, fault);
    pthread_sigmask(SIG_BLOCK, &others, nullptr);
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_todo != nullptr || m_stopping; });
        if (!m_todo) return;
        std::unique_ptr<storage::Work> work = std::move(m_todo);
        lock.unlock();
        work->run();
        lock.lock();
        m_done = std::move(work);
        m_changed.notify_all();
        lock.unlock();
        m_wake();
        lock.lock();
    }
}

}  // namespace orrery::engine
