#include "core/engine/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

namespace orrery::engine {
namespace {

constexpr int kCannotRun = 126;  // As the shell says it.
constexpr int kSignals = 128;
/// How long a command that is asked to end may take.
constexpr auto kGrace = std::chrono::seconds(2);

/// A file in memory with this text, to be read from its start; -1 if there is none.
int inMemory(std::string_view text) {
    const int file = ::memfd_create("orrery-input", MFD_CLOEXEC);
    if (file < 0) return -1;
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written <= 0) {
            ::close(file);
            return -1;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(file, 0, SEEK_SET);
    return file;
}

/// SIGCHLD may be ignored by inheritance, which would hide exit codes.
void noticeChildren() {
    struct sigaction known{};
    if (::sigaction(SIGCHLD, nullptr, &known) != 0 || known.sa_handler != SIG_IGN) return;
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &usual, nullptr);
}

}  // namespace

/// In a group of processes of its own, with no other file of this program, and with signals as a
/// shell expects them. 0 if it does not start.
pid_t Command::start(int input) const {
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    ::sigaddset(&signals, SIGPIPE);
    ::sigaddset(&signals, SIGXFSZ);
    ::sigaddset(&signals, SIGCHLD);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    std::string shell = "sh";
    std::string option = "-c";
    std::string line = m_line;
    char* const arguments[] = {shell.data(), option.data(), line.data(), nullptr};
    pid_t child = 0;
    const bool started =
        ::posix_spawn(&child, "/bin/sh", &files, &attributes, arguments, environ) == 0;
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    return started ? child : 0;
}

int Command::run(std::string_view input) {
    noticeChildren();
    const int file = inMemory(input);
    if (file < 0) return kCannotRun;
    pid_t child = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_stopped) child = m_child = start(file);
    }
    ::close(file);
    if (child == 0) return kCannotRun;
    // `stop` may send a signal for as long as the child's number is not free again.
    siginfo_t ended;
    int failed = 0;
    do {
        failed = ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
    } while (failed != 0 && errno == EINTR);
    const std::lock_guard lock(m_mutex);
    int status = 0;
    if (failed == 0) failed = ::waitpid(child, &status, 0) == child ? 0 : -1;
    m_child = 0;
    m_ended.notify_all();
    if (failed != 0) return kCannotRun;  // Another part of the program has taken its status.
    return WIFSIGNALED(status) ? kSignals + WTERMSIG(status) : WEXITSTATUS(status);
}

void Command::askToEnd() {
    if (std::exchange(m_stopped, true)) return;
    m_forceAt = std::chrono::steady_clock::now() + kGrace;
    if (m_child != 0) ::kill(-m_child, SIGTERM);
}

void Command::beginStop() {
    const std::lock_guard lock(m_mutex);
    askToEnd();
}

void Command::stop() {
    std::unique_lock lock(m_mutex);
    askToEnd();
    if (m_child == 0) return;
    if (!m_ended.wait_until(lock, m_forceAt, [this] { return m_child == 0; }))
        ::kill(-m_child, SIGKILL);
}

bool Command::isStopped() {
    const std::lock_guard lock(m_mutex);
    return m_stopped;
}

}  // namespace orrery::engine
