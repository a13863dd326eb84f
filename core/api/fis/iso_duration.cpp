#include "core/api/fis/iso_duration.h"

#include <charconv>
#include <cstdint>

namespace orrery::api {

std::optional<Duration> parseIsoDuration(std::string_view text) {
    constexpr std::string_view kStart = "PT";
    constexpr std::uint32_t kNumberMax = 999'999;
    struct Unit {
        char letter;
        Duration length;
    };
    constexpr Unit kUnits[] = {{'H', std::chrono::hours(1)},
                               {'M', std::chrono::minutes(1)},
                               {'S', std::chrono::seconds(1)}};
    if (!text.starts_with(kStart)) return std::nullopt;
    text.remove_prefix(kStart.size());
    Duration sum{};
    bool isEmpty = true;
    for (const Unit& unit : kUnits) {
        std::uint32_t number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc() || number > kNumberMax) continue;
        const auto digits = static_cast<std::size_t>(read.ptr - text.data());
        if (digits == text.size() || text[digits] != unit.letter) continue;
        sum += number * unit.length;
        text.remove_prefix(digits + 1);
        isEmpty = false;
    }
    if (isEmpty || !text.empty()) return std::nullopt;
    return sum;
}

}  // namespace orrery::api
