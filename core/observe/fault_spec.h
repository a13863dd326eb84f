#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace orrery::observe {

// The faults that a world can have, in one table. The control API, `orreryd ctl`, the window and
// the README's table take their names, arguments and texts from it. A new fault is a kind and a row
// here, what it does in cluster/faults/zones.cpp (which does not compile without it), and its test.

/// Stored with active faults: a number keeps its meaning.
enum class FaultKind : std::uint8_t {
    ZoneOutage = 0,
    LinkCut = 1,
};

struct FaultSpec {
    FaultKind kind;
    std::string_view name;  ///< In the control API, in scenarios, in FaultView::kind.
    /// How many zones it names, all of one Region. One stands in the body's member "zone", more in
    /// the array "zones".
    std::size_t zoneCount;
    std::string_view effect;   ///< What it does: the README's table.
    std::string_view shown;    ///< While it is active; "%1" is what it strikes.
    std::string_view refused;  ///< Why there is no second one; "%1" as above.
};

/// In order of their kinds.
std::span<const FaultSpec> faultSpecs();
const FaultSpec& specOf(FaultKind kind);
/// Null if there is no fault of that name.
const FaultSpec* findFaultSpec(std::string_view name);

/// "zone-outage" or "link-cut", each in quotes: for a sentence about what may be asked for.
std::string faultNames();
/// `text` with `target` in place of "%1".
std::string faultText(std::string_view text, std::string_view target);

/// The fault's row of the README's table, the line's end not included.
std::string faultRow(const FaultSpec& spec);

}  // namespace orrery::observe
