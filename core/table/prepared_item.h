#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/table/log_record.h"
#include "core/table/stored_item.h"

namespace orrery::table {

// While a transaction is undecided, its changes lie under private keys of their group, one for each
// item. The prepare record of an item writes the key; the commit or cancel record removes it. A
// stored item is never marked: the private key alone says that a transaction is ongoing for it.

/// What a transaction has prepared for one item.
struct PreparedItem {
    TransactionAction action{};
    GroupId ledger{};           ///< The group that decides the transaction.
    std::string transactionId;  ///< In that ledger.
    CalendarTime stamp;
    std::uint32_t itemBytes = 0;
    std::optional<std::string> image;  ///< For a put.
};

/// The key under which `group` stores what is prepared for the item at `storageKey`.
std::string preparedKey(GroupId group, std::string_view storageKey);
/// All of these keys of a group lie in [begin, end).
std::string preparedKeysBegin(GroupId group);
std::string preparedKeysEnd(GroupId group);
/// The storage key of the item, which points into `preparedKey`.
std::string_view itemKeyOf(std::string_view preparedKey);

/// The value under `key` that the prepare record stores, whose header is `header`.
SharedBytes encodePrepared(std::string_view key, const StoredHeader& header,
                           const LogRecord& prepare);
/// Nothing if the bytes are corrupt.
std::optional<PreparedItem> decodePrepared(std::string_view key, std::string_view stored);

/// The contribution of a prepared item to the checksum of its group. Each of a transaction's
/// records says enough to compute it.
std::uint64_t preparedChecksum(std::string_view key, const LogRecord& record);

}  // namespace orrery::table
