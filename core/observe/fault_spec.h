#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace orrery::observe {

// The faults that a world can have, in one table. The control API, `orreryd ctl`, the window and
// the README's table take their names, arguments and texts from it. A new fault needs a kind and a
// row here, its effect in cluster/faults/zones.cpp (which does not compile without it), and a test.
//
// In the body of a request, "kind" is the name of the fault, and "duration" may say how long it
// lasts. The other members follow from the target and the options of its row. `orreryd ctl` takes
// the same as words: fault NAME TARGET… OPTION=VALUE… DURATION.

/// Stored with active faults, so numbers keep their meaning.
enum class FaultKind : std::uint8_t {
    ZoneOutage = 0,
    LinkCut = 1,
    RegionIsolation = 2,
    RegionLoss = 3,
    RegionLinkCut = 4,
    RegionLinkSlow = 5,
    ReplicationPause = 6,
};

/// What a fault names, and by which members of the body.
enum class FaultTarget : std::uint8_t {
    Zones,        ///< One "zone", or two "zones" of one Region.
    Region,       ///< A "region".
    RegionPair,   ///< Two "regions".
    Replication,  ///< Two "regions", one "region", or neither, which stands for all.
};

struct FaultSpec {
    FaultKind kind;
    std::string_view name;  ///< In the control API, in scenarios, in FaultView::kind.
    FaultTarget target = FaultTarget::Zones;
    std::size_t zoneCount = 0;  ///< How many zones the fault names, if its target are zones.
    /// The members that a body may have in addition, of these: "delay", "jitter", "loss" (of a
    /// link, in addition to what it has), "oneWay" (only from the first Region to the second) and
    /// "table".
    std::span<const std::string_view> options;
    std::string_view effect;   ///< What it does, for the README's table.
    std::string_view shown;    ///< The text while it is active; "%1" is its target.
    std::string_view refused;  ///< The text that refuses a second one; "%1" as above.
};

/// Ordered by kind.
std::span<const FaultSpec> faultSpecs();
const FaultSpec& specOf(FaultKind kind);
/// Null if no fault has that name.
const FaultSpec* findFaultSpec(std::string_view name);

/// True if a body may have this member; see FaultSpec::options.
bool takesOption(const FaultSpec& spec, std::string_view option);

/// "zone-outage" or "link-cut", each in quotes, for error texts that list the possible faults.
std::string faultNames();
/// `text` with `target` in place of "%1".
std::string faultText(std::string_view text, std::string_view target);

/// The row of the fault in the README's table, without a line end.
std::string faultRow(const FaultSpec& spec);

}  // namespace orrery::observe
