#pragma once

#include "core/storage/lmdb_log.h"
#include "core/storage/medium.h"
#include "core/storage/stores.h"

namespace orrery::storage {

// items.mdb. Integers are big-endian.
//
//   items      volume:uint16 key, and `paths` for long ones   the image
//   marks      group:uint64 volume:uint16                     applied itemCount itemBytes checksum
//                                                             deletedStampMax, uint64 each
//   counters   of `paths`, and the mark of file_pair.h

/// The trees of a store on LMDB.
class LmdbTree : public TreeMedium {
public:
    /// In a new folder, creates the tree with `firstMark`. The log allows each write.
    static StorageResult<std::shared_ptr<LmdbTree>> open(std::shared_ptr<DataFolder> folder,
                                                         std::shared_ptr<LmdbLog> log,
                                                         const LmdbOptions& options,
                                                         const PairMark& firstMark);

    /// Refuses a tree that does not belong to the log. Call it once, first.
    StorageResult<void> checkPair(const PairMark& firstMark);
    /// An error if any mark is corrupt: one whose key is would be missing.
    StorageResult<void> checkMarks();

    StorageResult<void> write(const Memtable& memtable) override;
    void settle(const Memtable&) override {}
    StorageResult<void> drop(DropStep& step) override;
    void settle(DropStep&) override {}
    std::optional<std::uint64_t> generation() const override {
        return m_isCutShort ? std::nullopt : std::optional(m_mark.lower);
    }

    StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) override;
    StorageResult<std::unique_ptr<TreeCursor>> cursor(VolumeId volume) override;
    StorageResult<TreeMark> mark(VolumeId volume, GroupId group) override;

    /// Also enlarges the log's map, since each tree write adds to the log.
    bool growIfFull(const StorageError& error) override;
    StorageResult<std::uint64_t> unusedBytes() override;
    std::uint64_t growthBytes() const override { return m_environment->growthBytes(); }
    std::uint64_t fileBytes() const override { return m_environment->fileBytes(); }
    std::string path() const override { return m_environment->file().string(); }

private:
    LmdbTree(std::shared_ptr<DataFolder> folder, std::shared_ptr<LmdbLog> log,
             std::shared_ptr<Environment> environment, const LmdbOptions& options);

    StorageResult<void> beginWrite();
    StorageResult<void> checkMiss(const ReadTransaction& transaction, std::string_view rawKey,
                                  const PageNeighbours& neighbours) const;

    /// Holds the folder's lock while the environment is open.
    std::shared_ptr<DataFolder> m_folder;
    std::shared_ptr<LmdbLog> m_log;
    std::shared_ptr<Environment> m_environment;
    PairMark m_mark;            ///< Of the write in progress, or of the last one.
    bool m_isCutShort = false;  ///< The last write began and did not end.
    KeyTree m_items;
    const std::uint64_t m_flushPagesMax;
    const ImageCheck m_isWhole;
};

}  // namespace orrery::storage
