#include "core/storage/key_tree.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::storage {
namespace {

constexpr std::string_view kCounterName = "last path id";
// Far more than the longest key needs.
constexpr std::size_t kLevelsMax = 64;

std::string encodeId(std::uint64_t id) {
    std::string bytes;
    ByteWriter(bytes).u64(id);
    return bytes;
}

std::uint64_t decodeId(std::string_view bytes) {
    return ByteReader(bytes).u64();
}

// The stored id of the level that a chunk leads to.
StorageResult<std::string_view> idBehind(const Transaction& transaction, std::string_view value) {
    if (value.size() != sizeof(std::uint64_t))
        return std::unexpected(
            transaction.environment().damaged("a part of a long key is invalid"));
    return value;
}

std::string entryKey(std::string_view prefix, std::string_view body) {
    std::string key;
    key.reserve(prefix.size() + body.size());
    key.append(prefix).append(body);
    return key;
}

static_assert(sizeof(std::uint64_t) + kChunkBytes <= kKeyBytesMax);

}  // namespace

StorageResult<std::optional<std::string_view>> KeyTree::get(const Transaction& transaction,
                                                            std::string_view key) const {
    if (key.size() < kChunkBytes) return transaction.get(m_keys, key);
    Database database = m_keys;
    std::string prefix;
    while (key.size() >= kChunkBytes) {
        TRY_ASSIGN(const auto id,
                   transaction.get(database, entryKey(prefix, key.substr(0, kChunkBytes))));
        if (!id) return std::optional<std::string_view>();
        TRY_ASSIGN(prefix, idBehind(transaction, *id));
        key.remove_prefix(kChunkBytes);
        database = m_paths;
    }
    return transaction.get(database, entryKey(prefix, key));
}

StorageResult<std::uint64_t> KeyTree::takeId(WriteTransaction& transaction) const {
    TRY_ASSIGN(const auto last, transaction.get(m_counter, kCounterName));
    const std::uint64_t id = last ? decodeId(*last) + 1 : 1;
    TRY(transaction.put(m_counter, kCounterName, encodeId(id)));
    return id;
}

StorageResult<void> KeyTree::put(WriteTransaction& transaction, std::string_view key,
                                 std::string_view value) const {
    Database database = m_keys;
    std::string prefix;
    while (key.size() >= kChunkBytes) {
        const std::string chunk = entryKey(prefix, key.substr(0, kChunkBytes));
        TRY_ASSIGN(const auto id, transaction.get(database, chunk));
        if (id) {
            TRY_ASSIGN(prefix, idBehind(transaction, *id));
        } else {
            TRY_ASSIGN(const std::uint64_t taken, takeId(transaction));
            prefix = encodeId(taken);
            TRY(transaction.put(database, chunk, prefix));
        }
        key.remove_prefix(kChunkBytes);
        database = m_paths;
    }
    if (prefix.empty()) return transaction.put(database, key, value);
    return transaction.put(database, entryKey(prefix, key), value);
}

StorageResult<bool> KeyTree::isLevelEmpty(const Transaction& transaction, std::uint64_t id) const {
    const std::string prefix = encodeId(id);
    TRY_ASSIGN(Cursor cursor, Cursor::open(transaction, m_paths));
    TRY_ASSIGN(const bool found, cursor.lowerBound(prefix));
    return !found || !cursor.key().starts_with(prefix);
}

StorageResult<bool> KeyTree::erase(WriteTransaction& transaction, std::string_view key) const {
    if (key.size() < kChunkBytes) return transaction.erase(m_keys, key);
    // Walks down, then back up, erasing each level that has become empty.
    std::vector<std::string> chunks;
    std::vector<std::uint64_t> ids;
    std::string prefix;
    while (key.size() >= kChunkBytes) {
        const Database database = chunks.empty() ? m_keys : m_paths;
        chunks.push_back(entryKey(prefix, key.substr(0, kChunkBytes)));
        TRY_ASSIGN(const auto id, transaction.get(database, chunks.back()));
        if (!id) return false;
        TRY_ASSIGN(prefix, idBehind(transaction, *id));
        ids.push_back(decodeId(prefix));
        key.remove_prefix(kChunkBytes);
    }
    TRY_ASSIGN(const bool erased, transaction.erase(m_paths, entryKey(prefix, key)));
    if (!erased) return false;
    while (!chunks.empty()) {
        TRY_ASSIGN(const bool isEmpty, isLevelEmpty(transaction, ids.back()));
        if (!isEmpty) break;
        const Database database = chunks.size() == 1 ? m_keys : m_paths;
        TRY_ASSIGN(const bool freed, transaction.erase(database, chunks.back()));
        if (!freed)
            return std::unexpected(
                transaction.environment().damaged("a part of a long key is missing"));
        chunks.pop_back();
        ids.pop_back();
    }
    return true;
}

