#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/table/stored_item.h"

namespace orrery::table {

// Time to live. A group indexes its items by the second at which they expire, under private keys.
// Records say which entries they add and erase, so apply only stores them.
//
//   rest of the private key := seconds:uint64 storageKey

/// When an item expires by the number in `attribute`, in seconds since 1970; nothing if it never
/// does. Fractions are cut off. The world's calendar does not reach some later times, which count
/// as never.
std::optional<std::int64_t> expiryOf(std::string_view image, std::string_view attribute);

/// Values that are older than this are ignored (developer guide,
/// time-to-live-ttl-before-you-start).
bool isIgnoredExpiry(std::int64_t expiry, CalendarTime now);

/// The key of the entry of the item at `storageKey`.
std::string expiryKey(GroupId group, std::int64_t expiry, std::string_view storageKey);
/// The keys of all entries of `group` that expire before `expiry` lie in [expiryBegin, this).
std::string expiryBound(GroupId group, std::int64_t expiry);
std::string expiryBegin(GroupId group);
std::string expiryEnd(GroupId group);

struct ExpiryEntry {
    std::int64_t expiry = 0;
    std::string_view storageKey;  ///< Points into the key.
};
/// Nothing for another key.
std::optional<ExpiryEntry> parseExpiryKey(std::string_view key);

/// The value of an entry, and what it contributes to the checksum of the group.
SharedBytes encodeExpiry(std::string_view key, const StoredHeader& header);
std::uint64_t expiryChecksum(std::string_view key);

}  // namespace orrery::table
