#pragma once

#include <cstdint>
#include <optional>

#include "core/base/time.h"

namespace orrery::sim {

/// How the live driver turns wall time into instants of a world: at a speed, stopped, stepped,
/// moved on. Pure: wall time is a parameter, in nanoseconds of a clock that never goes back, and
/// every call must give a time no earlier than the call before.
///
/// The world is *behind* if something was due and has not run yet. Up to 250 ms of that is caught
/// up; beyond it the world's time stretches, so that a slow machine makes a slow world and no heap
/// of timers that all fire at once. If nothing was under way when the gap came, then the process or
/// the machine slept: the same, but it is called a jump, and the calendar is to be set anew.
class LiveClock {
public:
    /// Speeds are in millionths of the wall clock's, so that no float decides anything.
    static constexpr std::uint64_t kNormalSpeed = 1'000'000;
    static constexpr std::uint64_t kSpeedMax = 1'000 * kNormalSpeed;
    static constexpr Duration kBehindMax = std::chrono::milliseconds(250);
    /// How long after a stretch `stretched` says so.
    static constexpr Duration kStretchedShown = std::chrono::seconds(1);

    /// Runs at normal speed from `now`.
    LiveClock(Instant now, Duration wall);

    struct Step {
        Instant until;        ///< Where the world may run to; never earlier than before.
        bool jumped = false;  ///< Time was lost to a sleep: set the calendar.
    };
    /// Asked at the start of each turn. `due` is when the world's next event is due; a wall time at
    /// which the driver would have slept anyway is no gap.
    Step next(Duration wall, Instant due);

    /// The wall time at which `instant` comes, or nothing while the clock is stopped short of it.
    std::optional<Duration> wallAt(Instant instant, Duration wall) const;

    void pause(Duration wall);
    void resume(Duration wall);
    /// In millionths; 1 to kSpeedMax. Holds also when the clock next resumes.
    void setSpeed(std::uint64_t speed, Duration wall);
    /// While paused: lets the world run on by so much. Ignored while running.
    void step(Duration by);
    /// Moves time on by so much at once, running or paused. Nothing stretches until it is there.
    void advance(Duration by, Duration wall);

    bool paused() const { return m_paused; }
    std::uint64_t speed() const { return m_speed; }
    /// True if time was stretched in the last second of wall time.
    bool stretched(Duration wall) const;
    /// Where a paused world may run to; what `next` said last otherwise.
    Instant target() const { return m_target; }

private:
    /// The instant of `wall` by the present anchor, not below what was promised before.
    Instant at(Duration wall) const;
    void anchor(Instant instant, Duration wall);
    /// Wall time as virtual time at the present speed.
    Duration scaled(Duration wall) const;

    Instant m_anchor;  // The instant at m_anchorWall.
    Duration m_anchorWall;
    std::uint64_t m_speed = kNormalSpeed;
    bool m_paused = false;
    Instant m_target;          // The latest instant that was given out.
    Instant m_advancingTo;     // Up to here, being behind is no lateness.
    Duration m_lastWall;       // Of the last `next`.
    bool m_wasBehind = false;  // At the last `next`.
    std::optional<Duration> m_stretchedAt;
};

}  // namespace orrery::sim