StorageResult<KeyTreeCursor> KeyTreeCursor::open(const Transaction& transaction,
                                                 const KeyTree& tree) {
    KeyTreeCursor result(transaction, tree);
    TRY_ASSIGN(Cursor cursor, Cursor::open(transaction, tree.keys()));
    result.m_levels.push_back({std::move(cursor), {}});
    return result;
}

bool KeyTreeCursor::isInLevel() const {
    return top().cursor.valid() && top().cursor.key().starts_with(top().prefix);
}

std::string_view KeyTreeCursor::body() const {
    return top().cursor.key().substr(top().prefix.size());
}

void KeyTreeCursor::pop() {
    m_levels.pop_back();
    m_chunks.resize(m_chunks.size() - kChunkBytes);
}

// Opens the level that the chunk under the cursor leads to; it has no position there yet.
StorageResult<void> KeyTreeCursor::push() {
    TRY_ASSIGN(const std::string_view id, idBehind(*m_transaction, top().cursor.value()));
    // The limit also ends an id that leads back to itself.
    if (body().size() != kChunkBytes || m_levels.size() == kLevelsMax)
        return std::unexpected(
            m_transaction->environment().damaged("a part of a long key leads nowhere"));
    std::string prefix(id);
    m_chunks.append(body());
    TRY_ASSIGN(Cursor cursor, Cursor::open(*m_transaction, m_tree->paths()));
    m_levels.push_back({std::move(cursor), std::move(prefix)});
    return {};
}

StorageResult<void> KeyTreeCursor::enterLast() {
    TRY_ASSIGN(const bool found, top().cursor.lowerBound(encodeId(decodeId(top().prefix) + 1)));
    TRY(found ? top().cursor.previous() : top().cursor.last());
    return {};
}

// From the current position, enters chunks and leaves finished levels until it reaches the next
// whole key in this direction.
StorageResult<void> KeyTreeCursor::settle(Way way) {
    const bool forward = way == Way::Forward;
    m_valid = false;
    while (true) {
        if (!isInLevel()) {
            if (m_levels.size() == 1) return {};
            pop();
            TRY(forward ? top().cursor.next() : top().cursor.previous());
            continue;
        }
        if (body().size() < kChunkBytes) break;
        TRY(push());
        if (forward) {
            TRY(top().cursor.lowerBound(top().prefix));
        } else {
            TRY(enterLast());
        }
    }
    m_valid = true;
    if (m_levels.size() > 1) m_key = entryKey(m_chunks, body());
    return {};
}

StorageResult<void> KeyTreeCursor::seek(std::string_view key) {
    while (m_levels.size() > 1)
        pop();
    while (key.size() >= kChunkBytes) {
        const std::string chunk = entryKey(top().prefix, key.substr(0, kChunkBytes));
        TRY_ASSIGN(const bool found, top().cursor.lowerBound(chunk));
        if (!found || top().cursor.key() != chunk) return settle(Way::Forward);
        TRY(push());
        key.remove_prefix(kChunkBytes);
    }
    if (m_levels.size() == 1 && key.empty()) {
        TRY(top().cursor.first());
    } else {
        TRY(top().cursor.lowerBound(entryKey(top().prefix, key)));
    }
    return settle(Way::Forward);
}

StorageResult<void> KeyTreeCursor::seekLast() {
    while (m_levels.size() > 1)
        pop();
    TRY(top().cursor.last());
    return settle(Way::Backward);
}

StorageResult<void> KeyTreeCursor::seekBefore(std::string_view key) {
    TRY(seek(key));
    return m_valid ? previous() : seekLast();
}

StorageResult<void> KeyTreeCursor::next() {
    CHECK(m_valid);
    TRY(top().cursor.next());
    return settle(Way::Forward);
}

StorageResult<void> KeyTreeCursor::previous() {
    CHECK(m_valid);
    TRY(top().cursor.previous());
    return settle(Way::Backward);
}

}  // namespace orrery::storage
