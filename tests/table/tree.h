#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/table/apply.h"
#include "core/table/collection_size.h"
#include "core/table/expiry.h"
#include "core/table/prepared_item.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/storage_key.h"

namespace orrery::table {

inline constexpr KeySpaceId kTable{1};
inline constexpr KeySpaceId kIndex{2};

inline types::Item item(const std::string& pk, const std::string& color) {
    types::Item made;
    made.set("pk", types::AttributeValue::string(pk));
    if (!color.empty()) made.set("color", types::AttributeValue::string(color));
    return made;
}

/// A tree as a plain map, which applies records made in the same way as a leader's.
class Tree {
public:
    Tree() {
        m_schema.group = GroupId(9);
        m_schema.keys.partition = {"pk", types::AttributeType::String};
        IndexDefinition index;
        index.space = kIndex;
        index.keys.partition = {"pk", types::AttributeType::String};
        index.keys.sort = types::KeyAttribute{"color", types::AttributeType::String};
        index.projection.kind = ProjectionKind::KeysOnly;
        m_schema.localIndexes.push_back(index);
    }

    void put(const std::string& pk, const std::string& color) { write(pk, item(pk, color)); }
    void put(const std::string& pk, std::int64_t expiry) { write(pk, item(pk, "red"), expiry); }
    void remove(const std::string& pk) { write(pk, std::nullopt); }
    /// Prepares, and later commits or cancels, a put (`after`), a delete (none) or a check.
    void prepare(const std::string& pk, TransactionAction action, const std::string& color = "",
                 std::int64_t stamp = 5000) {
        LogRecord record = resolution(RecordKind::TransactionPrepare, pk, action, color);
        record.stamp = CalendarTime(Duration(stamp));
        const std::string key = preparedKey(m_schema.group, record.key);
        // Prepared before, with a lower stamp.
        if (m_tree.contains(key)) record.oldItem = OldItem{0, preparedChecksum(key, record)};
        apply(record);
    }
    void commit(const std::string& pk, TransactionAction action, const std::string& color = "",
                std::int64_t stamp = 5000) {
        LogRecord record = resolution(RecordKind::TransactionCommit, pk, action, color);
        record.stamp = CalendarTime(Duration(stamp));
        addOld(record);
        if (action == TransactionAction::Check && record.oldImage) {
            record.newImage = std::exchange(record.oldImage, std::nullopt);
            record.newItemBytes = record.oldItem->itemBytes;
        }
        if (m_sizesCollections && action != TransactionAction::Check) addSize(pk, record);
        apply(record);
    }
    void cancel(const std::string& pk, TransactionAction action, const std::string& color = "") {
        apply(resolution(RecordKind::TransactionCancel, pk, action, color));
    }
    bool isPrepared(const std::string& pk) const {
        return m_tree.contains(preparedKey(m_schema.group, keyOf(pk)));
    }
    const SharedBytes* stored(const std::string& pk) const {
        const auto found = m_tree.find(keyOf(pk));
        return found == m_tree.end() ? nullptr : &found->second;
    }
    StoredHeader headerOf(const std::string& pk) const {
        return decodeStored(keyOf(pk), **stored(pk))->header;
    }
    std::optional<PreparedItem> prepared(const std::string& pk) const {
        const std::string key = preparedKey(m_schema.group, keyOf(pk));
        return decodePrepared(key, *m_tree.at(key));
    }

    /// From now on writes are those of a global table: they have versions.
    void makeGlobal() { m_isGlobal = true; }
    /// The header of the tombstone that a deleted item has left.
    std::optional<StoredHeader> tombstone(const std::string& pk) const {
        const std::string key = tombstoneKey(m_schema.group, keyOf(pk));
        const auto found = m_tree.find(key);
        if (found == m_tree.end()) return std::nullopt;
        return decodeStored(key, *found->second)->header;
    }
    /// Erases the tombstone, if there is one.
    void forget(const std::string& pk) {
        if (!tombstone(pk)) return;
        LogRecord record;
        record.kind = RecordKind::ForgetTombstone;
        record.space = kTable;
        record.key = keyOf(pk);
        record.hasTombstone = true;
        apply(record);
    }

    /// From now on records carry the size of the collection. Before, they are of version 1.
    void sizeCollections() { m_sizesCollections = true; }

    std::uint64_t collectionBytes(const std::string& pk) const {
        const std::string key = collectionSizeKey(m_schema.group, keyOf(pk));
        const auto found = m_tree.find(key);
        return found == m_tree.end() ? 0 : decodeCollectionSize(key, found->second).value();
    }
    std::uint64_t scannedCollectionBytes(const std::string& pk) const {
        std::uint64_t bytes = 0;
        for (const KeySpaceId space : {kTable, kIndex}) {
            const std::string prefix =
                types::collectionPrefix(space, types::AttributeValue::string(pk));
            for (auto entry = m_tree.lower_bound(prefix);
                 entry != m_tree.end() && entry->first.starts_with(prefix); ++entry)
                bytes += decodeStored(entry->first, *entry->second)->header.itemBytes;
        }
        return bytes;
    }

