// POST /reset: drops the tables of one namespace, of one account, or all.

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {
namespace {

/// How many tables and streams are dropped in one turn.
constexpr std::uint64_t kStepMax = 32;

Response done(std::uint64_t dropped) {
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    writeNumber(out, "dropped", dropped);
    out.endObject();
    return response;
}

/// Drops some. True once none is left.
bool step(cluster::World& world, const std::string& accountId, std::uint64_t& dropped) {
    const auto now = world.admit(cluster::ResetTables{accountId, kStepMax});
    dropped += now.value_or(0);
    return now.value_or(0) < kStepMax;
}

}  // namespace

Response postReset(const Call& call) {
    std::map<std::string, std::string, std::less<>> named = call.query;
    if (!call.body.empty()) {
        const auto body = Body::parse(call.body, {"account", "namespace"});
        if (!body) return errorResponse(400, body.error());
        for (const char* name : {"account", "namespace"}) {
            if (!body->has(name)) continue;
            auto text = body->string(name);
            if (!text) return errorResponse(400, "\"" + std::string(name) + "\" must be a string.");
            named[name] = *std::move(text);
        }
    }
    const auto accountId = accountIdIn(named);
    if (!accountId) return errorResponse(400, accountId.error());
    std::uint64_t dropped = 0;
    if (step(call.world, *accountId, dropped)) return done(dropped);
    Response response;
    response.later = [accountId = *accountId,
                      dropped](cluster::World& world) mutable -> std::optional<Response> {
        if (!step(world, accountId, dropped)) return std::nullopt;
        Response last = done(dropped);
        last.gate = world.openTurn();
        return last;
    };
    return response;
}

}  // namespace orrery::control
