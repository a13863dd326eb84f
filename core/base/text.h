#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace orrery {

// Text is UTF-8 everywhere; these functions do not check it.

/// True if `byte` begins a character, false if it continues one.
inline bool beginsCharacter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

/// The length in UTF-16 code units, as Java, and so the service, counts it.
inline std::size_t utf16Length(std::string_view text) {
    std::size_t length = 0;
    for (const char byte : text) {
        if (beginsCharacter(byte)) ++length;
        if (static_cast<unsigned char>(byte) >= 0xf0U) ++length;
    }
    return length;
}

/// The longest prefix of whole characters that fits into `bytesMax`.
inline std::string_view wholeCharacters(std::string_view text, std::size_t bytesMax) {
    std::size_t end = std::min(text.size(), bytesMax);
    while (end > 0 && end < text.size() && !beginsCharacter(text[end]))
        --end;
    return text.substr(0, end);
}

/// The text without the blanks at its ends: spaces, tabs and carriage returns.
inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// The bytes in lower-case hexadecimal digits, two for each.
inline std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        out += kDigits[static_cast<unsigned char>(byte) >> 4];
        out += kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return out;
}

}  // namespace orrery
