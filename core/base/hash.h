#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace orrery {

/// A 64-bit hash of values in order, the same on every platform and in every build: FNV-1a over the
/// bytes with a final mix. It serves event chains, item checksums and seeds; it does not withstand
/// an adversary.
class Hash64 {
public:
    void add(std::uint64_t value);
    /// Adds the length too, so that "ab","c" and "a","bc" differ.
    void add(std::string_view bytes);
    std::uint64_t value() const;

private:
    std::uint64_t m_state = 0xcbf29ce484222325u;
};

std::uint64_t hash64(std::string_view bytes);

using Md5 = std::array<unsigned char, 16>;
using Sha256 = std::array<unsigned char, 32>;

Md5 md5(std::string_view bytes);
Sha256 sha256(std::string_view bytes);

/// The CRC-32 of zlib, which the reply header `x-amz-crc32` carries.
std::uint32_t crc32(std::string_view bytes);
/// The same as computed where the processor does not help.
std::uint32_t crc32Portable(std::string_view bytes);

}  // namespace orrery
