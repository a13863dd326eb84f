#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/storage/store.h"

namespace orrery::engine {

/// A thread that runs one piece of storage work at a time and returns it.
class Worker {
public:
    /// The worker's thread calls `wake` after each piece.
    explicit Worker(std::function<void()> wake);
    /// Waits for the piece in progress.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Owner's thread. The worker must be idle.
    void start(std::unique_ptr<storage::Work> work);
    /// Owner's thread: the finished piece, or null.
    std::unique_ptr<storage::Work> takeFinished();
    /// Owner's thread: true from `start` until `takeFinished` has returned the piece.
    bool busy() const { return m_busy; }
    /// Owner's thread: waits until the piece in progress has ended. The caller still has to take
    /// it.
    void waitForEnd();

private:
    void run();

    // Of the owner.
    bool m_busy = false;

    // Of both threads.
    const std::function<void()> m_wake;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::unique_ptr<storage::Work> m_todo;  // Guarded by m_mutex, as are all below.
    std::unique_ptr<storage::Work> m_done;
    bool m_stopping = false;

    std::thread m_thread;  // Last: it uses all members above.
};

}  // namespace orrery::engine
