// POST, GET and DELETE of /faults.

#include <algorithm>

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {
namespace {

Response faultResponse(const Call& call, std::uint64_t id, int status) {
    for (const observe::FaultView& fault : call.world.faults()) {
        if (fault.id != id) continue;
        Response response;
        response.status = status;
        json::Writer out(response.body);
        writeFault(out, fault);
        return response;
    }
    return errorResponse(404, "There is no fault " + std::to_string(id) + ".");
}

}  // namespace

Response postFault(const Call& call) {
    const auto body = Body::parse(call.body);
    if (!body) return errorResponse(400, body.error());
    std::optional<Duration> duration;
    if (body->has("duration")) {
        const auto parsed = parseDuration(body->string("duration").value_or(""));
        if (!parsed) return errorResponse(400, parsed.error());
        duration = *parsed;
    }
    const std::string kind = body->string("kind").value_or("");
    cluster::World::FaultResult fault;
    if (kind == "zone-outage") {
        const auto zone = body->string("zone");
        if (!zone) return errorResponse(400, "\"zone\" is to be one such as \"us-east-1b\".");
        fault = call.world.failZone(*zone, duration);
    } else if (kind == "link-cut") {
        const std::vector<std::string> zones = body->strings("zones");
        if (zones.size() != 2) {
            return errorResponse(
                400, "\"zones\" is to be two, such as [\"us-east-1a\", \"us-east-1b\"].");
        }
        fault = call.world.cutLink(zones[0], zones[1], duration);
    } else {
        return errorResponse(400, "\"kind\" is to be \"zone-outage\" or \"link-cut\".");
    }
    if (!fault) return errorResponse(400, fault.error());
    return faultResponse(call, *fault, 201);
}

Response getFaults(const Call& call) {
    Response response;
    json::Writer out(response.body);
    out.beginObject().name("faults").beginArray();
    for (const observe::FaultView& fault : call.world.faults())
        writeFault(out, fault);
    out.endArray().endObject();
    return response;
}

Response deleteFault(const Call& call) {
    const auto id = parseCount(call.rest);
    if (!id) return errorResponse(404, "There is no fault " + std::string(call.rest) + ".");
    const auto faults = call.world.faults();
    if (std::ranges::none_of(faults, [&](const auto& fault) { return fault.id == *id; }))
        return errorResponse(404, "There is no fault " + std::to_string(*id) + ".");
    // Healing what is healed already is no mistake: it may just have ended by itself.
    (void)call.world.heal(*id);
    return faultResponse(call, *id, 200);
}

Response deleteFaults(const Call& call) {
    call.world.healAll();
    return getFaults(call);
}

}  // namespace orrery::control
