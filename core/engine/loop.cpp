#include "core/engine/loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>

namespace orrery::engine {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kPostedMax = 4096;
constexpr Duration kCoarse = std::chrono::milliseconds(5);

}  // namespace

class Loop::Impl {
public:
    Impl() : context(1), timer(context), signals(context) {}

    asio::io_context context;
    asio::steady_timer timer;
    asio::signal_set signals;
    Task onStop;

    void waitForSignal() {
        signals.async_wait([this](error_code error, int) {
            if (error) return;
            onStop();
            waitForSignal();
        });
    }
};

Loop::Loop() : m_impl(std::make_unique<Impl>()) {}

Loop::~Loop() = default;

asio::io_context& Loop::context() {
    return m_impl->context;
}

Duration Loop::now() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

CalendarTime Loop::calendar() {
    return CalendarTime(std::chrono::system_clock::now().time_since_epoch());
}

bool Loop::poll(std::size_t limit) {
    std::size_t done = 0;
    m_impl->context.restart();
    while (done < limit && m_impl->context.poll_one() > 0)
        ++done;
    runPosted();
    return done == limit;
}

void Loop::wait(std::optional<Duration> until) {
    m_impl->context.restart();
    // Keeps run_one waiting even without sockets and timers.
    const auto work = asio::make_work_guard(m_impl->context);
    if (!until) {
        m_impl->context.run_one();
        return;
    }
    const std::chrono::steady_clock::time_point at(*until);
    // The kernel's wait ends up to a millisecond late. A timer is punctual but costs a call.
    if (*until - now() > kCoarse) {
        m_impl->context.run_one_until(at - kCoarse / 2);
        return;
    }
    m_impl->timer.expires_at(at);
    m_impl->timer.async_wait([](error_code) {});
    m_impl->context.run_one();
    m_impl->timer.cancel();
}

bool Loop::post(Task task) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_posted.size() >= kPostedMax) return false;
        m_posted.push_back(std::move(task));
    }
    wake();
    return true;
}

void Loop::postAlways(Task task) {
    {
        const std::lock_guard lock(m_mutex);
        m_posted.push_back(std::move(task));
    }
    wake();
}

void Loop::wake() {
    if (m_woken.exchange(true)) return;
    asio::post(m_impl->context, [] {});
}

void Loop::runPosted() {
    m_woken.store(false);
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(m_mutex);
        tasks.swap(m_posted);
    }
    for (const Task& task : tasks)
        task();
}

void Loop::onStopSignals(Task task) {
    m_impl->onStop = std::move(task);
    error_code ignored;
    m_impl->signals.add(SIGINT, ignored);
    m_impl->signals.add(SIGTERM, ignored);
    // The terminal has closed. Ignored if our parent ignores it (nohup).
    struct sigaction hangUp{};
    if (sigaction(SIGHUP, nullptr, &hangUp) == 0 && hangUp.sa_handler != SIG_IGN)
        m_impl->signals.add(SIGHUP, ignored);
    m_impl->waitForSignal();
}

}  // namespace orrery::engine
