#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"
#include "core/types/attribute_value.h"
#include "core/types/key_schema.h"

namespace orrery::api {

/// The member ItemCollectionMetrics of a reply about several items: every collection that was
/// written to, once. So the service shows them (examples of the AWS command line,
/// batch-write-item).
class CollectionMetrics {
public:
    /// A collection has the size that was added last. The attribute and its value must outlive
    /// this.
    void add(std::string_view tableName, const types::KeyAttribute& partition,
             const types::AttributeValue& value, std::uint64_t bytes);
    /// Writes the member if there is a collection.
    void write(json::Writer& out) const;

private:
    struct Collection {
        const types::KeyAttribute* partition;
        const types::AttributeValue* value;
        std::uint64_t bytes;
    };
    /// By table, in the order of their first writes.
    std::vector<std::pair<std::string, std::vector<Collection>>> m_tables;
};

}  // namespace orrery::api
