#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/environment.h"

namespace orrery::storage {

// Keys of any length in LMDB, which takes 511 bytes; core/decisions/0001-long-keys.md says why so.
//
//   entry of a level := prefix body            value
//   prefix           := ""  in `keys`          the first level
//                     | id:uint64 in `paths`   every further level
//   body             := less than kChunkBytes  the rest of the key; its value is the item's
//                     | exactly kChunkBytes    a chunk; its value is the id of the level that goes
//                     on
//
// A level sorts a chunk right after the shorter keys that it begins with, so order holds
// throughout. Every id has at least one entry; the last one takes the chunk that leads to it along.

inline constexpr std::size_t kChunkBytes = 500;

/// Where a tree of long keys lives. All functions take keys that are not empty.
class KeyTree {
public:
    /// `counter` keeps the last id that was given, under `counterName`.
    KeyTree(Database keys, Database paths, Database counter)
        : m_keys(keys), m_paths(paths), m_counter(counter) {}

    /// The value, or nothing; a view into the transaction.
    StorageResult<std::optional<std::string_view>> get(const Transaction& transaction,
                                                       std::string_view key) const;
    StorageResult<void> put(WriteTransaction& transaction, std::string_view key,
                            std::string_view value) const;
    /// False if there is no such key.
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

/// Walks over the keys of a KeyTree in order. It must not outlive its transaction, and nothing may
/// be written while it stands.
class KeyTreeCursor {
public:
    static StorageResult<KeyTreeCursor> open(const Transaction& transaction, const KeyTree& tree);

    /// To the first key at or after `key`.
    StorageResult<void> seek(std::string_view key);
    /// To the last key before `key`.
    StorageResult<void> seekBefore(std::string_view key);
    StorageResult<void> seekLast();
    StorageResult<void> next();
    StorageResult<void> previous();

    bool valid() const { return m_valid; }
    /// Both live until the cursor moves.
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
    std::vector<Level> m_levels;  ///< From the first level to the one it stands in.
    std::string m_chunks;         ///< Those of the levels above the last.
    std::string m_key;
    bool m_valid = false;
};

}  // namespace orrery::storage
