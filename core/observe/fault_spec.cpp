#include "core/observe/fault_spec.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace orrery::observe {
namespace {

constexpr std::array kSpecs = {
    FaultSpec{FaultKind::ZoneOutage, "zone-outage", 1,
              "takes a zone away; without a duration until healed", "%1 has failed",
              "Zone %1 is down already."},
    FaultSpec{FaultKind::LinkCut, "link-cut", 2, "cuts the link between two zones", "%1: link cut",
              "The link %1 is cut already."},
};

constexpr std::array<std::string_view, 3> kExampleZones = {"us-east-1a", "us-east-1b",
                                                           "us-east-1c"};

}  // namespace

std::span<const FaultSpec> faultSpecs() {
    return kSpecs;
}

const FaultSpec& specOf(FaultKind kind) {
    const auto found = std::ranges::find(kSpecs, kind, &FaultSpec::kind);
    CHECK(found != kSpecs.end());
    return *found;
}

const FaultSpec* findFaultSpec(std::string_view name) {
    const auto found = std::ranges::find(kSpecs, name, &FaultSpec::name);
    return found == kSpecs.end() ? nullptr : &*found;
}

std::string faultNames() {
    std::string names;
    for (const FaultSpec& spec : kSpecs) {
        if (!names.empty()) names += &spec == &kSpecs.back() ? " or " : ", ";
        names.append("\"").append(spec.name).append("\"");
    }
    return names;
}

std::string faultText(std::string_view text, std::string_view target) {
    std::string out(text);
    if (const std::size_t at = out.find("%1"); at != std::string::npos) out.replace(at, 2, target);
    return out;
}

std::string faultRow(const FaultSpec& spec) {
    std::string words = "fault " + std::string(spec.name);
    std::string zones;
    for (std::size_t i = 0; i < spec.zoneCount; ++i) {
        words.append(" ").append(kExampleZones[i]);
        zones.append(i == 0 ? "\"" : ",\"").append(kExampleZones[i]).append("\"");
    }
    const std::string member =
        spec.zoneCount == 1 ? "\"zone\":" + zones : "\"zones\":[" + zones + "]";
    return "| `" + words + " 20s` | `POST /faults` `{\"kind\":\"" + std::string(spec.name) + "\"," +
           member + ",\"duration\":\"20s\"}` | " + std::string(spec.effect) + " |";
}

}  // namespace orrery::observe
