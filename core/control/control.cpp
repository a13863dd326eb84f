#include "core/control/control.h"

#include "core/base/utf8.h"
#include "core/control/arguments.h"
#include "core/control/verbs.h"

namespace orrery::control {
namespace {

enum class Rest { None, Id };

/// What a verb does, and so what its answer waits for: all that an answer tells is on disk by then.
enum class Does {
    Shows,    ///< How the world stands at this moment; waits for nothing.
    Looks,    ///< Sets its own gate.
    Tells,    ///< What was set.
    Changes,  ///< What is kept: not while the disk keeps nothing.
    Frees,    ///< The same, but it lets requests go on: also while nothing of it is kept.
    Steps,
};

struct Verb {
    std::string_view method;
    std::string_view path;
    Rest rest;
    Does does;
    Response (*run)(const Call&);
};

constexpr Verb kVerbs[] = {
    {"GET", "/status", Rest::None, Does::Shows, getStatus},
    {"GET", "/snapshot", Rest::None, Does::Shows, getSnapshot},
    {"POST", "/faults", Rest::None, Does::Changes, postFault},
    {"GET", "/faults", Rest::None, Does::Tells, getFaults},
    {"DELETE", "/faults", Rest::None, Does::Frees, deleteFaults},
    {"DELETE", "/faults/", Rest::Id, Does::Frees, deleteFault},
    {"GET", "/jobs", Rest::None, Does::Shows, getJobs},
    {"DELETE", "/jobs/", Rest::Id, Does::Shows, deleteJob},
    {"GET", "/clock", Rest::None, Does::Tells, getClock},
    {"PUT", "/clock", Rest::None, Does::Frees, putClock},
    {"POST", "/clock/step", Rest::None, Does::Steps, postStep},
    {"POST", "/clock/advance", Rest::None, Does::Steps, postAdvance},
    {"GET", "/profile", Rest::None, Does::Tells, getProfile},
    {"PUT", "/profile", Rest::None, Does::Changes, putProfile},
    {"GET", "/items", Rest::None, Does::Looks, getItems},
    {"GET", "/item", Rest::None, Does::Looks, getItem},
    {"GET", "/checksums", Rest::None, Does::Looks, getChecksums},
    {"GET", "/events", Rest::None, Does::Shows, getEvents},
    {"GET", "/metrics", Rest::None, Does::Shows, getMetrics},
};

Response runVerb(const Verb& verb, const Call& call) {
    if (verb.does == Does::Changes) {
        const Host::Facts facts = call.host.facts();
        if (facts.readOnly) return errorResponse(503, facts.storageProblem);
    }
    Response response = verb.run(call);
    if (verb.does == Does::Changes || verb.does == Does::Frees || verb.does == Does::Steps)
        response.gate = call.world.openTurn();
    if (verb.does == Does::Tells) response.gate = call.world.controlGate();
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
            // Errors repeat what was asked for.
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
