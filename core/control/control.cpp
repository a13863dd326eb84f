#include "core/control/control.h"

#include "core/base/utf8.h"
#include "core/control/arguments.h"
#include "core/control/verbs.h"

namespace orrery::control {
namespace {

enum class Rest { None, Id };

/// The kind of a verb decides what its answer waits for: the disk must have everything in it.
enum class Kind {
    State,    ///< Reads the present state; waits for nothing.
    Look,     ///< Sets its own gate.
    Setting,  ///< Reads a setting.
    Change,   ///< Stores a setting; refused while the engine is read-only.
    Unblock,  ///< The same, but it lets requests continue; accepted while the engine is read-only.
    Step,
};

struct Verb {
    std::string_view method;
    std::string_view path;
    Rest rest;
    Kind kind;
    Response (*run)(const Call&);
};

constexpr Verb kVerbs[] = {
    {"GET", "/status", Rest::None, Kind::State, getStatus},
    {"GET", "/snapshot", Rest::None, Kind::State, getSnapshot},
    {"POST", "/faults", Rest::None, Kind::Change, postFault},
    {"GET", "/faults", Rest::None, Kind::Setting, getFaults},
    {"DELETE", "/faults", Rest::None, Kind::Unblock, deleteFaults},
    {"DELETE", "/faults/", Rest::Id, Kind::Unblock, deleteFault},
    {"GET", "/jobs", Rest::None, Kind::State, getJobs},
    {"DELETE", "/jobs/", Rest::Id, Kind::State, deleteJob},
    {"GET", "/clock", Rest::None, Kind::Setting, getClock},
    {"PUT", "/clock", Rest::None, Kind::Unblock, putClock},
    {"POST", "/clock/step", Rest::None, Kind::Step, postStep},
    {"POST", "/clock/advance", Rest::None, Kind::Step, postAdvance},
    {"GET", "/profile", Rest::None, Kind::Setting, getProfile},
    {"PUT", "/profile", Rest::None, Kind::Change, putProfile},
    {"GET", "/regions", Rest::None, Kind::Setting, getRegions},
    {"PUT", "/regions", Rest::None, Kind::Change, putRegion},
    {"GET", "/links", Rest::None, Kind::Setting, getLinks},
    {"PUT", "/links", Rest::None, Kind::Change, putLink},
    {"GET", "/conflicts", Rest::None, Kind::Look, getConflicts},
    {"GET", "/global-tables", Rest::None, Kind::State, getGlobalTables},
    {"GET", "/replication", Rest::None, Kind::State, getReplication},
    {"GET", "/items", Rest::None, Kind::Look, getItems},
    {"GET", "/item", Rest::None, Kind::Look, getItem},
    {"GET", "/checksums", Rest::None, Kind::Look, getChecksums},
    {"POST", "/reset", Rest::None, Kind::Change, postReset},
    {"GET", "/events", Rest::None, Kind::State, getEvents},
    {"GET", "/metrics", Rest::None, Kind::State, getMetrics},
};

Response runVerb(const Verb& verb, const Call& call) {
    if (verb.kind == Kind::Change) {
        const Host::Facts facts = call.host.facts();
        if (!facts.acceptsChanges) return errorResponse(503, facts.storageProblem);
    }
    Response response = verb.run(call);
    if (verb.kind == Kind::Change || verb.kind == Kind::Unblock || verb.kind == Kind::Step)
        response.gate = call.world.openTurn();
    if (verb.kind == Kind::Setting) response.gate = call.world.controlGate();
    return response;
}

bool fits(const Verb& verb, std::string_view path) {
    if (verb.rest == Rest::None) return path == verb.path;
    return path.starts_with(verb.path) && path.size() > verb.path.size();
}

}  // namespace

Response errorResponse(int status, std::string_view message) {
    Response response;
    response.status = status;
    json::Writer(response.body).beginObject().name("error").string(message).endObject();
    return response;
}

Response handle(cluster::World& world, sim::LiveClock& clock, Host& host, std::string_view method,
                std::string_view target, std::string_view body) {
    const std::size_t mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    // HEAD is served as GET; the HTTP layer drops the body.
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    std::string allowed;
    for (const Verb& verb : kVerbs) {
        if (!fits(verb, path)) continue;
        if (verb.method == wanted) {
            Call call{world, clock, host, path.substr(verb.path.size()), {}, body};
            if (mark != std::string_view::npos) call.query = parseQuery(target.substr(mark + 1));
            // Error texts repeat parts of the query.
            for (const auto& [name, value] : call.query)
                if (!isUtf8(name) || !isUtf8(value))
                    return errorResponse(400, "The query is not UTF-8.");
            return runVerb(verb, call);
        }
        if (!allowed.empty()) allowed += " and ";
        allowed += verb.method;
    }
    if (allowed.empty()) {
        return errorResponse(404, "There is no " + std::string(kPrefix) + std::string(path) + ".");
    }
    return errorResponse(
        405, std::string(kPrefix) + std::string(path) + " answers " + allowed + " only.");
}

}  // namespace orrery::control
