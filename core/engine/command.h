#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

namespace orrery::engine {

/// A shell command, run once per input; its output goes to standard error.
class Command {
public:
    explicit Command(std::string line) : m_line(std::move(line)) {}

    /// Runs it to its end, with `input` on its standard input. The result is that of a shell: 0 if
    /// it succeeded, its exit code, or 128 and the signal that ended it.
    int run(std::string_view input);
    /// Any thread. Asks the current run to end; later runs do not start.
    void beginStop();
    /// The same, and returns once the run has ended, if need be by force.
    void stop();
    bool isStopped();

private:
    pid_t start(int input) const;
    void askToEnd();

    const std::string m_line;

    std::mutex m_mutex;
    std::condition_variable m_ended;
    bool m_stopped = false;
    std::chrono::steady_clock::time_point m_forceAt;  // Once stopped.
    pid_t m_child = 0;                                // 0: none runs.
};

}  // namespace orrery::engine
