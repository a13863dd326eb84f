#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/types/attribute_value.h"

namespace orrery::api {

// What BatchGetItem and BatchWriteItem share.

/// The keys of one table that a batch has named so far; a duplicate is an error.
class DistinctKeys {
public:
    /// False if the key is a duplicate.
    bool add(const types::Item& key);

private:
    std::unordered_set<std::string> m_encoded;
};

}  // namespace orrery::api
