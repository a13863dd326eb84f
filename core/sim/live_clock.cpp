#include "core/sim/live_clock.h"

#include <algorithm>

#include "core/base/check.h"

namespace orrery::sim {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr auto kNormal = static_cast<std::int64_t>(LiveClock::kNormalSpeed);

/// `duration` × numerator / denominator, without overflow for several centuries: scales whole
/// seconds and the remainder separately. Both factors are at most 10^9.
Duration scale(Duration duration, std::int64_t numerator, std::int64_t denominator) {
    const std::int64_t seconds = duration.count() / kSecond;
    const std::int64_t rest = duration.count() % kSecond;
    const std::int64_t whole = seconds * numerator;
    const std::int64_t carried = whole % denominator * kSecond;
    return Duration(whole / denominator * kSecond + carried / denominator +
                    rest * numerator / denominator);
}

}  // namespace

LiveClock::LiveClock(Instant now, Duration wall)
    : m_anchor(now), m_anchorWall(wall), m_target(now), m_advancingTo(now), m_lastWall(wall) {}

Duration LiveClock::scaled(Duration wall) const {
    return scale(wall, static_cast<std::int64_t>(m_speed), kNormal);
}

Instant LiveClock::at(Duration wall) const {
    if (m_paused) return m_target;
    return std::max(m_target, m_anchor + scaled(wall - m_anchorWall));
}

void LiveClock::anchor(Instant instant, Duration wall) {
    m_anchor = instant;
    m_anchorWall = wall;
}

LiveClock::Step LiveClock::next(Duration wall, Instant due) {
    const Duration since = wall - m_lastWall;
    m_lastWall = wall;
    Step step{at(wall), false};
    const bool isBehind = due < step.until;
    const bool mayStretch = !m_paused && isBehind && due >= m_advancingTo;
    const Instant latest = due + (mayStretch ? scaled(kBehindMax) : Duration());
    const bool isStretched = mayStretch && latest < step.until;
    if (isStretched) {
        step.until = std::max(latest, m_target);
        anchor(step.until, wall);
        // A running driver calls every few milliseconds. If it did not call for so long although it
        // had little to catch up, the process was not running at all.
        step.jumped = !m_wasBehind && since > kBehindMax;
        m_stretchedAt = wall;
    }
    m_wasBehind = isStretched;
    m_target = step.until;
    return step;
}

std::optional<Duration> LiveClock::wallAt(Instant instant, Duration wall) const {
    if (instant <= at(wall)) return wall;
    if (m_paused || instant == Instant::never()) return std::nullopt;
    // The caller asks again after this long, so nothing overflows, however slow the clock is.
    constexpr Duration kFarthest = std::chrono::hours(1);
    const Duration left = instant - m_anchor;
    if (left > scaled(wall - m_anchorWall + kFarthest)) return wall + kFarthest;
    const Duration needed = scale(left, kNormal, static_cast<std::int64_t>(m_speed));
    // Rounds up, so that the instant has come at the returned wall time.
    return std::max(wall, m_anchorWall + needed + Duration(1));
}

void LiveClock::pause(Duration wall) {
    if (m_paused) return;
    m_target = at(wall);
    m_paused = true;
}

void LiveClock::resume(Duration wall) {
    if (!m_paused) return;
    m_paused = false;
    anchor(m_target, wall);
    m_lastWall = wall;
}

void LiveClock::setSpeed(std::uint64_t speed, Duration wall) {
    CHECK(speed >= 1);
    CHECK(speed <= kSpeedMax);
    const Instant now = at(wall);
    m_speed = speed;
    anchor(now, wall);
}

void LiveClock::step(Duration by) {
    if (m_paused) m_target = m_target + by;
}

void LiveClock::advance(Duration by, Duration wall) {
    m_target = at(wall) + by;
    m_advancingTo = std::max(m_advancingTo, m_target);
    anchor(m_target, wall);
}

bool LiveClock::stretched(Duration wall) const {
    return m_stretchedAt && wall - *m_stretchedAt < kStretchedShown;
}

}  // namespace orrery::sim
