#include <cstdlib>
#include <optional>

#include "app/ctl.h"
#include "app/ctl_text.h"
#include "core/json/json.h"
#include "core/observe/fault_spec.h"

namespace orrery::app {
namespace {

using Words = std::vector<std::string>;

CtlParse wrong(std::string problem) {
    return {{}, std::move(problem)};
}

std::string targetUsage(const observe::FaultSpec& spec) {
    switch (spec.target) {
        case observe::FaultTarget::Zones:
            return spec.zoneCount == 1 ? " ZONE" : " ZONE ZONE";
        case observe::FaultTarget::Region:
            return " REGION";
        case observe::FaultTarget::RegionPair:
            return " REGION REGION";
        case observe::FaultTarget::Replication:
            return " [REGION [REGION]]";
    }
    return "";
}

std::string faultUsage() {
    std::string usage = "Usage: ";
    for (const observe::FaultSpec& spec : observe::faultSpecs()) {
        usage.append("fault ").append(spec.name).append(targetUsage(spec));
        for (const std::string_view option : spec.options)
            usage.append(" [").append(option).append("=VALUE]");
        usage += " [DURATION], or ";
    }
    return usage + "fault list.";
}

/// The words of a fault after its name. A duration begins with a digit, and nothing else does.
struct FaultWords {
    Words targets;
    Words options;
    std::string duration;
};

std::optional<FaultWords> sorted(const observe::FaultSpec& spec, const Words& words) {
    FaultWords out;
    for (std::size_t i = 2; i < words.size(); ++i) {
        const std::string& word = words[i];
        const std::size_t equals = word.find('=');
        if (equals != std::string::npos) {
            if (!observe::takesOption(spec, std::string_view(word).substr(0, equals))) return {};
            out.options.push_back(word);
        } else if (i + 1 == words.size() && !word.empty() && word[0] >= '0' && word[0] <= '9') {
            out.duration = word;
        } else {
            out.targets.push_back(word);
        }
    }
    const std::size_t count = out.targets.size();
    switch (spec.target) {
        case observe::FaultTarget::Zones:
            return count == spec.zoneCount ? std::optional(out) : std::nullopt;
        case observe::FaultTarget::Region:
            return count == 1 ? std::optional(out) : std::nullopt;
        case observe::FaultTarget::RegionPair:
            return count == 2 ? std::optional(out) : std::nullopt;
        case observe::FaultTarget::Replication:
            return count <= 2 ? std::optional(out) : std::nullopt;
    }
    return std::nullopt;
}

void writeTargets(json::Writer& out, const observe::FaultSpec& spec, const Words& targets) {
    if (targets.empty()) return;
    const std::string name = spec.target == observe::FaultTarget::Zones ? "zone" : "region";
    if (targets.size() == 1) {
        out.name(name).string(targets.front());
        return;
    }
    out.name(name + "s").beginArray();
    for (const std::string& target : targets)
        out.string(target);
    out.endArray();
}

/// OPTION=VALUE. A loss may be a number or a fraction, which is a string.
void writeOption(json::Writer& out, const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string option = word.substr(0, equals);
    const std::string value = word.substr(equals + 1);
    const bool isNumber =
        !value.empty() && value.find_first_not_of("0123456789.") == std::string::npos;
    out.name(option);
    if (option == "oneWay" && (value == "true" || value == "false")) {
        out.boolean(value == "true");
    } else if (option == "loss" && isNumber) {
        out.number(std::strtod(value.c_str(), nullptr));
    } else {
        out.string(value);
    }
}

CtlParse fault(const Words& words) {
    if (words.size() == 2 && words[1] == "list") return {{"GET", "/faults", ""}, ""};
    const observe::FaultSpec* spec = words.size() < 2 ? nullptr : observe::findFaultSpec(words[1]);
    const auto said = spec == nullptr ? std::nullopt : sorted(*spec, words);
    if (!said) return wrong(faultUsage());
    std::string body;
    json::Writer out(body);
    out.beginObject().name("kind").string(spec->name);
    writeTargets(out, *spec, said->targets);
    for (const std::string& option : said->options)
        writeOption(out, option);
    if (!said->duration.empty()) out.name("duration").string(said->duration);
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
        "Usage: clock, clock pause, clock resume, clock speed FACTOR, clock step [DURATION], "
        "clock step to visible (or message, commit, election, answer), or clock advance DURATION.";
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
    } else if (words.size() == 4 && verb == "step" && words[2] == "to") {
        return {{"POST", "/clock/step", object("to", words[3])}, ""};
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

CtlParse conflicts(const Words& words) {
    constexpr const char* kUsage =
        "Usage: conflicts TABLE [region=REGION] [after=ID] [limit=N] [format=csv] [follow=true].";
    if (words.size() < 2 || words[1].find_first_of("=&?#% ") != std::string::npos)
        return wrong(kUsage);
    std::string path = "/conflicts?table=" + words[1];
    for (std::size_t i = 2; i < words.size(); ++i) {
        const std::string& word = words[i];
        const std::string name = word.substr(0, word.find('='));
        const bool isKnown = name == "region" || name == "after" || name == "limit" ||
                             name == "format" || name == "follow";
        if (!isKnown || name.size() == word.size() ||
            word.find_first_of("&?#% ") != std::string::npos)
            return wrong(kUsage);
        path += "&" + word;
    }
    return {{"GET", path, ""}, ""};
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
        "jobs … | clock … | profile … | regions … | links … | conflicts … | reset …";
    if (words.empty()) return wrong(kUsage);
    const std::string& verb = words[0];
    const bool alone = words.size() == 1;
    if (alone && (verb == "status" || verb == "snapshot" || verb == "metrics"))
        return {{"GET", "/" + verb, ""}, ""};
    if (alone && verb == "global-tables") return {{"GET", "/" + verb, "", globalTablesText}, ""};
    if (alone && verb == "replication") return {{"GET", "/" + verb, "", replicationText}, ""};
    if (verb == "fault") return fault(words);
    if (verb == "heal") return heal(words);
    if (verb == "jobs") return jobs(words);
    if (verb == "clock") return clock(words);
    if (verb == "profile") return profile(words);
    if (verb == "regions") return regions(words);
    if (verb == "links") return links(words);
    if (verb == "conflicts") return conflicts(words);
    if (verb == "reset") return reset(words);
    return wrong(kUsage);
}

}  // namespace orrery::app
