#include "app/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string_view>

namespace orrery::app {
namespace {

void raiseFileLimit() {
    constexpr rlim_t kEnough = 4096;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnough) return;
    limit.rlim_cur = std::min(limit.rlim_max, kEnough);
    setrlimit(RLIMIT_NOFILE, &limit);
}

// Nothing here may allocate.
[[noreturn]] void endOutOfMemory() {
    constexpr std::string_view kText =
        "orrery: the system gives no more memory, so this program ends; a data folder has every "
        "acknowledged write. Raise the limit (ulimit -v) or free memory, and start it again.\n";
    static_cast<void>(!::write(STDERR_FILENO, kText.data(), kText.size()));
    std::_Exit(EXIT_FAILURE);
}

}  // namespace

void prepareProcess() {
    raiseFileLimit();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    std::set_new_handler(endOutOfMemory);
}

}  // namespace orrery::app
