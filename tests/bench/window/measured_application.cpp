#include "tests/bench/window/measured_application.h"

#include <QThread>
#include <algorithm>
#include <utility>

namespace orrery::bench {

constexpr std::chrono::milliseconds kTimer(4);
constexpr std::chrono::microseconds kRest(200);

QString figures(Times times) {
    if (times.empty()) return QStringLiteral("nothing measured");
    std::ranges::sort(times);
    const auto at = [&times](double part) {
        return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
    };
    return QStringLiteral("p50 %1 ms, p99 %2 ms, longest %3 ms (%4)")
        .arg(at(0.5), 0, 'f', 2)
        .arg(at(0.99), 0, 'f', 2)
        .arg(at(1), 0, 'f', 2)
        .arg(times.size());
}

MeasuredApplication::MeasuredApplication(int& argc, char** argv) : QApplication(argc, argv) {
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { onTimer(); });
    onTimer();
    m_measured.latencies.clear();
}

void MeasuredApplication::onTimer() {
    const Clock::time_point now = Clock::now();
    m_measured.latencies.push_back(std::max(0.0, milliseconds(now - m_due)));
    m_due = now + kTimer;
    m_timer.start(kTimer);
}

bool MeasuredApplication::notify(QObject* receiver, QEvent* event) {
    // Counts only whole events: neither nested ones, nor those that other threads of Qt handle.
    if (m_depth > 0 || QThread::currentThread() != thread())
        return QApplication::notify(receiver, event);
    const bool frame = event->type() == QEvent::UpdateRequest;
    const Clock::time_point begin = Clock::now();
    ++m_depth;
    const bool result = QApplication::notify(receiver, event);
    --m_depth;
    const Clock::time_point end = Clock::now();
    if (frame) m_measured.frames.push_back(milliseconds(end - begin));
    if (m_measured.stretches.empty() || begin - m_end > kRest) {
        m_measured.stretches.push_back(0);
        m_begin = begin;
    }
    m_end = end;
    m_measured.stretches.back() = milliseconds(m_end - m_begin);
    return result;
}

MeasuredApplication::Measured MeasuredApplication::take() {
    return std::exchange(m_measured, {});
}

}  // namespace orrery::bench
