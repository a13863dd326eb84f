#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/environment.h"

namespace orrery::storage {

// Keys of any length in LMDB, whose limit is 511 bytes (core/decisions/0001-long-keys.md).
//
//   entry of a level := prefix body            value
//   prefix           := ""  in `keys`          the first level
//                     | id:uint64 in `paths`   every further level
//   body             := less than kChunkBytes  the rest of the key; its value is the item's
//                     | exactly kChunkBytes    a chunk; its value is the id of the next level
//
// Within a level, a chunk sorts right after the shorter keys that it begins with, so the order of
// keys holds throughout. Every id has at least one entry; erasing the last one also erases the
// chunk that leads to it.

inline constexpr std::size_t kChunkBytes = 500;

/// The databases of a tree of long keys. No key may be empty.
class KeyTree {
public:
    /// `counter` stores the last id assigned, under `counterName`.
    KeyTree(Database keys, Database paths, Database counter)
        : m_keys(keys), m_paths(paths), m_counter(counter) {}

    /// The value as a view into the transaction, or nothing.
    StorageResult<std::optional<std::string_view>> get(const Transaction& transaction,
                                                       std::string_view key) const;
    StorageResult<void> put(WriteTransaction& transaction, std::string_view key,
                            std::string_view value) const;
    /// False if the key is absent.
    StorageResult<bool> erase(WriteTransaction& transaction, std::string_view key) const;

    Database keys() const { return m_keys; }
    Database paths() const { return m_paths; }

private:
    StorageResult<std::uint64_t> takeId(WriteTransaction& transaction) const;
    StorageResult<bool> isLevelEmpty(const Transaction& transaction, std::uint64_t id) const;

    Database m_keys;
    Database m_paths;
    Database m_counter;
};

/// Walks the keys of a KeyTree in order. It must not outlive its transaction, which must not write
/// while the cursor exists.
class KeyTreeCursor {
public:
    static StorageResult<KeyTreeCursor> open(const Transaction& transaction, const KeyTree& tree);

    /// Moves to the first key at or after `key`.
    StorageResult<void> seek(std::string_view key);
    /// Moves to the last key before `key`.
    StorageResult<void> seekBefore(std::string_view key);
    StorageResult<void> seekLast();
    StorageResult<void> next();
    StorageResult<void> previous();

    bool valid() const { return m_valid; }
    /// Both are valid until the cursor moves.
    std::string_view key() const { return m_levels.size() == 1 ? top().cursor.key() : m_key; }
    std::string_view value() const { return top().cursor.value(); }

private:
    enum class Way { Forward, Backward };
    struct Level {
        Cursor cursor;
        std::string prefix;
    };

    KeyTreeCursor(const Transaction& transaction, const KeyTree& tree)
        : m_transaction(&transaction), m_tree(&tree) {}

    Level& top() { return m_levels.back(); }
    const Level& top() const { return m_levels.back(); }
    bool isInLevel() const;
    std::string_view body() const;
    void pop();
    StorageResult<void> push();
    StorageResult<void> enterLast();
    StorageResult<void> settle(Way way);

    const Transaction* m_transaction;
    const KeyTree* m_tree;
    std::vector<Level> m_levels;  ///< From the first level to the current one.
    std::string m_chunks;         ///< The chunks that lead to the current level.
    std::string m_key;
    bool m_valid = false;
};

}  // namespace orrery::storage
