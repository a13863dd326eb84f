#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/cluster/world/world.h"
#include "core/sim/live_clock.h"

namespace orrery::control {

/// What a control call asks of the driver of the world.
class Host {
public:
    struct Facts {
        std::string version;
        std::string endpoint;
        std::string dataFolder;      ///< Empty: everything is in memory.
        std::string durability;      ///< "durable", "relaxed" or "memory".
        std::string storageProblem;  ///< One sentence, or empty.
        bool readOnly = false;       ///< Tables and items are not written; deletions may be.
        bool acceptsChanges = true;  ///< Of what takes next to no space: settings, faults, resets.
        Duration uptime{};
        std::uint64_t openCalls = 0;
        std::uint64_t waitingCalls = 0;
        storage::Store::Figures figures;
    };

    virtual ~Host() = default;
    virtual Facts facts() const = 0;
    /// Nanoseconds of the clock with which the LiveClock was created.
    virtual Duration wall() const = 0;
    /// While paused: runs the next event, details included. If nothing is due before the oldest
    /// waiting call, admits that call first. Returns false if there was nothing to do.
    virtual bool stepOneEvent() = 0;
};

struct Response {
    int status = 200;
    std::string_view contentType = "application/json";
    std::string body;
    /// The answer depends on this turn: it leaves once the store has synced World::gateOf of the
    /// turn. If absent, it leaves at once.
    std::optional<storage::Ticket> gate;
    /// The answer waits until the world has reached this instant, and then for the turn that
    /// reached it.
    std::optional<Instant> holdUntil;
    /// With `holdUntil`: makes the body once the world is there.
    std::function<std::string()> bodyThen;
    /// The clock was advanced, so the world gets there whether its clock is paused or not.
    bool holdsWhileRunning = false;
    /// There is no answer yet. The caller calls this after each turn of the world until it returns
    /// one.
    std::function<std::optional<Response>(cluster::World&)> later;
    /// With `later`: the caller calls this instead once the client has gone.
    std::function<void(cluster::World&)> abandoned;
    /// The body, or the rest of it, comes in pieces, since it takes more than a turn. Appends the
    /// next piece; returns false after the last one. Call it after each turn.
    std::function<bool(std::string& out)> pieces;
    /// GET /events: the body is the endless trace after this event.
    std::optional<EventId> eventsAfter;
};

/// The path prefix of all control calls.
inline constexpr std::string_view kPrefix = "/_orrery/v1";

/// Runs one control call. `target` begins after kPrefix and may have a query. Errors are {"error":
/// "one sentence"} with 400, 404, 405 or 501, or with 503 if the disk cannot store what the call
/// asks for.
Response handle(cluster::World& world, sim::LiveClock& clock, Host& host, std::string_view method,
                std::string_view target, std::string_view body);

/// {"error": message}, with that status.
Response errorResponse(int status, std::string_view message);

}  // namespace orrery::control
