#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/partiql/statement.h"
#include "core/types/key_schema.h"

namespace orrery::partiql {

// What the WHERE clause of a statement says about keys, once the table is known.

/// The error of a write whose clause does not name a whole key. A transaction says it differently.
inline constexpr std::string_view kNoWholeKey =
    "Where clause does not contain a mandatory equality on all key attributes";

/// The item that a write names.
struct NamedItem {
    types::Item key;
    /// What else the clause demands of the item.
    std::optional<expression::Condition> rest;
};

/// The clause of a write must compare each attribute of the key for equality with one value.
ApiResult<NamedItem> itemToWrite(const std::optional<expression::Condition>& where,
                                 const types::KeySchema& schema);

/// The key of the item that a read in a batch or transaction names: equality with the whole key or
/// an IN of one value, and nothing else. Nothing if the clause says anything else.
std::optional<types::Item> itemToRead(const std::optional<expression::Condition>& where,
                                      const types::KeySchema& schema);

/// The item that EXISTS(SELECT …) checks: the first equality with each attribute of the key names
/// it. Nothing if there is no whole key, or no other condition.
std::optional<NamedItem> itemToCheck(const std::optional<expression::Condition>& where,
                                     const types::KeySchema& schema);

/// One range of keys to read.
struct PlannedRead {
    types::AttributeValue partition;
    std::string begin;  ///< Storage keys: [begin, end).
    std::string end;
    /// The attributes that the clause filters by, in its order, besides those of the key.
    std::vector<std::string> filtered;
};

/// How a SELECT finds its items.
struct ReadPlan {
    /// True if every branch of the clause has a value of the partition key; otherwise the whole
    /// table or index is read.
    bool keyed = false;
    std::vector<PlannedRead>
        reads;  ///< In the order in which they are read; none overlaps another.
    bool forward = true;
};

/// Plans the reads in `space`, which has the key `schema`. Errors: values of the wrong type,
/// branches that overlap, too many of them, an ORDER BY that the key cannot serve.
ApiResult<ReadPlan> planReads(const Select& select, const types::KeySchema& schema,
                              KeySpaceId space);

}  // namespace orrery::partiql
