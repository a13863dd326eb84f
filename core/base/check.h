#pragma once

namespace orrery {

/// Prints the failed condition and its place, then what the innermost CheckContext of this thread
/// tells about the run (seed, instant, last events), and aborts.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);

/// Describes what this thread was doing when a CHECK fails. It lives on the stack of the run and
/// nests; only the thread that made it uses it.
class CheckContext {
public:
    CheckContext();
    virtual ~CheckContext();
    CheckContext(const CheckContext&) = delete;
    CheckContext& operator=(const CheckContext&) = delete;

    /// Writes to stderr. Called once, with the process about to abort.
    virtual void describe() const = 0;

private:
    const CheckContext* m_outer;
};

}  // namespace orrery

/// Aborts if `condition` is false, which only a mistake of ours can cause. Active in every build. A
/// condition that user input can reach is an error value, never a CHECK.
#define CHECK(condition) \
    (static_cast<bool>(condition) ? void(0) : ::orrery::checkFailed(#condition, __FILE__, __LINE__))
