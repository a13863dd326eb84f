#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery::auth {

// Percent-encoding in requests (RFC 3986).

/// The text that `text` encodes. What only looks like an escape stays as it is.
std::string percentDecoded(std::string_view text);

enum class Slashes { Kept, Encoded };
/// Appends `text` with everything encoded but the unreserved characters (RFC 3986, 2.3) and, if
/// they are kept, slashes.
void appendEncoded(std::string& out, std::string_view text, Slashes slashes);

/// The decoded value of the first parameter of a query that has this name.
std::optional<std::string> queryValue(std::string_view query, std::string_view name);

}  // namespace orrery::auth
