#include "core/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace orrery {
namespace {

/// The length of a character that begins with `first`, and the bounds of its second byte. The
/// length is 0 if no character begins with `first`.
struct Lead {
    std::size_t length = 0;
    unsigned char secondMin = 0x80;
    unsigned char secondMax = 0xbf;
};

Lead leadOf(unsigned char first) {
    if (first < 0x80) return {1};
    if (first < 0xc2) return {0};
    if (first < 0xe0) return {2};
    if (first == 0xe0) return {3, 0xa0};
    if (first == 0xed) return {3, 0x80, 0x9f};  // No surrogates.
    if (first < 0xf0) return {3};
    if (first == 0xf0) return {4, 0x90};
    if (first < 0xf4) return {4};
    if (first == 0xf4) return {4, 0x80, 0x8f};
    return {0};
}

bool isAscii8(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return (word & 0x8080808080808080U) == 0;
}

}  // namespace

bool isUtf8(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        if (i + 8 <= text.size() && isAscii8(text.data() + i)) {
            i += 8;
            continue;
        }
        const Lead lead = leadOf(at(i));
        if (lead.length == 0 || i + lead.length > text.size()) return false;
        if (lead.length > 1 && (at(i + 1) < lead.secondMin || at(i + 1) > lead.secondMax))
            return false;
        for (std::size_t part = 2; part < lead.length; ++part)
            if ((at(i + part) & 0xc0U) != 0x80U) return false;
        i += lead.length;
    }
    return true;
}

}  // namespace orrery
