#include "core/control/control.h"

#include "core/control/arguments.h"
#include "core/control/verbs.h"

namespace orrery::control {
namespace {

enum class Rest { None, Id };

struct Verb {
    std::string_view method;
    std::string_view path;
    Rest rest;
    Response (*run)(const Call&);
};

constexpr Verb kVerbs[] = {
    {"GET", "/status", Rest::None, getStatus},
    {"GET", "/snapshot", Rest::None, getSnapshot},
    {"POST", "/faults", Rest::None, postFault},
    {"GET", "/faults", Rest::None, getFaults},
    {"DELETE", "/faults", Rest::None, deleteFaults},
    {"DELETE", "/faults/", Rest::Id, deleteFault},
    {"GET", "/clock", Rest::None, getClock},
    {"PUT", "/clock", Rest::None, putClock},
    {"POST", "/clock/step", Rest::None, postStep},
    {"POST", "/clock/advance", Rest::None, postAdvance},
    {"GET", "/profile", Rest::None, getProfile},
    {"PUT", "/profile", Rest::None, putProfile},
    {"GET", "/items", Rest::None, getItems},
    {"GET", "/item", Rest::None, getItem},
    {"GET", "/checksums", Rest::None, getChecksums},
    {"GET", "/events", Rest::None, getEvents},
    {"GET", "/metrics", Rest::None, getMetrics},
};

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
    // HEAD is GET whose body somebody else leaves away.
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    std::string allowed;
    for (const Verb& verb : kVerbs) {
        if (!fits(verb, path)) continue;
        if (verb.method == wanted) {
            Call call{world, clock, host, path.substr(verb.path.size()), {}, body};
            if (mark != std::string_view::npos) call.query = parseQuery(target.substr(mark + 1));
            return verb.run(call);
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
