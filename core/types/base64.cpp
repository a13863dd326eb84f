#include "core/types/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/text.h"

namespace orrery::types {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNone);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

std::uint32_t valueOf(char c) {
    return kValues[static_cast<unsigned char>(c)];
}

std::uint32_t byteAt(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

// `text` begins with the character, which is shown whole: replies are UTF-8.
ApiError invalidCharacter(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && !beginsCharacter(text[length]))
        ++length;
    return ApiError::serialization("Invalid base 64 character: '" +
                                   std::string(text.substr(0, length)) + "'");
}

}  // namespace

void appendBase64(std::string& out, std::string_view bytes) {
    const std::size_t begin = out.size();
    out.resize(begin + (bytes.size() + 2) / 3 * 4, '=');
    char* to = out.data() + begin;
    const auto put = [&to](std::uint32_t group, int characters) {
        for (int shift = 18; characters > 0; --characters, shift -= 6)
            *to++ = kAlphabet[group >> shift & 63];
    };
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3)
        put(byteAt(bytes, at) << 16 | byteAt(bytes, at + 1) << 8 | byteAt(bytes, at + 2), 4);
    const std::size_t rest = bytes.size() - at;
    if (rest == 1) put(byteAt(bytes, at) << 16, 2);
    if (rest == 2) put(byteAt(bytes, at) << 16 | byteAt(bytes, at + 1) << 8, 3);
}

// The texts, with their misspelling, are those that dynalite's tests recorded from the service.
ApiResult<std::string> parseBase64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::unexpected(ApiError::serialization(
            "Base64 encoded length is expected a multiple of 4 bytes but found: " +
            std::to_string(text.size())));
    std::string bytes;
    std::string_view digits = text;
    for (int pads = 0; pads < 2 && digits.ends_with('='); ++pads)
        digits.remove_suffix(1);
    const std::size_t rest = digits.size() % 4;  // 0, 2 or 3.
    const std::uint32_t unusedBits = rest == 2 ? 0x0f : rest == 3 ? 0x03 : 0;
    if (unusedBits != 0 && valueOf(digits.back()) != kNone &&
        (valueOf(digits.back()) & unusedBits) != 0)
        return std::unexpected(
            ApiError::serialization("Invalid last non-pad Base64 character dectected"));
    bytes.reserve(digits.size() / 4 * 3 + 2);
    std::uint32_t group = 0;
    int bits = 0;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        const std::uint32_t value = valueOf(digits[at]);
        if (value == kNone) return std::unexpected(invalidCharacter(digits.substr(at)));
        group = group << 6 | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<char>(group >> bits & 0xff));
    }
    return bytes;
}

}  // namespace orrery::types
