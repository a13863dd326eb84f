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

/// What the engine's thread waits for: sockets, an instant of the wall clock, a word from another
/// thread, a signal. All members are for that thread unless they say otherwise.
class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    boost::asio::io_context& context();

    /// Nanoseconds of a clock that never goes back and stands still while the machine sleeps.
    static Duration now();
    /// Nanoseconds since 1970-01-01 UTC.
    static CalendarTime calendar();

    /// Does what is ready, at most about `limit` pieces of it. True if there may be more.
    bool poll(std::size_t limit);
    /// Waits for something to do, or until `until`; with nothing given, as long as it takes.
    void wait(std::optional<Duration> until);

    using Task = std::function<void()>;
    /// Any thread: has the task done by the loop's thread in one of its next rounds. False if too
    /// many tasks wait: then it will never be done.
    bool post(Task task);
    /// Any thread: the same, however many tasks wait. For what must not be lost, such as the end.
    void postAlways(Task task);
    /// Any thread: ends a wait.
    void wake();
    /// SIGINT, SIGTERM and, unless it is ignored, SIGHUP run this on the loop's thread, every time.
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
