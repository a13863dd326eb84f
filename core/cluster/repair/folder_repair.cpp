#include "core/cluster/repair/folder_repair.h"

#include "core/base/result.h"
#include "core/cluster/repair/folder_rewriter.h"
#include "core/storage/data_folder.h"
#include "core/storage/repaired_folder.h"
#include "core/storage/stores.h"

namespace orrery::cluster {

storage::StorageResult<RepairReport> repairFolder(const std::filesystem::path& folder) {
    TRY_ASSIGN(const auto locked, storage::DataFolder::lockExisting(folder));
    RepairReport report;
    {
        TRY_ASSIGN(const auto survey, FolderSurvey::make(locked->logFile(), locked->itemsFile(),
                                                         locked->archiveFolder()));
        report.notes = survey->notes();
        TRY_ASSIGN(const auto made, storage::makeRepairFolder(folder));
        TRY_ASSIGN(const auto store, storage::openLmdbStore(made));
        TRY(FolderRewriter(*survey, *store, report).write());
    }
    TRY_ASSIGN(report.kept, storage::adoptRepair(folder));
    return report;
}

}  // namespace orrery::cluster
