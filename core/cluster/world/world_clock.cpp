#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/control_state.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/world/world_impl.h"

// A world's instant and calendar: where they resume after a stop, and what the store has of them.

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

//   value "clock" := version:uint8(2) bound:uint64 calendar:uint64 lead:uint64    // nanoseconds
//
// No answer has shown a later calendar than the stored one; the lead is its distance ahead of the
// wall clock. Version 1 has no version byte; its length of 24 bytes identifies it.
constexpr std::string_view kClockValue = "clock";
constexpr std::uint8_t kClockVersion = 2;
constexpr std::size_t kClockBytesOfVersion1 = 24;
/// How far ahead of time the bound is written, and how close time may come before it moves.
struct BoundSteps {
    Duration ahead;
    Duration left;
};
constexpr BoundSteps kSteps{20s, 10s};
/// After a kill, a slow world's calendar resumes at its bound, which must not look like a jump.
constexpr BoundSteps kSlowSteps{1s, 500ms};
/// Instants are nanoseconds in 63 bits; a world adds to them.
constexpr Duration kTimeMax = std::chrono::years(250);
/// Smaller growth of the lead is just the wall clock's jitter.
constexpr Duration kLeadGrowth = 10ms;

}  // namespace

// The instant resumes at the bound, possibly well ahead of where it stopped. The calendar does not
// jump to the bound; otherwise every restart would push it further ahead.
storage::StorageResult<void> World::Impl::openClock(CalendarTime wallClock) {
    TRY_ASSIGN(clockSetting, loadClockSetting(state.store));
    TRY_ASSIGN(const auto clock, state.store.value(kClockValue));
    Duration calendar{};
    if (clock) {
        ByteReader in(*clock);
        if (clock->size() > kClockBytesOfVersion1) {
            if (auto refused = refusedVersion(in, kClockVersion, "The saved time of the clock"))
                return std::unexpected(*std::move(refused));
        }
        state.now = Instant(Duration(static_cast<std::int64_t>(in.u64())));
        calendar = Duration(static_cast<std::int64_t>(in.u64()));
        lead = Duration(static_cast<std::int64_t>(in.u64()));
        const auto isPossible = [](Duration time) { return time >= 0s && time <= kTimeMax; };
        const bool areTimes =
            isPossible(state.now.sinceStart()) && isPossible(calendar) && isPossible(lead);
        if (!in.ok() || !in.atEnd() || !areTimes)
            return std::unexpected(corruptValue("The saved time of the clock"));
    }
    bound = state.now;
    savedLead = lead;
    state.calendarOffset = calendar - state.now.sinceStart();
    // A calendar that was held back on purpose does not catch up on the time while stopped.
    if (!clock || !clockSetting.isHeldBack()) setCalendar(wallClock);
    return {};
}

void World::Impl::setCalendar(CalendarTime wallClock) {
    const Duration offset = wallClock.sinceEpoch() + lead - state.now.sinceStart();
    state.calendarOffset = std::max(state.calendarOffset, offset);
}

void World::Impl::saveClockIfDue() {
    if (const auto wall = std::exchange(notedWall, std::nullopt))
        lead = std::max(Duration(), state.calendar().sinceEpoch() - wall->sinceEpoch());
    // Stopped time resumes where it stands.
    if (pace == Pace::Stopped) {
        if (bound != state.now || savedPace != pace) saveClock(state.now);
        return;
    }
    const BoundSteps steps = pace == Pace::Slower ? kSlowSteps : kSteps;
    const bool near = state.now + steps.left > bound;
    const bool marginIsMissing = pace != Pace::Normal && savedPace != pace;
    if (near || marginIsMissing || lead > savedLead + kLeadGrowth)
        saveClock(state.now + steps.ahead);
}

// No answer leaves at an instant after the bound on disk, since the world resumes there. Nor does
// it leave at a later calendar than the one after a restart. That is the wall clock plus the lead;
// or, if the calendar does not follow the wall clock or may outrun it, the calendar at the bound.
void World::Impl::saveClock(Instant newBound) {
    const Duration margin = pace == Pace::Normal ? Duration() : newBound - state.now;
    bound = newBound;
    savedLead = lead + margin;
    savedPace = pace;
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kClockVersion);
    out.u64(static_cast<std::uint64_t>(bound.sinceStart().count()));
    out.u64(static_cast<std::uint64_t>((state.calendar().sinceEpoch() + margin).count()));
    out.u64(static_cast<std::uint64_t>(lead.count()));
    state.turn.putValue(std::string(kClockValue), std::move(bytes));
    boundGate = state.openTicket;
}

}  // namespace orrery::cluster
