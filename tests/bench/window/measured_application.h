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

/// An application that writes down what its thread is busy with.
class MeasuredApplication : public QApplication {
public:
    MeasuredApplication(int& argc, char** argv);

    bool notify(QObject* receiver, QEvent* event) override;

    struct Measured {
        /// A window's turn to draw itself: layout, painting, and handing the picture over.
        Times frames;
        /// From the event loop's waking to its next rest: nothing waits longer for its turn.
        Times stretches;
        /// How late a timer of 4 ms is.
        Times latencies;
    };
    /// What was measured since the last time.
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
