#include "core/base/result.h"
#include "core/storage/archive_files.h"
#include "core/storage/layered_store.h"
#include "core/storage/lmdb_log.h"
#include "core/storage/lmdb_tree.h"
#include "core/storage/stores.h"

namespace orrery::storage {
namespace {

class ArchiveToLookAt : public ArchiveFiles {
public:
    using ArchiveFiles::ArchiveFiles;
    StorageResult<void> removeAllExcept(const std::vector<ArchiveSegment>&) override { return {}; }
};

StorageResult<std::unique_ptr<Store>> openIn(const std::shared_ptr<DataFolder>& folder,
                                             std::shared_ptr<ArchiveMedium> archive,
                                             const LmdbOptions& options) {
    const PairMark firstMark{makePairId(), 0, 0};
    TRY_ASSIGN(auto log, LmdbLog::open(folder, options.mapBytes, firstMark));
    TRY_ASSIGN(auto tree, LmdbTree::open(folder, log, options, firstMark));
    TRY(tree->checkPair(firstMark));
    TRY(log->checkSeals());
    TRY(tree->checkMarks());
    TRY(folder->finish());
    auto store =
        std::make_unique<LayeredStore>(std::move(log), std::move(tree), std::move(archive),
                                       LayeredOptions{options.durability, options.memtableBytesMax,
                                                      options.failure, options.stepsAtOnce});
    TRY(store->resume());
    return store;
}

}  // namespace

StorageResult<std::unique_ptr<Store>> openLmdbStore(const std::filesystem::path& path,
                                                    const LmdbOptions& options) {
    TRY_ASSIGN(std::shared_ptr<DataFolder> folder, DataFolder::open(path));
    auto archive = std::make_shared<ArchiveFiles>(folder->archiveFolder());
    return openIn(folder, std::move(archive), options);
}

StorageResult<std::unique_ptr<Store>> openLmdbStoreToLook(const std::filesystem::path& path) {
    TRY_ASSIGN(std::shared_ptr<DataFolder> folder, DataFolder::lockToLook(path));
    TRY_ASSIGN(const bool isUnfinished, folder->isUnfinished());
    if (isUnfinished) return nullptr;
    TRY(folder->checkFiles());
    auto archive = std::make_shared<ArchiveToLookAt>(folder->archiveFolder());
    return openIn(folder, std::move(archive), {});
}

}  // namespace orrery::storage
