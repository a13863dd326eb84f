#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/replication/replication_types.h"

namespace orrery::cluster {

// What a ledger keeps of a transaction: an item with two attributes, its name and its state. With a
// client token, the name is made from the token, so that one look-up finds it.

enum class Outcome : std::uint8_t {
    Undecided = 0,
    Committed = 1,  ///< Perhaps not all partitions know.
    Cancelled = 2,  ///< Likewise.
    Finished = 3,   ///< Committed, and all partitions know. Only kept for the sake of the token.
};

struct LedgerRow {
    Outcome outcome = Outcome::Undecided;
    std::uint64_t number = 0;       ///< `transactionNumber`, unique in the ledger.
    std::string attempt;            ///< Identifies a repeated request of the coordinator.
    std::string parametersHash;     ///< Empty: there is no client token.
    CalendarTime stamp;             ///< The time of its commit.
    CalendarTime since;             ///< When it began, and from Finished on, when it finished.
    std::vector<std::string> keys;  ///< Storage keys of all items, until it is finished.
    std::vector<std::uint32_t> itemBytes;

    bool hasToken() const { return !parametersHash.empty(); }
    bool operator==(const LedgerRow&) const = default;
};

/// The name in the ledger of a transaction with a client token.
std::string tokenName(std::string_view accountId, std::string_view clientToken);
/// The account in such a name; empty for another name.
std::string_view accountIn(std::string_view name);

/// The name of one attempt at a transaction: numbers begin anew with each start of the process (and
/// a stopped clock resumes where it stood), but the count of starts goes on.
std::string attemptName(ZoneIndex zone, std::uint64_t starts, std::uint64_t call);
/// The start in which the attempt was made; 0 if an earlier version named it.
std::uint64_t startIn(std::string_view attempt);

/// The number of the transaction that a record begins. The LSN alone is not unique: a record that
/// was lost before it was committed may have begun another one there, in an earlier term.
std::uint64_t transactionNumber(replication::LogPosition begin);
/// The LSN of the record that began the transaction, by which people tell transactions apart.
std::uint64_t lsnIn(std::uint64_t number);

/// A transaction's id: its name and number.
std::string transactionId(std::string_view name, std::uint64_t number);
/// What an id is made of.
std::string nameIn(std::string_view id);
std::uint64_t numberIn(std::string_view id);

/// The storage key of a row in the ledger's key space.
std::string ledgerKey(KeySpaceId space, const std::string& name);
/// The encoded item.
std::string encodeRow(const std::string& name, const LedgerRow& row);
struct NamedRow {
    std::string name;
    LedgerRow row;
};
/// Nothing if the bytes are corrupt.
std::optional<NamedRow> decodeRow(std::string_view item);

}  // namespace orrery::cluster
