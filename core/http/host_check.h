#pragma once

#include <span>
#include <string>
#include <string_view>

namespace orrery::http {

/// True if a Host header names this machine. A web page can make its own name resolve to 127.0.0.1
/// (DNS rebinding) and then read every answer, but it cannot change the Host header. Allowed are
/// localhost and its subdomains, loopback addresses, host.docker.internal, and `allowed`: names,
/// "*.name" for the subdomains of one, or "*" for every host. With `anyPlain` (listening on all
/// interfaces), so are every address and every name that no web page can have: one without a dot,
/// such as the service names of a compose file, and one under a domain that is not in the public
/// DNS, such as "dynamodb.tests.svc.cluster.local".
bool isAllowedHost(std::string_view hostHeader, std::span<const std::string> allowed,
                   bool anyPlain);

/// True if "name", "name:8000" or "[::1]:8000" is a loopback address, localhost or a subdomain of
/// it.
bool isLoopbackHost(std::string_view host);

/// True if an Origin header names a page that this machine serves: http or https on a loopback
/// host, on any port. False for "null" and files, since any page can get the origin "null" in a
/// sandboxed frame.
bool isLoopbackOrigin(std::string_view origin);

/// "Host: Name.:8000" gives "name"; "[::1]:8000" keeps its brackets. Empty if it is not a host.
std::string hostNameOf(std::string_view hostHeader);

std::string lowerAscii(std::string_view text);

}  // namespace orrery::http
