#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"

namespace orrery::table {

// What a group keeps in its tree beside items: keys outside all key spaces of tables, since no
// table has key space 0. They lie together, so that whoever copies, drops or checks a group finds
// them.
//
//   privateKey := 0:uint32 group:uint64 kind:uint8 rest
//
// Version 1 knew cursors only, at 0:uint32 group:uint64 base:uint64. No group has a number of 2^56
// or more, so the first byte of `base` is 0 and reads as their kind.

enum class PrivateKind : std::uint8_t {
    SourceCursor = 0,    ///< How far an index partition has taken the records of a base partition.
    CollectionSize = 1,  ///< Bytes of an item collection, by hash of its partition key.
    Prepared = 2,        ///< The image that a transaction has prepared, by storage key.
    Tombstone = 3,       ///< A deleted item, by storage key, where other Regions have replicas.
    Expiry = 4,          ///< Items by the time at which they expire.
    ClientToken = 5,     ///< Of a ledger: the outcome of an idempotent transaction.
};

struct PrivateKey {
    GroupId group{};
    PrivateKind kind{};
    std::string_view rest;  ///< Points into the key.
};

std::string privateKey(GroupId group, PrivateKind kind, std::string_view rest);

/// Nothing for the key of an item, or a kind of a later version.
std::optional<PrivateKey> parsePrivateKey(std::string_view key);

/// All private keys of `group` lie in [begin, end).
std::string privateKeysBegin(GroupId group);
std::string privateKeysEnd(GroupId group);
/// Those of them that the group's checksum counts: all but the cursors.
std::string checkedPrivateKeysBegin(GroupId group);

}  // namespace orrery::table
