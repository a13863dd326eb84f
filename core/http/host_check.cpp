#include "core/http/host_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace orrery::http {
namespace {

/// True if the part of a Host header after the name is a port: nothing, or a colon and digits.
bool isPort(std::string_view rest) {
    if (rest.empty()) return true;
    return rest.front() == ':' && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

/// Only digits and dots, so nobody can own it as a name.
bool isIpv4(std::string_view host) {
    return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// "[::1]", or an IPv6 form of 127.0.0.0/8.
bool isLoopbackIpv6(std::string_view host) {
    if (!host.starts_with('[') || !host.ends_with(']')) return false;
    const std::string text(host.substr(1, host.size() - 2));
    in6_addr address{};
    if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return false;
    constexpr int kFirstOfIpv4 = 12;
    return IN6_IS_ADDR_LOOPBACK(&address) ||
           (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[kFirstOfIpv4] == 127);
}

bool isLoopbackName(std::string_view host) {
    if (host == "localhost" || host.ends_with(".localhost")) return true;
    return isLoopbackIpv6(host) || (isIpv4(host) && host.starts_with("127."));
}

/// Top-level domains that are reserved for private networks (RFC 6761, 6762, 8375; ICANN's
/// "internal") or that private networks use and ICANN has refused to delegate.
bool isPrivateName(std::string_view host) {
    constexpr std::string_view kDomains[] = {".internal", ".local", ".home.arpa",
                                             ".test",     ".lan",   ".localdomain"};
    return std::ranges::any_of(kDomains,
                               [&](std::string_view domain) { return host.ends_with(domain); });
}

/// True if `host` is what `allowed` names. The listening address may be an IPv6 address, which a
/// Host header writes in brackets.
bool matches(std::string_view host, std::string_view allowed) {
    if (allowed == "*") return true;
    if (allowed.starts_with("*."))
        return host.ends_with(lowerAscii(allowed.substr(1))) && !host.starts_with('.');
    return host == hostNameOf(allowed) || host == "[" + lowerAscii(allowed) + "]";
}

}  // namespace

std::string lowerAscii(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return out;
}

std::string hostNameOf(std::string_view hostHeader) {
    std::size_t end = std::min(hostHeader.find(':'), hostHeader.size());
    if (hostHeader.starts_with('[')) {
        end = hostHeader.find(']');
        if (end == std::string_view::npos) return {};
        ++end;
    }
    if (!isPort(hostHeader.substr(end))) return {};
    std::string_view name = hostHeader.substr(0, end);
    // A trailing dot only disables search domains; the name is the same.
    if (name.ends_with('.')) name.remove_suffix(1);
    return lowerAscii(name);
}

bool isLoopbackHost(std::string_view host) {
    return isLoopbackName(hostNameOf(host));
}

bool isAllowedHost(std::string_view hostHeader, std::span<const std::string> allowed,
                   bool anyPlain) {
    const std::string host = hostNameOf(hostHeader);
    if (host.empty()) return false;
    if (isLoopbackName(host) || host == "host.docker.internal") return true;
    if (std::ranges::any_of(allowed, [&](const auto& name) { return matches(host, name); }))
        return true;
    if (!anyPlain) return false;
    return isIpv4(host) || host.starts_with('[') || host.find('.') == std::string::npos ||
           isPrivateName(host);
}

bool isLoopbackOrigin(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (origin.starts_with(scheme)) return isLoopbackHost(origin.substr(scheme.size()));
    return false;
}

}  // namespace orrery::http
