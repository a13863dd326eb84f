#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "core/base/ids.h"
#include "core/json/json.h"
#include "core/types/attribute_value.h"

namespace orrery::api {

// What BatchGetItem and BatchWriteItem share.

/// What the newer layer of validation says if RequestItems names no table.
inline constexpr const char* kNoTableIfNewer =
    "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member "
    "must "
    "have length greater than or equal to 1";

/// The keys that a batch has named so far. A table that the batch names twice, by its name and by
/// its ARN, is one table.
class DistinctKeys {
public:
    /// False if the key is a duplicate. `key` has one form for equal keys.
    bool add(KeySpaceId table, std::string key) {
        return m_keys.emplace(table, std::move(key)).second;
    }

private:
    std::set<std::pair<KeySpaceId, std::string>> m_keys;
};

/// A key in a form that is equal for keys that name the same item.
std::string keyByValue(const types::Item& key);
/// A key in the form in which BatchGetItem refuses a duplicate: it tells spellings of one number
/// apart ("1000", "1e3"). The order of the attributes does not count.
std::string keyAsWritten(const json::Value& key);

}  // namespace orrery::api
