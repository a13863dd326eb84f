#pragma once

#include <cstdint>
#include <string_view>

namespace orrery {

/// CRC-32C (Castagnoli), as used by iSCSI and ext4. `before` is the CRC of the bytes before
/// `bytes`, so crc32c(b, crc32c(a)) is the CRC of a followed by b. It detects every flipped bit and
/// every burst of damage up to 32 bits long. The same on every platform.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

/// The same without the CRC instruction: slower, for processors that lack it.
std::uint32_t crc32cPortable(std::string_view bytes, std::uint32_t before = 0);

}  // namespace orrery
