// POST, GET and DELETE of /faults.

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/control/link_arguments.h"
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

Parsed<std::vector<std::string>> zonesIn(const Body& body, std::size_t count) {
    if (count == 1) {
        const auto zone = body.string("zone");
        if (zone) return std::vector{*zone};
        return std::unexpected("\"zone\" must be a zone such as \"us-east-1b\".");
    }
    std::vector<std::string> zones = body.strings("zones");
    if (zones.size() == count) return zones;
    return std::unexpected(
        "\"zones\" must be two zones, such as [\"us-east-1a\", \"us-east-1b\"].");
}

Parsed<std::vector<std::string>> oneRegionIn(const Body& body) {
    TRY_ASSIGN(std::string region, regionIn(body));
    return std::vector{std::move(region)};
}

/// All Regions if the body names none.
Parsed<std::vector<std::string>> pausedRegionsIn(const Body& body) {
    const bool isOne = body.has("region");
    const bool isPair = body.has("regions");
    if (isOne && isPair) return std::unexpected("Give either \"region\" or \"regions\", not both.");
    if (isOne) return oneRegionIn(body);
    return isPair ? regionPairIn(body) : std::vector<std::string>();
}

/// Takes what the body names into the request.
Parsed<void> takeTarget(const Body& body, const observe::FaultSpec& spec,
                        cluster::FaultRequest& request) {
    switch (spec.target) {
        case observe::FaultTarget::Zones: {
            TRY_ASSIGN(request.zones, zonesIn(body, spec.zoneCount));
            return {};
        }
        case observe::FaultTarget::Region: {
            TRY_ASSIGN(request.regions, oneRegionIn(body));
            return {};
        }
        case observe::FaultTarget::RegionPair: {
            TRY_ASSIGN(request.regions, regionPairIn(body));
            return {};
        }
        case observe::FaultTarget::Replication: {
            TRY_ASSIGN(request.regions, pausedRegionsIn(body));
            return {};
        }
    }
    CHECK(false);
}

/// The same for the options of the fault.
Parsed<void> takeOptions(const Body& body, const observe::FaultSpec& spec,
                         cluster::FaultRequest& request) {
    if (observe::takesOption(spec, "delay")) {
        TRY_ASSIGN(request.slow, linkIn(body));
    }
    if (observe::takesOption(spec, "oneWay") && body.has("oneWay")) {
        const auto oneWay = body.boolean("oneWay");
        if (!oneWay) return std::unexpected("\"oneWay\" must be true or false.");
        request.oneWay = *oneWay;
    }
    if (observe::takesOption(spec, "table") && body.has("table")) {
        request.table = body.string("table").value_or("");
        if (request.table.empty()) return std::unexpected("\"table\" must be the name of a table.");
    }
    return {};
}

/// The members that name what a fault strikes.
std::vector<std::string_view> targetMembers(const observe::FaultSpec& spec) {
    switch (spec.target) {
        case observe::FaultTarget::Zones:
            return {spec.zoneCount == 1 ? "zone" : "zones"};
        case observe::FaultTarget::Region:
            return {"region"};
        case observe::FaultTarget::RegionPair:
            return {"regions"};
        case observe::FaultTarget::Replication:
            return {"region", "regions"};
    }
    CHECK(false);
}

Parsed<void> checkMembers(const Body& body, const observe::FaultSpec& spec) {
    std::vector<std::string_view> known{"kind", "duration"};
    std::ranges::copy(targetMembers(spec), std::back_inserter(known));
    std::ranges::copy(spec.options, std::back_inserter(known));
    if (auto refused = body.refusedMember(known)) return std::unexpected(*std::move(refused));
    return {};
}

Parsed<cluster::FaultRequest> requestIn(const Body& body) {
    cluster::FaultRequest request;
    if (body.has("duration")) {
        TRY_ASSIGN(request.duration, parseDuration(body.string("duration").value_or("")));
    }
    const observe::FaultSpec* spec = observe::findFaultSpec(body.string("kind").value_or(""));
    if (spec == nullptr) return std::unexpected("\"kind\" must be " + observe::faultNames() + ".");
    request.kind = spec->kind;
    TRY(checkMembers(body, *spec));
    TRY(takeTarget(body, *spec, request));
    TRY(takeOptions(body, *spec, request));
    return request;
}

}  // namespace

Response postFault(const Call& call) {
    const auto body = Body::parse(call.body);
    if (!body) return errorResponse(400, body.error());
    auto request = requestIn(*body);
    if (!request) return errorResponse(400, request.error());
    const auto fault = call.world.admit(*std::move(request));
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
