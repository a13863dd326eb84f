#include "core/http/host_check.h"

#include <algorithm>

namespace orrery::http {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return out;
}

/// "Host: name:8000" without the port; "[::1]:8000" keeps its brackets.
std::string_view withoutPort(std::string_view host) {
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        return end == std::string_view::npos ? host : host.substr(0, end + 1);
    }
    return host.substr(0, host.find(':'));
}

/// Digits and dots only, so no name that somebody could own.
bool isIpv4(std::string_view host) {
    return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool isLoopbackName(std::string_view host) {
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    return host == "[::1]" || (isIpv4(host) && host.starts_with("127."));
}

}  // namespace

bool isAllowedHost(std::string_view hostHeader, std::span<const std::string> allowed,
                   bool anyPlain) {
    const std::string host = lower(withoutPort(hostHeader));
    if (isLoopbackName(host) || host == "host.docker.internal") return true;
    for (const std::string& name : allowed)
        if (host == lower(withoutPort(name))) return true;
    if (!anyPlain || host.empty()) return false;
    return isIpv4(host) || host.starts_with('[') || host.find('.') == std::string::npos;
}

bool isLocalOrigin(std::string_view origin) {
    const std::size_t scheme = origin.find("://");
    if (scheme == std::string_view::npos) return false;
    return isLoopbackName(lower(withoutPort(origin.substr(scheme + 3))));
}

}  // namespace orrery::http
