#include "core/storage/guard.h"

#include <initializer_list>

#include "core/base/check.h"

namespace orrery::storage {
namespace {

thread_local GuardFrame* t_innermost = nullptr;

struct sigaction g_busBefore;
struct sigaction g_segvBefore;

// Outside a guard the signal is not ours: restoring the earlier action and returning runs the
// instruction again under it.
void onFault(int signal) {
    if (t_innermost != nullptr) siglongjmp(t_innermost->jump, 1);
    ::sigaction(signal, signal == SIGBUS ? &g_busBefore : &g_segvBefore, nullptr);
}

bool install() {
    struct sigaction action = {};
    action.sa_handler = onFault;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_NODEFER;
    return ::sigaction(SIGBUS, &action, &g_busBefore) == 0 &&
           ::sigaction(SIGSEGV, &action, &g_segvBefore) == 0;
}

}  // namespace

GuardFrame*& guardOfThread() {
    return t_innermost;
}

void installGuard() {
    static const bool installed = install();
    CHECK(installed);
}

void jumpOutOfGuard() {
    CHECK(t_innermost != nullptr);
    siglongjmp(t_innermost->jump, 1);
}

}  // namespace orrery::storage
