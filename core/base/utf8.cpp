#include "core/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/base/text.h"

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

/// The length of the character at the beginning of `text`; 0 if there is none.
std::size_t characterLength(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const Lead lead = leadOf(at(0));
    if (lead.length == 0 || lead.length > text.size()) return 0;
    if (lead.length > 1 && (at(1) < lead.secondMin || at(1) > lead.secondMax)) return 0;
    for (std::size_t part = 2; part < lead.length; ++part)
        if ((at(part) & 0xc0U) != 0x80U) return 0;
    return lead.length;
}

}  // namespace

bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (i + 8 <= text.size() && isAscii8(text.data() + i)) {
            i += 8;
            continue;
        }
        const std::size_t length = characterLength(text.substr(i));
        if (length == 0) return false;
        i += length;
    }
    return true;
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        const auto first = static_cast<unsigned char>(text[0]);
        const bool isControl = (first < 0x20 && first != '\n') || first == 0x7f;
        if (length == 0 || isControl)
            shown.append("\\x").append(hex(text.substr(0, 1)));
        else
            shown.append(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return shown;
}

}  // namespace orrery
