#include "core/control/link_arguments.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/base/result.h"

namespace orrery::control {
namespace {

using cluster::RegionLink;

constexpr std::uint32_t kLossParts = 1'000'000;

std::optional<std::uint32_t> digits(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "1/100".
std::optional<Ratio> parseRatio(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto lost = digits(text.substr(0, slash));
    const auto of = digits(text.substr(slash + 1));
    if (!lost || !of || *of == 0 || *lost > *of) return std::nullopt;
    return Ratio{*lost, *of};
}

Parsed<Ratio> lossIn(const Body& body) {
    if (const auto text = body.string("loss")) {
        if (const auto loss = parseRatio(*text)) return *loss;
    } else if (const auto share = body.number("loss"); share && *share >= 0 && *share <= 1) {
        return Ratio{static_cast<std::uint32_t>(std::llround(*share * kLossParts)), kLossParts};
    }
    return std::unexpected(
        "\"loss\" must be a number from 0 to 1, or a fraction such as \"1/100\".");
}

}  // namespace

Parsed<RegionLink> linkIn(const Body& body) {
    RegionLink link;
    for (const auto& [name, value] :
         {std::pair{"delay", &RegionLink::delay}, std::pair{"jitter", &RegionLink::jitter}}) {
        if (!body.has(name)) continue;
        TRY_ASSIGN(link.*value, parseDuration(body.string(name).value_or("")));
    }
    if (!body.has("loss")) return link;
    TRY_ASSIGN(link.loss, lossIn(body));
    return link;
}

Parsed<std::vector<std::string>> regionPairIn(const Body& body) {
    std::vector<std::string> regions = body.strings("regions");
    if (regions.size() == 2) return regions;
    return std::unexpected(
        "\"regions\" must be two Regions, such as [\"us-east-1\", \"eu-west-1\"].");
}

Parsed<std::string> regionIn(const Body& body) {
    if (auto region = body.string("region")) return *std::move(region);
    return std::unexpected("\"region\" must be a Region such as \"eu-west-1\".");
}

}  // namespace orrery::control
