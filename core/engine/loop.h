#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace boost::asio {
class io_context;
}

namespace orrery::engine {

/// The event loop of the engine's thread, which waits for sockets, an instant of the wall clock,
/// tasks of other threads, and signals. All members are for that thread unless they say otherwise.
class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    boost::asio::io_context& context();

    /// Nanoseconds of a monotonic clock that does not count time asleep.
    static Duration now();
    /// Nanoseconds since 1970-01-01 UTC.
    static CalendarTime calendar();

    /// Runs ready handlers, about `limit` at most. True if there may be more.
    bool poll(std::size_t limit);
    /// Waits for something to do, at most until `until` if given.
    void wait(std::optional<Duration> until);

    using Task = std::function<void()>;
    /// Any thread: the loop's thread runs the task in one of its next rounds. False if too many
    /// tasks wait; then the task never runs.
    bool post(Task task);
    /// Any thread: the same, however many tasks wait. For tasks that must not be lost, such as the
    /// end.
    void postAlways(Task task);
    /// Any thread: ends a wait.
    void wake();
    /// SIGINT, SIGTERM and, unless ignored, SIGHUP run this on the loop's thread, each time.
    void onStopSignals(Task task);

private:
    void runPosted();

    class Impl;
    std::unique_ptr<Impl> m_impl;

    std::atomic<bool> m_woken = false;  // Any thread.

    std::mutex m_mutex;
    std::vector<Task> m_posted;  // Guarded by m_mutex.
};

}  // namespace orrery::engine
