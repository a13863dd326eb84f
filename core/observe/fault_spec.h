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

/// Stored with active faults, so numbers keep their meaning.
enum class FaultKind : std::uint8_t {
    ZoneOutage = 0,
    LinkCut = 1,
};

struct FaultSpec {
    FaultKind kind;
    std::string_view name;  ///< In the control API, in scenarios, in FaultView::kind.
    /// How many zones the fault names, all in one Region. The request body has one zone in "zone",
    /// several in the array "zones".
    std::size_t zoneCount;
    std::string_view effect;   ///< What it does, for the README's table.
    std::string_view shown;    ///< The text while it is active; "%1" is its target.
    std::string_view refused;  ///< The text that refuses a second one; "%1" as above.
};

/// Ordered by kind.
std::span<const FaultSpec> faultSpecs();
const FaultSpec& specOf(FaultKind kind);
/// Null if no fault has that name.
const FaultSpec* findFaultSpec(std::string_view name);

/// "zone-outage" or "link-cut", each in quotes, for error texts that list the possible faults.
std::string faultNames();
/// `text` with `target` in place of "%1".
std::string faultText(std::string_view text, std::string_view target);

/// The row of the fault in the README's table, without a line end.
std::string faultRow(const FaultSpec& spec);

}  // namespace orrery::observe
