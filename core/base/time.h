#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

// Two times. The instant drives timers, delays and leases, and stands still while the process is
// stopped. The calendar is what users see in timestamps: the instant plus an offset that the world
// stores.

namespace orrery {

/// Nanoseconds of virtual time. Literals: `using namespace std::chrono_literals`.
using Duration = std::chrono::nanoseconds;

/// A moment of a world, counted from the creation of the world. Never goes back.
class Instant {
public:
    constexpr Instant() = default;
    constexpr explicit Instant(Duration sinceStart) : m_sinceStart(sinceStart) {}

    constexpr Duration sinceStart() const { return m_sinceStart; }
    constexpr auto operator<=>(const Instant&) const = default;

    friend constexpr Instant operator+(Instant at, Duration by) {
        return Instant(at.m_sinceStart + by);
    }
    friend constexpr Instant operator-(Instant at, Duration by) {
        return Instant(at.m_sinceStart - by);
    }
    friend constexpr Duration operator-(Instant to, Instant from) {
        return to.m_sinceStart - from.m_sinceStart;
    }

    /// Later than every event.
    static constexpr Instant never() { return Instant(Duration::max()); }

private:
    Duration m_sinceStart{};
};

/// A calendar moment: nanoseconds since 1970-01-01 UTC.
class CalendarTime {
public:
    constexpr CalendarTime() = default;
    constexpr explicit CalendarTime(Duration sinceEpoch) : m_sinceEpoch(sinceEpoch) {}

    constexpr Duration sinceEpoch() const { return m_sinceEpoch; }
    /// Seconds with a fraction, as the service writes `CreationDateTime`.
    constexpr double seconds() const { return std::chrono::duration<double>(m_sinceEpoch).count(); }
    constexpr auto operator<=>(const CalendarTime&) const = default;

private:
    Duration m_sinceEpoch{};
};

}  // namespace orrery
