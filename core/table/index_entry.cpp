#include "core/table/index_entry.h"

#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/storage_key.h"

namespace orrery::table {
namespace {

void copyAttribute(const types::Item& from, const std::string& name, types::Item& to) {
    if (const types::AttributeValue* value = from.find(name)) to.set(name, *value);
}

void copyKey(const types::Item& from, const types::KeySchema& keys, types::Item& to) {
    copyAttribute(from, keys.partition.name, to);
    if (keys.sort) copyAttribute(from, keys.sort->name, to);
    if (!keys.hasMore()) return;
    for (const types::KeyAttribute& attribute : keys.attributes())
        copyAttribute(from, attribute.name, to);
}

types::Item projected(const types::Item& item, const IndexDefinition& index,
                      const types::KeySchema& tableKeys) {
    types::Item out;
    copyKey(item, tableKeys, out);
    copyKey(item, index.keys, out);
    if (index.projection.kind == ProjectionKind::Include) {
        for (const std::string& name : index.projection.attributes)
            copyAttribute(item, name, out);
    }
    return out;
}

}  // namespace

std::optional<IndexEntry> indexEntryOf(const types::Item& item, const IndexDefinition& index,
                                       const types::KeySchema& tableKeys) {
    const std::optional<types::Key> indexKey = types::indexKeyOf(item, index.keys);
    if (!indexKey) return std::nullopt;
    const auto tableKey = types::keyOf(item, tableKeys);
    if (!tableKey) return std::nullopt;

    IndexEntry entry;
    entry.key = types::indexEntryKey(index.space, *indexKey, *tableKey);
    if (index.projection.kind == ProjectionKind::All) {
        entry.attributes = types::encodeItem(item);
        entry.itemBytes = static_cast<std::uint32_t>(types::itemBytes(item));
    } else {
        const types::Item kept = projected(item, index, tableKeys);
        entry.attributes = types::encodeItem(kept);
        entry.itemBytes = static_cast<std::uint32_t>(types::itemBytes(kept));
    }
    return entry;
}

std::optional<IndexEntry> indexEntryOf(std::optional<std::string_view> image,
                                       const IndexDefinition& index,
                                       const types::KeySchema& tableKeys) {
    if (!image) return std::nullopt;
    const std::optional<types::Item> item = types::decodeItem(*image);
    // A record may have copied a corrupt image of version 1 from a tree, as the one it replaces.
    if (!item) return std::nullopt;
    return indexEntryOf(*item, index, tableKeys);
}

}  // namespace orrery::table
