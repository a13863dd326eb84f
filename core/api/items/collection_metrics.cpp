#include "core/api/items/collection_metrics.h"

#include <algorithm>

#include "core/api/items/item_json.h"

namespace orrery::api {

void CollectionMetrics::add(std::string_view tableName, const types::KeyAttribute& partition,
                            const types::AttributeValue& value, std::uint64_t bytes) {
    auto table = std::ranges::find(m_tables, tableName, [](const auto& one) { return one.first; });
    if (table == m_tables.end())
        table = m_tables.insert(m_tables.end(), {std::string(tableName), {}});
    for (Collection& known : table->second) {
        if (*known.value != value) continue;
        known.bytes = bytes;
        return;
    }
    table->second.push_back({&partition, &value, bytes});
}

void CollectionMetrics::write(json::Writer& out) const {
    if (m_tables.empty()) return;
    out.name("ItemCollectionMetrics").beginObject();
    for (const auto& [name, collections] : m_tables) {
        out.name(name).beginArray();
        for (const Collection& collection : collections)
            writeCollectionMetrics(out, *collection.partition, *collection.value, collection.bytes);
        out.endArray();
    }
    out.endObject();
}

}  // namespace orrery::api
