// POST, GET and DELETE of /faults.

#include <algorithm>

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"
#include "core/observe/fault_spec.h"

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

Parsed<std::vector<std::string>> zonesOf(const Body& body, const observe::FaultSpec& spec) {
    if (spec.zoneCount == 1) {
        const auto zone = body.string("zone");
        if (zone) return std::vector{*zone};
        return std::unexpected("\"zone\" must be a zone such as \"us-east-1b\".");
    }
    std::vector<std::string> zones = body.strings("zones");
    if (zones.size() == spec.zoneCount) return zones;
    return std::unexpected(
        "\"zones\" must be two zones, such as [\"us-east-1a\", \"us-east-1b\"].");
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
    const observe::FaultSpec* spec = observe::findFaultSpec(body->string("kind").value_or(""));
    if (spec == nullptr)
        return errorResponse(400, "\"kind\" must be " + observe::faultNames() + ".");
    const auto zones = zonesOf(*body, *spec);
    if (!zones) return errorResponse(400, zones.error());
    const auto fault = call.world.admit(cluster::FaultRequest{spec->kind, *zones, duration});
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
    // Healing a healed fault is no mistake: its duration may just have ended.
    static_cast<void>(call.world.admit(cluster::HealFault{*id}));
    return faultResponse(call, *id, 200);
}

Response deleteFaults(const Call& call) {
    static_cast<void>(call.world.admit(cluster::HealAllFaults{}));
    return getFaults(call);
}

}  // namespace orrery::control
