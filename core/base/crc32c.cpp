#include "core/base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace orrery {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78u;  // Bits reversed.

// kTables[n][b] is the CRC of byte b followed by n zero bytes.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables makeTables() {
    Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t n = 1; n < tables.size(); ++n) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t shorter = tables[n - 1][byte];
            tables[n][byte] = shorter >> 8 ^ tables[0][shorter & 0xff];
        }
    }
    return tables;
}

constexpr Tables kTables = makeTables();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t withInstruction(std::string_view bytes,
                                                                std::uint32_t before) {
    std::uint64_t state = static_cast<std::uint32_t>(~before);
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        state = _mm_crc32_u64(state, word);
    }
    auto narrow = static_cast<std::uint32_t>(state);
    for (; left > 0; --left, ++at)
        narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*at));
    return ~narrow;
}
#endif

}  // namespace

std::uint32_t crc32cPortable(std::string_view bytes, std::uint32_t before) {
    std::uint32_t state = ~before;
    const auto byteAt = [&](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(bytes[i]);
    };
    while (bytes.size() >= 8) {
        const std::uint32_t low =
            state ^ (byteAt(0) | byteAt(1) << 8 | byteAt(2) << 16 | byteAt(3) << 24);
        state = kTables[7][low & 0xff] ^ kTables[6][low >> 8 & 0xff] ^
                kTables[5][low >> 16 & 0xff] ^ kTables[4][low >> 24] ^ kTables[3][byteAt(4)] ^
                kTables[2][byteAt(5)] ^ kTables[1][byteAt(6)] ^ kTables[0][byteAt(7)];
        bytes.remove_prefix(8);
    }
    for (const char byte : bytes)
        state = state >> 8 ^ kTables[0][(state ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~state;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return withInstruction(bytes, before);
#endif
    return crc32cPortable(bytes, before);
}

}  // namespace orrery
