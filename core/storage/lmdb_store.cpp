#include "core/base/result.h"
#include "core/storage/archive_files.h"
#include "core/storage/layered_store.h"
#include "core/storage/lmdb_log.h"
#include "core/storage/lmdb_tree.h"
#include "core/storage/stores.h"

namespace orrery::storage {

StorageResult<std::unique_ptr<Store>> openLmdbStore(const std::filesystem::path& path,
                                                    const LmdbOptions& options) {
    TRY_ASSIGN(std::shared_ptr<DataFolder> folder, DataFolder::open(path));
    const PairMark firstMark{makePairId(), 0, 0};
    TRY_ASSIGN(auto log, LmdbLog::open(folder, options.mapBytes, firstMark));
    TRY_ASSIGN(auto tree, LmdbTree::open(folder, log, options, firstMark));
    TRY(tree->checkPair(firstMark));
    TRY(folder->finish());
    auto store = std::make_unique<LayeredStore>(
        std::move(log), std::move(tree), std::make_shared<ArchiveFiles>(folder->archiveFolder()),
        LayeredOptions{options.durability, options.memtableBytesMax, options.failure,
                       options.stepsAtOnce});
    TRY(store->resume());
    return store;
}

}  // namespace orrery::storage
