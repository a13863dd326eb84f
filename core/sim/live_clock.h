#pragma once

#include <cstdint>
#include <optional>

#include "core/base/time.h"

namespace orrery::sim {

/// Turns wall time into instants of a world for the live driver: scaled by a speed, paused,
/// stepped, advanced. Pure: wall time is a parameter, in nanoseconds of a monotonic clock, and no
/// call may give a time earlier than the call before.
///
/// The world is *behind* if an event is due and has not run yet. It catches up on at most 250 ms of
/// that. Beyond that, its time is stretched, so that a slow machine makes a slow world instead of a
/// heap of timers that all fire at once. If it was not stretched before the gap, the process or the
/// machine was asleep: time is stretched too, but the gap is reported as a jump, after which the
/// caller sets the calendar.
class LiveClock {
public:
    /// Speeds are in millionths of the wall clock's, so that no decision uses floating point.
    static constexpr std::uint64_t kNormalSpeed = 1'000'000;
    static constexpr std::uint64_t kSpeedMax = 1'000 * kNormalSpeed;
    static constexpr Duration kBehindMax = std::chrono::milliseconds(250);
    /// How long `stretched` stays true after a stretch.
    static constexpr Duration kStretchedShown = std::chrono::seconds(1);

    /// Runs at normal speed from `now`.
    LiveClock(Instant now, Duration wall);

    struct Step {
        Instant until;        ///< How far the world may run; never earlier than before.
        bool jumped = false;  ///< The process slept: set the calendar.
    };
    /// The driver calls this at the start of each turn. `due` is the time of the world's next
    /// event. Wall time in which the driver would have slept anyway is no gap.
    Step next(Duration wall, Instant due);

    /// The wall time at which `instant` comes, or nothing if the paused clock stops before it.
    std::optional<Duration> wallAt(Instant instant, Duration wall) const;

    void pause(Duration wall);
    void resume(Duration wall);
    /// In millionths, from 1 to kSpeedMax. A paused clock uses it when it resumes.
    void setSpeed(std::uint64_t speed, Duration wall);
    /// Lets a paused world run on by `by`. Ignored while running.
    void step(Duration by);
    /// Moves time forward by `by` at once, running or paused. Time is not stretched before it gets
    /// there.
    void advance(Duration by, Duration wall);

    /// The instant at `wall`, never below one given out before. For a paused clock: `target`.
    Instant at(Duration wall) const;
    bool paused() const { return m_paused; }
    std::uint64_t speed() const { return m_speed; }
    /// True if time was stretched in the last second of wall time.
    bool stretched(Duration wall) const;
    /// How far a paused world may run; while running, the last result of `next`.
    Instant target() const { return m_target; }

private:
    void anchor(Instant instant, Duration wall);
    /// Wall time as virtual time at the current speed.
    Duration scaled(Duration wall) const;

    Instant m_anchor;  // The instant at m_anchorWall.
    Duration m_anchorWall;
    std::uint64_t m_speed = kNormalSpeed;
    bool m_paused = false;
    Instant m_target;          // The latest instant that was given out.
    Instant m_advancingTo;     // Being behind before this instant does not stretch time.
    Duration m_lastWall;       // At the last `next`.
    bool m_wasBehind = false;  // At the last `next`, so far that time was stretched.
    std::optional<Duration> m_stretchedAt;
};

}  // namespace orrery::sim
