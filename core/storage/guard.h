#pragma once

#include <csetjmp>
#include <csignal>

namespace orrery::storage {

// Reading a mapped page that the disk cannot deliver raises SIGBUS. LMDB may raise SIGSEGV or fail
// an assert on corrupt pages. Under a guard, each of these ends only the call in which it happened.
//
// A fault leaves the body by a jump. So nothing in it may have a destructor, and whatever it was
// changing must not be used again.

/// Where a guard on this thread continues after a fault.
struct GuardFrame {
    sigjmp_buf jump;
    GuardFrame* outer;
};

/// The innermost guard of this thread, or null.
GuardFrame*& guardOfThread();
/// Makes SIGBUS and SIGSEGV jump to the innermost guard. Outside a guard, their earlier actions
/// apply.
void installGuard();
/// Leaves the innermost guard as a fault would. Call it only under a guard.
[[noreturn]] void jumpOutOfGuard();

/// Runs `body`. Returns false if a fault ended it.
template <typename Body>
[[nodiscard]] bool guarded(Body&& body) {
    GuardFrame frame;
    frame.outer = guardOfThread();
    // The handler leaves its signal unblocked, so there is no mask to restore.
    if (sigsetjmp(frame.jump, 0) != 0) {
        guardOfThread() = frame.outer;
        return false;
    }
    guardOfThread() = &frame;
    body();
    guardOfThread() = frame.outer;
    return true;
}

}  // namespace orrery::storage
