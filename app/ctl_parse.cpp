#include <cstdlib>

#include "app/ctl.h"
#include "core/json/json.h"
#include "core/observe/fault_spec.h"

namespace orrery::app {
namespace {

using Words = std::vector<std::string>;

CtlParse wrong(std::string problem) {
    return {{}, std::move(problem)};
}

std::string faultUsage() {
    std::string usage = "Usage: ";
    for (const observe::FaultSpec& spec : observe::faultSpecs()) {
        usage.append("fault ").append(spec.name);
        for (std::size_t i = 0; i < spec.zoneCount; ++i)
            usage += " ZONE";
        usage += " [DURATION], or ";
    }
    return usage + "fault list.";
}

CtlParse fault(const Words& words) {
    if (words.size() == 2 && words[1] == "list") return {{"GET", "/faults", ""}, ""};
    const observe::FaultSpec* spec = words.size() < 2 ? nullptr : observe::findFaultSpec(words[1]);
    if (spec == nullptr) return wrong(faultUsage());
    const std::size_t end = 2 + spec->zoneCount;
    if (words.size() < end || words.size() > end + 1) return wrong(faultUsage());
    std::string body;
    json::Writer out(body);
    out.beginObject().name("kind").string(spec->name);
    if (spec->zoneCount == 1) {
        out.name("zone").string(words[2]);
    } else {
        out.name("zones").beginArray();
        for (std::size_t i = 2; i < end; ++i)
            out.string(words[i]);
        out.endArray();
    }
    if (words.size() > end) out.name("duration").string(words.back());
    out.endObject();
    return {{"POST", "/faults", body}, ""};
}

CtlParse heal(const Words& words) {
    if (words.size() != 2) return wrong("Usage: heal ID, or heal all.");
    if (words[1] == "all") return {{"DELETE", "/faults", ""}, ""};
    if (words[1].find_first_not_of("0123456789") != std::string::npos)
        return wrong("Usage: heal ID, or heal all.");
    return {{"DELETE", "/faults/" + words[1], ""}, ""};
}

CtlParse jobs(const Words& words) {
    if (words.size() == 1) return {{"GET", "/jobs", ""}, ""};
    const bool isCancel = words.size() == 3 && words[1] == "cancel" && !words[2].empty() &&
                          words[2].find_first_not_of("0123456789") == std::string::npos;
    if (!isCancel) return wrong("Usage: jobs, or jobs cancel ID.");
    return {{"DELETE", "/jobs/" + words[2], ""}, ""};
}

std::string object(const std::string& name, const std::string& value) {
    std::string body;
    json::Writer(body).beginObject().name(name).string(value).endObject();
    return body;
}

CtlParse clock(const Words& words) {
    constexpr const char* kUsage =
        "Usage: clock, clock pause, clock resume, clock speed FACTOR, clock step [DURATION], or "
        "clock advance DURATION.";
    if (words.size() == 1) return {{"GET", "/clock", ""}, ""};
    const std::string& verb = words[1];
    if (words.size() == 2) {
        if (verb == "pause") return {{"PUT", "/clock", R"({"state":"paused"})"}, ""};
        if (verb == "resume") return {{"PUT", "/clock", R"({"state":"running"})"}, ""};
        if (verb == "step") return {{"POST", "/clock/step", "{}"}, ""};
    } else if (words.size() == 3) {
        const bool number = words[2].find_first_not_of("0123456789.") == std::string::npos;
        if (verb == "speed" && number)
            return {{"PUT", "/clock", "{\"speed\":" + words[2] + "}"}, ""};
        if (verb == "step") return {{"POST", "/clock/step", object("by", words[2])}, ""};
        if (verb == "advance") return {{"POST", "/clock/advance", object("by", words[2])}, ""};
    }
    return wrong(kUsage);
}

CtlParse regions(const Words& words) {
    if (words.size() == 1) return {{"GET", "/regions", ""}, ""};
    if (words.size() != 4 || words[1] != "clock")
        return wrong("Usage: regions, or regions clock REGION OFFSET, such as -5s.");
    std::string body;
    json::Writer(body)
        .beginObject()
        .name("region")
        .string(words[2])
        .name("clockOffset")
        .string(words[3])
        .endObject();
    return {{"PUT", "/regions", body}, ""};
}

CtlParse links(const Words& words) {
    constexpr const char* kUsage =
        "Usage: links, links REGION REGION DELAY [JITTER [LOSS]], or links REGION REGION reset.";
    if (words.size() == 1) return {{"GET", "/links", ""}, ""};
    if (words.size() < 4 || words.size() > 6) return wrong(kUsage);
    std::string body;
    json::Writer out(body);
    out.beginObject().name("regions").beginArray().string(words[1]).string(words[2]).endArray();
    if (words[3] != "reset") {
        out.name("delay").string(words[3]);
        if (words.size() > 4) out.name("jitter").string(words[4]);
        if (words.size() > 5) {
            if (words[5].find_first_not_of("0123456789.") != std::string::npos)
                return wrong(kUsage);
            out.name("loss").number(std::strtod(words[5].c_str(), nullptr));
        }
    } else if (words.size() > 4) {
        return wrong(kUsage);
    }
    out.endObject();
    return {{"PUT", "/links", body}, ""};
}

CtlParse reset(const Words& words) {
    if (words.size() == 1) return {{"POST", "/reset", "{}"}, ""};
    if (words.size() == 2) return {{"POST", "/reset", object("namespace", words[1])}, ""};
    return wrong("Usage: reset [NAMESPACE].");
}

CtlParse profile(const Words& words) {
    if (words.size() == 1) return {{"GET", "/profile", ""}, ""};
    if (words.size() == 2) return {{"PUT", "/profile", object("profile", words[1])}, ""};
    return wrong("Usage: profile [NAME].");
}

}  // namespace

CtlParse parseCtl(const Words& words) {
    constexpr const char* kUsage =
        "Usage: orreryd ctl [--endpoint URL] status | snapshot | metrics | fault … | heal … | "
        "jobs … | clock … | profile … | regions … | links … | reset …";
    if (words.empty()) return wrong(kUsage);
    const std::string& verb = words[0];
    const bool alone = words.size() == 1;
    if (alone && (verb == "status" || verb == "snapshot" || verb == "metrics"))
        return {{"GET", "/" + verb, ""}, ""};
    if (verb == "fault") return fault(words);
    if (verb == "heal") return heal(words);
    if (verb == "jobs") return jobs(words);
    if (verb == "clock") return clock(words);
    if (verb == "profile") return profile(words);
    if (verb == "regions") return regions(words);
    if (verb == "links") return links(words);
    if (verb == "reset") return reset(words);
    return wrong(kUsage);
}

}  // namespace orrery::app
