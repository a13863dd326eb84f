#include "core/observe/fault_spec.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace orrery::observe {
namespace {

constexpr std::array<std::string_view, 1> kCutOptions = {"oneWay"};
constexpr std::array<std::string_view, 4> kSlowOptions = {"delay", "jitter", "loss", "oneWay"};
constexpr std::array<std::string_view, 1> kPauseOptions = {"table"};

constexpr std::array kSpecs = {
    FaultSpec{.kind = FaultKind::ZoneOutage,
              .name = "zone-outage",
              .zoneCount = 1,
              .options = {},
              .effect = "takes a zone away; without a duration until healed",
              .shown = "%1 has failed",
              .refused = "Zone %1 is down already."},
    FaultSpec{.kind = FaultKind::LinkCut,
              .name = "link-cut",
              .zoneCount = 2,
              .options = {},
              .effect = "cuts the link between two zones",
              .shown = "%1: link cut",
              .refused = "The link %1 is cut already."},
    FaultSpec{.kind = FaultKind::RegionIsolation,
              .name = "region-isolation",
              .target = FaultTarget::Region,
              .options = {},
              .effect = "cuts all links of a Region to other Regions; inside it goes on working",
              .shown = "%1 is isolated",
              .refused = "Region %1 is isolated already."},
    FaultSpec{.kind = FaultKind::RegionLoss,
              .name = "region-loss",
              .target = FaultTarget::Region,
              .options = {},
              .effect = "takes a Region away: its three zones and its links; what is on its disks "
                        "survives",
              .shown = "%1 is lost",
              .refused = "Region %1 is lost already."},
    FaultSpec{.kind = FaultKind::RegionLinkCut,
              .name = "region-link-cut",
              .target = FaultTarget::RegionPair,
              .options = kCutOptions,
              .effect = "cuts the link between two Regions; with `oneWay=true` (`\"oneWay\":true`) "
                        "only from the first to the second",
              .shown = "%1: link cut",
              .refused = "The link %1 is cut already."},
    FaultSpec{.kind = FaultKind::RegionLinkSlow,
              .name = "region-link-slow",
              .target = FaultTarget::RegionPair,
              .options = kSlowOptions,
              .effect =
                  "makes the link between two Regions slower, by `delay` and a random part "
                  "with the mean `jitter`, and lets it lose messages (`loss=1/100`); `oneWay` "
                  "as above",
              .shown = "%1: link slow",
              .refused = "The link %1 is slow already."},
    FaultSpec{.kind = FaultKind::ReplicationPause,
              .name = "replication-pause",
              .target = FaultTarget::Replication,
              .options = kPauseOptions,
              .effect = "pauses the replication of global tables between two Regions, between one "
                        "Region (`\"region\"`) and all others, or everywhere; `table=T` "
                        "(`\"table\":\"T\"`): only of that table",
              .shown = "%1: replication paused",
              .refused = "Replication is paused already: %1."},
};

constexpr std::array<std::string_view, 3> kExampleZones = {"us-east-1a", "us-east-1b",
                                                           "us-east-1c"};
constexpr std::array<std::string_view, 2> kExampleRegions = {"us-east-1", "eu-west-1"};

/// The targets in the example of the README.
std::span<const std::string_view> exampleTargets(const FaultSpec& spec) {
    switch (spec.target) {
        case FaultTarget::Zones:
            return std::span(kExampleZones).first(spec.zoneCount);
        case FaultTarget::Region:
            return std::span(kExampleRegions).first(1);
        case FaultTarget::RegionPair:
        case FaultTarget::Replication:
            return kExampleRegions;
    }
    CHECK(false);
}

std::string exampleMember(const FaultSpec& spec) {
    const auto targets = exampleTargets(spec);
    const std::string name = spec.target == FaultTarget::Zones ? "zone" : "region";
    if (targets.size() == 1) return "\"" + name + "\":\"" + std::string(targets[0]) + "\"";
    std::string list;
    for (const std::string_view target : targets)
        list.append(list.empty() ? "\"" : ",\"").append(target).append("\"");
    return "\"" + name + "s\":[" + list + "]";
}

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

bool takesOption(const FaultSpec& spec, std::string_view option) {
    return std::ranges::find(spec.options, option) != spec.options.end();
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
    for (const std::string_view target : exampleTargets(spec))
        words.append(" ").append(target);
    std::string members = exampleMember(spec);
    if (takesOption(spec, "delay")) {
        words += " delay=200ms";
        members += ",\"delay\":\"200ms\"";
    }
    return "| `" + words + " 20s` | `POST /faults` `{\"kind\":\"" + std::string(spec.name) + "\"," +
           members + ",\"duration\":\"20s\"}` | " + std::string(spec.effect) + " |";
}

}  // namespace orrery::observe
