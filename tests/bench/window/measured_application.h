#pragma once

#include <QApplication>
#include <QTimer>
#include <chrono>
#include <vector>

namespace orrery::bench {

/// Milliseconds, in the order measured.
using Times = std::vector<double>;

/// "p50 1.20 ms, p99 4.10 ms, longest 8.35 ms (612)".
QString figures(Times times);

/// An application that measures what its thread is busy with.
class MeasuredApplication : public QApplication {
public:
    MeasuredApplication(int& argc, char** argv);

    bool notify(QObject* receiver, QEvent* event) override;

    struct Measured {
        /// The window's work for one frame: layout, painting, and delivery of the picture.
        Times frames;
        /// From each wake-up of the event loop to its next rest, which bounds every wait for the
        /// thread.
        Times stretches;
        /// The lateness of a timer of 4 ms.
        Times latencies;
    };
    /// The measurements since the last call.
    Measured take();

private:
    using Clock = std::chrono::steady_clock;
    static double milliseconds(Clock::duration time) {
        return std::chrono::duration<double, std::milli>(time).count();
    }
    void onTimer();

    Measured m_measured;
    Clock::time_point m_begin;
    Clock::time_point m_end;
    Clock::time_point m_due;
    QTimer m_timer;
    int m_depth = 0;
};

}  // namespace orrery::bench