    std::uint64_t scannedChecksum() const {
        std::uint64_t sum = 0;
        for (const auto& [key, stored] : m_tree) {
            const auto decoded = decodeStored(key, *stored);
            sum += entryChecksum(key, std::string_view(*stored).substr(decoded->attributesAt));
        }
        return sum;
    }
    std::size_t entries(KeySpaceId space) const {
        return static_cast<std::size_t>(
            std::distance(m_tree.lower_bound(types::keySpaceBegin(space)),
                          m_tree.lower_bound(types::keySpaceEnd(space))));
    }
    std::int64_t entryBytes(KeySpaceId space) const {
        std::int64_t bytes = 0;
        auto entry = m_tree.lower_bound(types::keySpaceBegin(space));
        for (; entry != m_tree.end() && entry->first < types::keySpaceEnd(space); ++entry)
            bytes += decodeStored(entry->first, *entry->second)->header.itemBytes;
        return bytes;
    }
    /// The keys of the items that expire, and when, earliest first.
    std::vector<std::pair<std::string, std::int64_t>> expiring() const {
        std::vector<std::pair<std::string, std::int64_t>> found;
        auto entry = m_tree.lower_bound(expiryBegin(m_schema.group));
        for (; entry != m_tree.end() && entry->first < expiryEnd(m_schema.group); ++entry) {
            const ExpiryEntry parsed = parseExpiryKey(entry->first).value();
            for (const char* pk : {"a", "b", "c"})
                if (parsed.storageKey == keyOf(pk)) found.emplace_back(pk, parsed.expiry);
        }
        return found;
    }
    storage::TreeMark mark;

private:
    static std::string keyOf(const std::string& pk) {
        return types::storageKey(kTable, {types::AttributeValue::string(pk), std::nullopt});
    }
    bool knowsCollection(const std::string& pk) const {
        return scannedCollectionBytes(pk) == 0 ||
               m_tree.contains(collectionSizeKey(m_schema.group, keyOf(pk)));
    }

    static LogRecord resolution(RecordKind kind, const std::string& pk, TransactionAction action,
                                const std::string& color) {
        LogRecord record;
        record.kind = kind;
        record.space = kTable;
        record.key = keyOf(pk);
        record.transactionId = "id";
        record.ledger = GroupId(77);
        record.action = action;
        if (action == TransactionAction::Put) {
            record.newImage = types::encodeItem(item(pk, color));
            record.newItemBytes = static_cast<std::uint32_t>(types::itemBytes(item(pk, color)));
        }
        return record;
    }

    void addOld(LogRecord& record) const {
        const auto found = m_tree.find(record.key);
        if (found == m_tree.end()) return;
        const auto decoded = decodeStored(record.key, *found->second);
        record.oldImage = found->second->substr(decoded->attributesAt);
        record.oldItem =
            OldItem{decoded->header.itemBytes, entryChecksum(record.key, *record.oldImage)};
    }

    void addSize(const std::string& pk, LogRecord& record) const {
        const auto delta = static_cast<std::uint64_t>(
            collectionDelta(record, localIndexChanges(record, m_schema)));
        record.collection =
            CollectionSize{scannedCollectionBytes(pk) + delta, !knowsCollection(pk)};
    }

    void write(const std::string& pk, std::optional<types::Item> after,
               std::optional<std::int64_t> expiry = std::nullopt) {
        LogRecord record;
        record.kind = after ? RecordKind::Put : RecordKind::Delete;
        record.space = kTable;
        record.key = keyOf(pk);
        addOld(record);
        if (after) {
            record.newImage = types::encodeItem(*after);
            record.newItemBytes = static_cast<std::uint32_t>(types::itemBytes(*after));
        }
        if (m_sizesCollections) addSize(pk, record);
        record.oldExpiry = std::exchange(m_expiries[pk], expiry);
        record.newExpiry = expiry;
        if (m_isGlobal) {
            record.version = CalendarTime(Duration(7001 + m_writes));
            record.heads = {{"us-east-1", *record.version, 1}};
            record.hasTombstone = tombstone(pk).has_value();
        }
        apply(record);
    }

    void apply(LogRecord record) {
        record.committedAt = CalendarTime(Duration(1000 + ++m_writes));
        // Whatever is applied comes from a log.
        record = decodeRecord(encodeRecord(record)).value();
        const Lsn lsn = mark.applied.next();
        const AppliedRecord applied = applyRecord(record, lsn, m_schema);
        for (const auto& change : applied.changes) {
            if (change.image) {
                m_tree[change.key] = change.image;
            } else {
                m_tree.erase(change.key);
            }
        }
        advance(mark, applied, lsn);
    }

    ApplySchema m_schema;
    std::map<std::string, SharedBytes> m_tree;
    std::map<std::string, std::optional<std::int64_t>> m_expiries;
    std::int64_t m_writes = 0;
    bool m_sizesCollections = false;
    bool m_isGlobal = false;
};

}  // namespace orrery::table
