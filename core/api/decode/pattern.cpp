#include "core/api/decode/pattern.h"

#include <algorithm>

namespace orrery::api {
namespace {

bool isOfName(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

}  // namespace

std::string_view patternText(Pattern pattern) {
    constexpr std::string_view kTexts[] = {"", "[a-zA-Z0-9_.-]+", "([0-9a-f]{16})+"};
    return kTexts[static_cast<std::size_t>(pattern)];
}

bool matchesPattern(Pattern pattern, std::string_view text) {
    constexpr std::size_t kTokenBytes = 16;
    switch (pattern) {
        case Pattern::None:
            break;
        case Pattern::Name:
            return !text.empty() && std::ranges::all_of(text, isOfName);
        case Pattern::Token:
            return !text.empty() && text.size() % kTokenBytes == 0 &&
                   text.find_first_not_of("0123456789abcdef") == text.npos;
    }
    return true;
}

}  // namespace orrery::api
