#pragma once

#include <csetjmp>
#include <csignal>

namespace orrery::storage {

// A page of a mapped file that the disk cannot deliver is a SIGBUS, and LMDB on damaged pages may
// be a SIGSEGV or one of its asserts. Under a guard each of them ends the call that it happened in
// and nothing else.
//
// The body is left by a jump: nothing in it may have a destructor, and whatever it was changing is
// not to be used again.

/// Where a guard on this thread continues after a fault.
struct GuardFrame {
    sigjmp_buf jump;
    GuardFrame* outer;
};

/// The innermost guard of this thread, or null.
GuardFrame*& guardOfThread();
/// Makes SIGBUS and SIGSEGV jump to it. Outside a guard they do what they did before.
void installGuard();
/// Ends the innermost guard as a fault would. Under a guard only.
[[noreturn]] void jumpOutOfGuard();

/// Runs `body`; false if a fault ended it.
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
