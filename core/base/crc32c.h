#pragma once

#include <cstdint>
#include <string_view>

namespace orrery {

/// CRC-32C (Castagnoli), as iSCSI and ext4 have it. `before` is the CRC of what precedes `bytes`,
/// so that crc32c(b, crc32c(a)) is the CRC of a followed by b. Detects every flipped bit and every
/// damage that spans at most 32 bits. The same on every platform.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

/// The same without the processor's instruction: slower, for processors that lack it.
std::uint32_t crc32cPortable(std::string_view bytes, std::uint32_t before = 0);

}  // namespace orrery
