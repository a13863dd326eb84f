#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace orrery::storage {

// Checksums of what the two files have besides records and items: named values, the states of
// groups, marks, and what waits to be erased.
//
//   sealed := value "\xf5seal" crc32c:uint32    // of key, then value
//
// Before format 4 nothing had a seal. Such a value is taken as it is; its size and grammar are all
// that can be checked. One that lost its seal to damage is longer than its grammar allows.

std::string seal(std::string_view key, std::string_view value);

/// The value, or nothing if its seal shows that key or value are not what was written.
std::optional<std::string_view> unseal(std::string_view key, std::string_view bytes);

/// Restores key and value if one byte of an entry is wrong: the checksum tells which one. Nothing
/// if more is wrong, or nothing was ever sealed.
std::optional<std::pair<std::string, std::string>> mendSealed(std::string_view key,
                                                              std::string_view bytes);

}  // namespace orrery::storage
