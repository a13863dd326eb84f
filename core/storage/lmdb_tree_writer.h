#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/storage/file_pair.h"
#include "core/storage/key_tree.h"
#include "core/storage/medium.h"

namespace orrery::storage {

// The databases of items.mdb, by position in Environment::database. See lmdb_tree.h for their
// format.
enum class TreeDatabase : std::size_t { Items, Paths, Marks, Counters };

inline std::vector<std::string> treeDatabaseNames() {
    return {"items", "paths", "marks", "counters"};
}

inline Database databaseOf(const Environment& environment, TreeDatabase which) {
    return environment.database(static_cast<std::size_t>(which));
}

std::string itemKey(VolumeId volume, std::string_view key);
std::string markKey(GroupId group, VolumeId volume);
/// Decodes a sealed mark; nothing if it is corrupt.
std::optional<TreeMark> decodeMark(std::string_view key, std::string_view bytes);

/// Writes a memtable volume by volume, in order of key, in synced transactions of bounded size. A
/// volume's marks follow its items: after a kill in between, the marks cause records to be applied
/// again, which is harmless. In the pair mark, the first transaction records that this write began,
/// and the last one that it ended.
class MemtableWriter {
public:
    MemtableWriter(Environment& environment, const KeyTree& items, std::uint64_t dirtyPagesMax,
                   const PairMark& pair)
        : m_environment(environment),
          m_items(items),
          m_dirtyPagesMax(dirtyPagesMax),
          m_pair(pair) {}

    StorageResult<void> write(const Memtable& memtable);

private:
    StorageResult<void> writeItems(const Memtable& memtable, VolumeId volume);
    StorageResult<void> writeMarks(const Memtable& memtable, VolumeId volume);
    /// Ensures an open transaction for `volume`. First commits one that belongs to another volume
    /// or has reached its size limit.
    StorageResult<void> makeReady(VolumeId volume);
    StorageResult<void> writePair(std::uint64_t ended);
    StorageResult<void> finish();

    Environment& m_environment;
    const KeyTree& m_items;
    const std::uint64_t m_dirtyPagesMax;
    std::uint64_t m_pagesMax = 0;  ///< Of the open transaction; less if there is little room.
    const PairMark m_pair;
    bool m_hasBegun = false;
    VolumeId m_volume{};
    std::optional<WriteTransaction> m_transaction;
    std::uint64_t m_dirtyPages = 0;  ///< An estimate.
};

/// Does one bounded step of removal in one transaction, which keeps `pair`.
StorageResult<void> writeDropStep(Environment& environment, const KeyTree& items,
                                  const PairMark& pair, DropStep& step);

}  // namespace orrery::storage
