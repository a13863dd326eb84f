#include "core/cluster/repair/folder_repair.h"

#include <cerrno>

#include "core/base/result.h"
#include "core/cluster/repair/folder_rewriter.h"
#include "core/cluster/repair/trial.h"
#include "core/storage/data_folder.h"
#include "core/storage/repaired_folder.h"
#include "core/storage/stores.h"

namespace orrery::cluster {
namespace {

storage::StorageError notRepaired(const std::filesystem::path& folder,
                                  const storage::StorageError& why) {
    return {"repair", EPROTO, folder.string(),
            "The folder " + folder.string() +
                " cannot be repaired, since what is left of it does not open (" + why.message() +
                "). Restore the folder from a backup."};
}

}  // namespace

storage::StorageResult<RepairReport> repairFolder(const std::filesystem::path& folder) {
    TRY_ASSIGN(const auto locked, storage::DataFolder::lockExisting(folder));
    RepairReport report;
    {
        TRY_ASSIGN(const auto survey, FolderSurvey::make(locked->logFile(), locked->itemsFile(),
                                                         locked->archiveFolder()));
        report.notes = survey->notes();
        report.mended = survey->mended();
        TRY_ASSIGN(const auto made, storage::makeRepairFolder(folder));
        TRY_ASSIGN(const auto store, storage::openLmdbStore(made));
        TRY(FolderRewriter(*survey, *store, report).write());
        if (const auto opened = tryOpening(*store); !opened)
            return std::unexpected(notRepaired(folder, opened.error()));
    }
    TRY_ASSIGN(report.kept, storage::adoptRepair(folder));
    return report;
}

}  // namespace orrery::cluster
