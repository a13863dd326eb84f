// GET and PUT /clock, POST /clock/step, POST /clock/advance.

#include <algorithm>
#include <cmath>
#include <span>

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {
namespace {

std::string clockBody(const Call& call) {
    std::string body;
    json::Writer out(body);
    writeClock(out, clockView(call));
    return body;
}

Response clockResponse(const Call& call) {
    Response response;
    response.body = clockBody(call);
    return response;
}

/// The answer once the world is where its clock has been sent.
Response responseThere(const Call& call) {
    Response response;
    response.holdUntil = call.clock.target();
    response.bodyThen = [&world = call.world, &clock = call.clock, &host = call.host] {
        return clockBody({world, clock, host, {}, {}, {}});
    };
    return response;
}

// Later moments, such as the end of a fault, must still fit into a CalendarTime, which ends in
// 2262.
constexpr Duration kLastMoment = std::chrono::hours(24) * 84006;  // 2200-01-01

/// "by" of the body, if the calendar may go as far.
std::expected<Duration, std::string> takeDistance(const Call& call) {
    const auto body = Body::parse(call.body, {"by"});
    if (!body) return std::unexpected(body.error());
    const auto by = body->string("by");
    if (!by) return std::unexpected("\"by\" must be a duration such as \"10ms\".");
    const auto duration = parseDuration(*by);
    if (!duration) return std::unexpected(duration.error());
    // The calendar at the end of all steps so far.
    const CalendarTime reached(call.world.calendar().sinceEpoch() +
                               (call.clock.target() - call.world.now()));
    if (*duration > kLastMoment - reached.sinceEpoch())
        return std::unexpected("The clock cannot go beyond the year 2200.");
    return *duration;
}

}  // namespace

observe::ClockView clockView(const Call& call) {
    observe::ClockView view;
    view.state = call.clock.paused() ? observe::ClockState::Paused : observe::ClockState::Running;
    view.speed = static_cast<double>(call.clock.speed()) / sim::LiveClock::kNormalSpeed;
    // A world at rest has not run up to the present, since nothing was due.
    const Instant now = call.world.now();
    view.now = call.clock.paused() ? now : std::max(now, call.clock.at(call.host.wall()));
    view.calendar = CalendarTime(call.world.calendar().sinceEpoch() + (view.now - now));
    view.stretched = call.clock.stretched(call.host.wall());
    view.waitingRequests = call.host.facts().waitingCalls;
    return view;
}

Response getClock(const Call& call) {
    return clockResponse(call);
}

Response putClock(const Call& call) {
    const auto body = Body::parse(call.body, {"state", "speed"});
    if (!body) return errorResponse(400, body.error());
    std::optional<std::uint64_t> speed;
    if (body->has("speed")) {
        constexpr double kMax = sim::LiveClock::kSpeedMax / sim::LiveClock::kNormalSpeed;
        const double wanted = body->number("speed").value_or(0);
        if (!(wanted >= 0.000'001 && wanted <= kMax)) {
            return errorResponse(400,
                                 "\"speed\" must be a number from 0.000001 to 1000; to stop the "
                                 "clock, give \"state\": \"paused\".");
        }
        speed = static_cast<std::uint64_t>(std::llround(wanted * 1e6));
    }
    const std::optional<std::string> state = body->string("state");
    if (body->has("state") && state != "paused" && state != "running")
        return errorResponse(400, "\"state\" must be \"paused\" or \"running\".");
    if (!speed && !state) return errorResponse(400, "Give \"state\", \"speed\" or both.");
    const Host::Facts facts = call.host.facts();
    if (!facts.acceptsChanges && state != "running")
        return errorResponse(503, facts.storageProblem);
    const Duration wall = call.host.wall();
    if (speed) call.clock.setSpeed(*speed, wall);
    if (state == "paused") call.clock.pause(wall);
    if (state == "running") call.clock.resume(wall);
    static_cast<void>(
        call.world.admit(cluster::SetClock{{call.clock.paused(), call.clock.speed()}}));
    return clockResponse(call);
}

namespace {

/// What a step can go to. "visible" is what a person can follow: all the others.
struct StepGoal {
    std::string_view name;
    std::span<const std::string_view> kinds;
};
constexpr std::string_view kVisible[] = {
    "message delivered", "message dropped", "log committed", "leader elected", "leader stopped",
    "request served",    "zone failed",     "zone healed",   "link cut",       "link healed"};
constexpr std::span kAll(kVisible);
constexpr StepGoal kGoals[] = {{"visible", kAll},
                               {"message", kAll.subspan(0, 2)},
                               {"commit", kAll.subspan(2, 1)},
                               {"election", kAll.subspan(3, 2)},
                               {"answer", kAll.subspan(5, 1)}};

/// Steps until an event of one of these kinds. Nothing if no event is due before, or if very many
/// others are.
std::optional<observe::Event> stepTo(const Call& call, const StepGoal& goal) {
    constexpr int kStepsMax = 10'000;
    constexpr std::size_t kEventsMax = 1'000;
    EventId seen = call.world.lastEvent();
    // The engine sets this anew before its next turn.
    call.world.setDetailedTrace(true);
    for (int steps = 0; steps < kStepsMax && call.host.stepOneEvent(); ++steps) {
        for (observe::Event& event : call.world.trace().since(seen, kEventsMax)) {
            seen = event.id;
            if (std::ranges::find(goal.kinds, observe::eventKind(event.body)) != goal.kinds.end())
                return std::move(event);
        }
    }
    return std::nullopt;
}

Response stepToGoal(const Call& call) {
    const auto body = Body::parse(call.body, {"to"});
    if (!body) return errorResponse(400, body.error());
    const auto* const goal =
        std::ranges::find(kGoals, body->string("to").value_or(""), &StepGoal::name);
    if (goal == std::end(kGoals))
        return errorResponse(
            400,
            "\"to\" must be \"visible\", \"message\", \"commit\", \"election\" or \"answer\".");
    const auto event = stepTo(call, *goal);
    if (!event)
        return errorResponse(
            400, "Nothing of the kind is due; the clock is at " +
                     std::to_string(call.world.now().sinceStart() / std::chrono::milliseconds(1)) +
                     " ms.");
    Response response = clockResponse(call);
    response.body.pop_back();
    response.body += ",\"event\":" + observe::eventJson(*event) + '}';
    return response;
}

}  // namespace

Response postStep(const Call& call) {
    if (!call.clock.paused())
        return errorResponse(400, "The clock is running; pause it before stepping.");
    if (call.body.find("\"to\"") != std::string_view::npos) return stepToGoal(call);
    if (call.body.empty() || call.body == "{}") {
        const bool stepped = call.host.stepOneEvent();
        Response response = clockResponse(call);
        if (!stepped) response = errorResponse(400, "No event is due and no request waits.");
        return response;
    }
    const auto by = takeDistance(call);
    if (!by) return errorResponse(400, by.error());
    call.clock.step(*by);
    return responseThere(call);
}

// Everything that is due on the way happens, each at its own instant; the answer comes afterwards.
Response postAdvance(const Call& call) {
    const auto by = takeDistance(call);
    if (!by) return errorResponse(400, by.error());
    const Host::Facts facts = call.host.facts();
    if (!facts.acceptsChanges) return errorResponse(503, facts.storageProblem);
    call.clock.advance(*by, call.host.wall());
    Response response = responseThere(call);
    response.holdsWhileRunning = true;
    return response;
}

}  // namespace orrery::control
