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

/// What a control call needs to know of, or ask of, whoever drives the world.
class Host {
public:
    struct Facts {
        std::string version;
        std::string endpoint;
        std::string dataFolder;      ///< Empty: everything is in memory.
        std::string durability;      ///< "durable", "relaxed" or "memory".
        std::string storageProblem;  ///< One sentence, or empty.
        bool readOnly = false;
        Duration uptime{};
        std::uint64_t openCalls = 0;
        std::uint64_t waitingCalls = 0;
        storage::Store::Figures figures;
    };

    virtual ~Host() = default;
    virtual Facts facts() const = 0;
    /// Nanoseconds of the clock that the LiveClock was made with.
    virtual Duration wall() const = 0;
    /// Paused: goes on to the next event, details included; takes the oldest waiting call in first
    /// if nothing is due before it. False if there was nothing to do.
    virtual bool stepOneEvent() = 0;
};

struct Response {
    int status = 200;
    std::string_view contentType = "application/json";
    std::string body;
    /// The answer rests on this turn: it is to leave once the store has synced what
    /// World::gateOf makes of it. Nothing: it may leave at once.
    std::optional<storage::Ticket> gate;
    /// The answer is to leave once the world has come to this instant, and then to wait for the
    /// turn that brought it there.
    std::optional<Instant> holdUntil;
    /// There is no answer yet: to be asked after each turn of the world until it gives one.
    std::function<std::optional<Response>(cluster::World&)> later;
    /// With `later`: to be called instead once nobody waits for it any more.
    std::function<void(cluster::World&)> abandoned;
    /// The body, or the rest of it, comes in pieces, since all of it takes more than a turn:
    /// appends the next piece and returns false after the last. To be asked after each turn.
    std::function<bool(std::string& out)> pieces;
    /// GET /events: the body is the trace after this event, for ever.
    std::optional<EventId> eventsAfter;
};

/// Where all control calls begin.
inline constexpr std::string_view kPrefix = "/_orrery/v1";

/// One control call. `target` begins behind kPrefix and may have a query. Errors are
/// {"error": "one sentence"} with 400, 404, 405, 501, or 503 if the disk could not keep what is
/// asked for.
Response handle(cluster::World& world, sim::LiveClock& clock, Host& host, std::string_view method,
                std::string_view target, std::string_view body);

/// {"error": message}, with that status.
Response errorResponse(int status, std::string_view message);

}  // namespace orrery::control
