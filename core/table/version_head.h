#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace orrery::table {

/// The newest write of one Region among the ancestors of an item's version, itself included. A
/// write's ancestor is the version that it replaced, and so on.
struct VersionHead {
    std::string region;
    CalendarTime at;           ///< Its commit timestamp in that Region.
    std::uint64_t number = 0;  ///< How many writes of the Region the ancestors have; to count only.
    bool operator==(const VersionHead&) const = default;
};

/// One per Region, in order of the names.
using VersionHeads = std::vector<VersionHead>;

// heads := count:varint (region:sized at:uint64 number:varint)…

void writeHeads(ByteWriter& out, const VersionHeads& heads);
/// What cannot be read is not ok() in the reader.
VersionHeads readHeads(ByteReader& in);

}  // namespace orrery::table
