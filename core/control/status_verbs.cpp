// GET /status, /snapshot, /events; GET and PUT /profile.

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {

Response getStatus(const Call& call) {
    const Host::Facts facts = call.host.facts();
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("version").string(facts.version);
    out.name("endpoint").string(facts.endpoint);
    out.name("profile").string(call.world.profile().name);
    out.name("dataFolder");
    if (facts.dataFolder.empty()) {
        out.null();
    } else {
        out.string(facts.dataFolder);
    }
    out.name("durability").string(facts.durability);
    out.name("readOnly").boolean(facts.readOnly);
    out.name("storageProblem");
    if (facts.storageProblem.empty()) {
        out.null();
    } else {
        out.string(facts.storageProblem);
    }
    writeNumber(out, "seed", call.world.seed());
    out.name("uptimeMs").number(milliseconds(facts.uptime));
    writeNumber(out, "tables", call.world.catalog().size());
    writeNumber(out, "openRequests", facts.openCalls);
    writeNumber(out, "waitingRequests", facts.waitingCalls);
    writeNumber(out, "overlayBytes", facts.figures.memtableBytes);
    writeNumber(out, "logFileBytes", facts.figures.logFileBytes);
    writeNumber(out, "treeFileBytes", facts.figures.treeFileBytes);
    out.name("jobs");
    writeJobs(out, call.world.jobs());
    out.name("eventHash").string(std::to_string(call.world.eventHash()));
    out.name("clock");
    writeClock(out, clockView(call));
    out.endObject();
    return response;
}

Response getSnapshot(const Call& call) {
    return showWorld(call, "application/json",
                     [clock = clockView(call)](std::shared_ptr<observe::Snapshot> snapshot) {
                         // The setting of the clock as of the call, its time as of the snapshot.
                         const observe::ClockView shown = std::exchange(snapshot->clock, clock);
                         snapshot->clock.calendar = shown.calendar;
                         snapshot->clock.now = shown.now;
                         return writeSnapshotJson(std::move(snapshot));
                     });
}

Response getEvents(const Call& call) {
    Response response;
    response.contentType = "application/jsonl";
    response.eventsAfter = EventId();
    if (const auto after = call.argument("after"); !after.empty()) {
        const auto id = parseCount(after);
        if (!id) return errorResponse(400, id.error());
        response.eventsAfter = EventId(*id);
    }
    return response;
}

Response getProfile(const Call& call) {
    const cluster::Profile& profile = call.world.profile();
    Response response;
    json::Writer out(response.body);
    out.beginObject();
    out.name("profile").string(profile.name);
    out.name("withinZoneMs").number(milliseconds(profile.withinZone));
    out.name("betweenZonesMs").number(milliseconds(profile.betweenZones));
    out.name("betweenZonesMeanMs").number(milliseconds(profile.betweenZonesMean));
    out.name("diskMs").number(milliseconds(profile.disk));
    out.name("leaseMs").number(milliseconds(profile.lease));
    out.name("renewMs").number(milliseconds(profile.renew));
    out.name("heartbeatMs").number(milliseconds(profile.heartbeat));
    out.name("detectionMs").number(milliseconds(profile.detection));
    out.name("requestTimeoutMs").number(milliseconds(profile.requestTimeout));
    out.name("transientStatesMs").number(milliseconds(profile.transientStates));
    out.name("indexesBeforeAnswer").boolean(profile.indexesBeforeAnswer);
    out.endObject();
    return response;
}

Response putProfile(const Call& call) {
    const auto body = Body::parse(call.body, {"profile", "name"});
    if (!body) return errorResponse(400, body.error());
    const std::string name = body->string(body->has("profile") ? "profile" : "name").value_or("");
    if (const cluster::Profile* profile = cluster::Profile::find(name)) {
        static_cast<void>(call.world.admit(cluster::SetProfile{*profile}));
        return getProfile(call);
    }
    if (name == "adversarial" || name == "classroom")
        return errorResponse(501, "The profile \"" + name + "\" is not supported yet.");
    return errorResponse(400, "\"profile\" must be \"drop-in\" or \"service-like\".");
}

}  // namespace orrery::control
