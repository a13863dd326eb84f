// GET and PUT /regions: clocks. GET and PUT /links: what is between two Regions.

#include <utility>

#include "core/control/link_arguments.h"
#include "core/control/verbs.h"
#include "core/observe/region_places.h"

namespace orrery::control {
namespace {

using cluster::RegionLink;
using cluster::RegionStatus;

/// A duration that may be negative.
Parsed<Duration> parseOffset(std::string_view text) {
    const bool isBehind = text.starts_with('-');
    if (isBehind) text.remove_prefix(1);
    const auto offset = parseDuration(text);
    if (!offset || !isBehind) return offset;
    return -*offset;
}

void writeRegion(json::Writer& out, const RegionStatus& region) {
    out.beginObject().name("region").string(region.name);
    const observe::RegionPlace* place = observe::placeOf(region.name);
    if (place != nullptr) out.name("city").string(place->city);
    out.name("clockOffsetMs").number(milliseconds(region.clockOffset));
    out.name("zones").beginArray();
    for (int zone = 0; zone < kZonesPerRegion; ++zone) {
        const ZoneIndex index(static_cast<std::uint8_t>(zone));
        out.beginObject().name("zone").string(zoneName(region.name, index));
        out.name("up").boolean(region.up[index.value()]).endObject();
    }
    out.endArray().endObject();
}

void writeLink(json::Writer& out, const RegionStatus& from, const RegionStatus::Link& link) {
    out.beginObject().name("regions").beginArray().string(from.name).string(link.to).endArray();
    out.name("delayMs").number(milliseconds(link.link.delay));
    out.name("jitterMs").number(milliseconds(link.link.jitter));
    out.name("loss").number(static_cast<double>(link.link.loss.numerator) /
                            static_cast<double>(link.link.loss.denominator));
    out.name("isSet").boolean(link.isSet);
    out.name("isCut").boolean(link.isCut).endObject();
}

}  // namespace

Response getRegions(const Call& call) {
    Response response;
    json::Writer out(response.body);
    out.beginObject().name("regions").beginArray();
    for (const RegionStatus& region : call.world.regions())
        writeRegion(out, region);
    out.endArray().endObject();
    return response;
}

Response putRegion(const Call& call) {
    const auto body = Body::parse(call.body, {"region", "clockOffset"});
    if (!body) return errorResponse(400, body.error());
    const auto region = regionIn(*body);
    const auto offset = parseOffset(body->string("clockOffset").value_or(""));
    if (!region) return errorResponse(400, region.error());
    if (!offset) return errorResponse(400, offset.error());
    const auto set = call.world.admit(cluster::SetRegionClock{*region, *offset});
    return set ? getRegions(call) : errorResponse(400, set.error());
}

Response getLinks(const Call& call) {
    Response response;
    json::Writer out(response.body);
    out.beginObject().name("links").beginArray();
    for (const RegionStatus& from : call.world.regions())
        for (const RegionStatus::Link& link : from.links)
            writeLink(out, from, link);
    out.endArray().endObject();
    return response;
}

// One direction. With nothing but the Regions, the link is as the profile has it again.
Response putLink(const Call& call) {
    const auto body = Body::parse(call.body, {"regions", "delay", "jitter", "loss"});
    if (!body) return errorResponse(400, body.error());
    const auto regions = regionPairIn(*body);
    if (!regions) return errorResponse(400, regions.error());
    cluster::SetRegionLink input{regions->front(), regions->back(), std::nullopt};
    if (body->has("delay") || body->has("jitter") || body->has("loss")) {
        auto link = linkIn(*body);
        if (!link) return errorResponse(400, link.error());
        input.link = *link;
    }
    const auto set = call.world.admit(std::move(input));
    return set ? getLinks(call) : errorResponse(400, set.error());
}

}  // namespace orrery::control
