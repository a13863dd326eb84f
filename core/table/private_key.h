#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"

namespace orrery::table {

// The keys under which a group stores data beside its items in its tree. They lie outside the key
// spaces of all tables, since no table has key space 0. They are contiguous, so a copy, drop or
// check of a group finds them all.
//
//   privateKey := 0:uint32 group:uint64 kind:uint8 rest
//
// Version 1 had only cursors, at 0:uint32 group:uint64 base:uint64. Group numbers stay below 2^56,
// so the first byte of `base` is 0 and reads as the kind of a cursor.

enum class PrivateKind : std::uint8_t {
    SourceCursor = 0,    ///< How far an index partition has taken the records of a base partition.
    CollectionSize = 1,  ///< Bytes of an item collection, by hash of its partition key.
    Prepared = 2,        ///< The image that a transaction has prepared, by storage key.
    Tombstone = 3,       ///< A deleted item, by storage key, where other Regions have replicas.
    Expiry = 4,          ///< Items by the time at which they expire.
    ClientToken = 5,     ///< For a ledger: the outcome of an idempotent transaction.
};

struct PrivateKey {
    GroupId group{};
    PrivateKind kind{};
    std::string_view rest;  ///< Points into the key.
};

std::string privateKey(GroupId group, PrivateKind kind, std::string_view rest);

/// Nothing for the key of an item, or for a kind of a later version.
std::optional<PrivateKey> parsePrivateKey(std::string_view key);

/// The key of the tombstone that a deleted item leaves in a global table.
std::string tombstoneKey(GroupId group, std::string_view storageKey);

/// All private keys of `group` lie in [begin, end).
std::string privateKeysBegin(GroupId group);
std::string privateKeysEnd(GroupId group);
/// The part of them that the group's checksum covers: all but the cursors.
std::string checkedPrivateKeysBegin(GroupId group);

}  // namespace orrery::table
