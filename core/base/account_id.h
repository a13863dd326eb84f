#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace orrery {

// An account id says whose a table is. It is an account's twelve digits; for a table in a namespace
// (x-orrery-namespace), "/" and the namespace's name follow. Clients and ARNs see the digits only:
// to its users, a namespace is the whole account.

inline constexpr std::string_view kSharedAccount = "000000000000";
inline constexpr std::size_t kNamespaceBytesMax = 255;

/// With an empty name, the account itself.
inline std::string accountIdOf(std::string_view digits, std::string_view nameSpace) {
    std::string id(digits);
    if (!nameSpace.empty()) id.append("/").append(nameSpace);
    return id;
}

inline std::string_view accountDigits(std::string_view accountId) {
    return accountId.substr(0, accountId.find('/'));
}

/// Empty if the id is an account's own.
inline std::string_view namespaceOf(std::string_view accountId) {
    const std::size_t slash = accountId.find('/');
    return slash == std::string_view::npos ? std::string_view() : accountId.substr(slash + 1);
}

/// Where a caller's tables are. A Region alone is a scope of the shared account.
struct Scope {
    // NOLINTBEGIN(google-explicit-constructor)
    Scope(const char* name) : region(name) {}
    Scope(std::string name) : region(std::move(name)) {}
    // NOLINTEND(google-explicit-constructor)
    Scope(std::string name, std::string account)
        : region(std::move(name)), accountId(std::move(account)) {}

    std::string region;
    std::string accountId{kSharedAccount};
};

/// Says in one sentence why UTF-8 text cannot name a namespace; nothing if it can.
inline std::optional<std::string> namespaceProblem(std::string_view name) {
    if (name.empty() || name.size() > kNamespaceBytesMax)
        return "A namespace has a name of 1 to 255 bytes; this one has " +
               std::to_string(name.size()) + ".";
    const auto isControl = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    if (std::ranges::any_of(name, isControl))
        return "The name of a namespace must not contain control characters.";
    return std::nullopt;
}

}  // namespace orrery
