#pragma once

#include <span>
#include <string>
#include <string_view>

namespace orrery::http {

/// True if a Host header names this machine. A page of a browser can make its own name resolve to
/// 127.0.0.1 (DNS rebinding) and then read every answer; it cannot change the Host header.
/// Allowed are localhost and its subdomains, loopback addresses, host.docker.internal, and
/// `allowed`. With `anyPlain` (listening on all interfaces), also every address and every name
/// without a dot, such as the service names of a compose file; a page has a dotted name.
bool isAllowedHost(std::string_view hostHeader, std::span<const std::string> allowed,
                   bool anyPlain);

/// True if "name", "name:8000" or "[::1]:8000" is a loopback address, localhost or below it.
bool isLoopbackHost(std::string_view host);

/// True if an Origin header names a page that this machine serves: http or https on a loopback
/// host, at any port. Not "null" or a file, which any page can make of itself by a sandboxed frame.
bool isLoopbackOrigin(std::string_view origin);

/// "Host: Name.:8000" as "name"; "[::1]:8000" keeps its brackets. Empty if it is no host.
std::string hostNameOf(std::string_view hostHeader);

std::string lowerAscii(std::string_view text);

}  // namespace orrery::http
