#include "core/http/origins.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/http/host_check.h"

namespace orrery::http {
namespace {

constexpr std::string_view kSchemeEnd = "://";

/// The host and port of an origin: "https://app.example" without "https://". Empty for other
/// schemes.
std::string_view hostOf(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (origin.starts_with(scheme)) return origin.substr(scheme.size());
    return {};
}

/// True if an Origin header can equal `entry`: an origin has no path and no blank.
bool isEntry(std::string_view entry) {
    if (entry == "null") return true;
    const std::size_t end = entry.find(kSchemeEnd);
    const bool hasScheme = end != std::string_view::npos;
    const std::string_view host = hasScheme ? entry.substr(end + kSchemeEnd.size()) : entry;
    // "file://" has no host.
    if (host.empty()) return hasScheme && end > 0;
    return host.find_first_of("/ ?#@*\"'\\") == std::string_view::npos && !hostNameOf(host).empty();
}

}  // namespace

std::expected<Origins, std::string> Origins::parse(std::string_view list) {
    Origins origins;
    for (std::string_view rest = list; !rest.empty();) {
        const std::size_t comma = rest.find(',');
        const std::string entry = lowerAscii(trimmed(rest.substr(0, comma)));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        if (entry.empty()) continue;
        if (entry == "*") {
            origins.m_all = true;
        } else if (isEntry(entry)) {
            origins.m_named.push_back(entry);
        } else {
            return std::unexpected("\"" + entry +
                                   "\" is not an origin; use one such as https://app.example, or * "
                                   "for every page.");
        }
    }
    if (!origins.m_all && origins.m_named.empty())
        return std::unexpected(
            std::string("No origin is given; name one such as https://app.example, or * for "
                        "every page."));
    return origins;
}

bool Origins::allow(std::string_view origin) const {
    if (m_all || isLoopbackOrigin(origin)) return true;
    if (m_named.empty()) return false;
    const std::string asked = lowerAscii(origin);
    const std::string_view host = hostOf(asked);
    return std::ranges::any_of(m_named, [&](const std::string& name) {
        return name == asked || (!host.empty() && name == host);
    });
}

}  // namespace orrery::http
