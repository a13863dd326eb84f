#pragma once

#include "core/storage/data_folder.h"
#include "core/storage/key_tree.h"
#include "core/storage/medium.h"

namespace orrery::storage {

// items.mdb. Integers are big-endian.
//
//   items      volume:uint16 key, and `paths` for long ones   the image
//   marks      group:uint64 volume:uint16                     applied itemCount itemBytes checksum
//                                                             deletedStampMax, uint64 each
//   counters   of `paths`

/// The trees of a store on LMDB.
class LmdbTree : public TreeMedium {
public:
    static StorageResult<std::shared_ptr<LmdbTree>> open(std::shared_ptr<DataFolder> folder,
                                                         std::uint64_t mapBytes,
                                                         std::uint64_t flushPagesMax);

    StorageResult<void> write(const Overlay& overlay) override;
    void settle(const Overlay&) override {}
    StorageResult<void> drop(DropStep& step) override;
    void settle(DropStep&) override {}

    StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) override;
    StorageResult<std::unique_ptr<TreeCursor>> cursor(VolumeId volume) override;
    StorageResult<TreeMark> mark(VolumeId volume, GroupId group) override;

    bool madeRoom(const StorageError& error) override;
    std::uint64_t fileBytes() const override { return m_environment->fileBytes(); }
    std::string path() const override { return m_environment->file().string(); }

private:
    LmdbTree(std::shared_ptr<DataFolder> folder, std::unique_ptr<Environment> environment,
             std::uint64_t flushPagesMax);

    std::shared_ptr<DataFolder> m_folder;  ///< Locked for as long as the environment is open.
    std::unique_ptr<Environment> m_environment;
    KeyTree m_items;
    const std::uint64_t m_flushPagesMax;
};

}  // namespace orrery::storage
