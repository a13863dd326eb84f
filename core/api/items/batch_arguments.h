#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/types/attribute_value.h"

namespace orrery::api {

// What BatchGetItem and BatchWriteItem have in common.

/// The keys of one table that a batch has named so far: none may come twice.
class DistinctKeys {
public:
    /// False if the key was there.
    bool add(const types::Item& key);

private:
    std::unordered_set<std::string> m_encoded;
};

}  // namespace orrery::api
