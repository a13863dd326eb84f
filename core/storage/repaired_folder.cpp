#include "core/storage/repaired_folder.h"

#include "core/base/result.h"
#include "core/storage/file.h"

namespace orrery::storage {
namespace {

namespace fs = std::filesystem;

fs::path newFolder(const fs::path& folder) {
    return folder / "repair.new";
}

fs::path repairedFolder(const fs::path& folder) {
    return folder / "repaired";
}

bool isThere(const fs::path& path) {
    std::error_code failed;
    return fs::exists(path, failed);
}

StorageResult<void> renameFile(const fs::path& from, const fs::path& to) {
    std::error_code failed;
    fs::rename(from, to, failed);
    if (failed) return std::unexpected(StorageError{"rename", failed.value(), from.string()});
    return {};
}

StorageResult<void> removeTree(const fs::path& path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed) return std::unexpected(StorageError{"unlink", failed.value(), path.string()});
    return {};
}

// Each step may already have been done. The format comes first, so that an earlier program refuses
// the folder.
StorageResult<fs::path> putInPlace(const fs::path& folder) {
    const fs::path repaired = repairedFolder(folder);
    if (isThere(repaired / "format")) TRY(renameFile(repaired / "format", folder / "format"));
    for (const char* name : {"log.mdb", "items.mdb"}) {
        if (!isThere(repaired / name)) continue;
        if (isThere(folder / name))
            TRY(renameFile(folder / name, repaired / (std::string(name) + ".damaged")));
        TRY(renameFile(repaired / name, folder / name));
    }
    for (const char* name : {"log.mdb-lock", "items.mdb-lock"}) {
        TRY(removeFile(repaired / name));
        TRY(removeFile(folder / name));
    }
    TRY(removeFile(repaired / "lock"));
    TRY(syncFolder(repaired));
    TRY(syncFolder(folder));
    int number = 1;
    fs::path kept;
    do {
        kept = folder / ("damaged-" + std::to_string(number++));
    } while (isThere(kept));
    TRY(renameFile(repaired, kept));
    TRY(syncFolder(folder));
    return kept;
}

}  // namespace

StorageResult<fs::path> makeRepairFolder(const fs::path& folder) {
    TRY(removeTree(newFolder(folder)));
    TRY(makeSyncedFolder(newFolder(folder)));
    return newFolder(folder);
}

StorageResult<fs::path> adoptRepair(const fs::path& folder) {
    TRY(syncFolder(newFolder(folder)));
    TRY(renameFile(newFolder(folder), repairedFolder(folder)));
    TRY(syncFolder(folder));
    return putInPlace(folder);
}

bool isRepairUnfinished(const fs::path& folder) {
    return isThere(repairedFolder(folder));
}

StorageResult<void> finishRepair(const fs::path& folder) {
    if (isRepairUnfinished(folder)) TRY(putInPlace(folder));
    if (isThere(newFolder(folder))) TRY(removeTree(newFolder(folder)));
    return {};
}

}  // namespace orrery::storage
