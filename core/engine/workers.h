#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/storage/store.h"

namespace orrery::engine {

/// A thread that runs one piece of storage work at a time and hands it back.
class Worker {
public:
    /// `wake` is called on the worker's thread after each piece.
    explicit Worker(std::function<void()> wake);
    /// Waits for the piece under way.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Owner's thread. The worker must have nothing under way.
    void start(std::unique_ptr<storage::Work> work);
    /// Owner's thread: the piece that has ended, or null.
    std::unique_ptr<storage::Work> takeFinished();
    /// Owner's thread: true from `start` until `takeFinished` has given the piece back.
    bool busy() const { return m_busy; }
    /// Owner's thread: waits until the piece under way has ended. It is still to be taken.
    void waitForEnd();

private:
    void run();

    // The owner's.
    bool m_busy = false;

    // Both threads'.
    const std::function<void()> m_wake;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::unique_ptr<storage::Work> m_todo;  // Guarded by m_mutex, as all below.
    std::unique_ptr<storage::Work> m_done;
    bool m_stopping = false;

    std::thread m_thread;  // Last: it uses all of the above.
};

}  // namespace orrery::engine
