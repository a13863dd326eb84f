#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/cluster/repair/folder_survey.h"
#include "core/cluster/repair/mended_log.h"
#include "core/cluster/repair/repair_report.h"
#include "core/cluster/repair/store_filler.h"
#include "core/cluster/repair/tree_plan.h"

namespace orrery::cluster {

/// Writes the results of a survey into an empty store.
class FolderRewriter {
public:
    FolderRewriter(const FolderSurvey& survey, storage::Store& store, RepairReport& report)
        : m_survey(survey), m_store(store), m_filler(store), m_report(report) {}

    storage::StorageResult<void> write();

private:
    struct Mended {
        const FoundPartition& found;
        MendedLog log;
        TreePlan plan;
        std::uint64_t deletedStampMax = 0;
        CalendarTime lastCommit;
        std::uint64_t looseEntries = 0;
    };

    storage::StorageResult<void> writeValues();
    storage::StorageResult<void> beginLostJobs();
    storage::StorageResult<void> writeLog(Mended& mended);
    Lsn mendedCursor(const Mended& mended, Lsn cursor) const;
    /// The cursors of the readers of a partition's log.
    std::map<std::string, Lsn, std::less<>> readersOf(const FoundPartition& found) const;
    /// The archive has, or waits for, the records up to here at most.
    Lsn archivedTo(const Mended& mended) const;
    storage::StorageResult<void> writeState(const Mended& mended);
    storage::StorageResult<void> copyTrees();
    storage::StorageResult<void> copyLooseEntries();
    storage::StorageResult<void> takeLoose(Mended& mended, std::string_view key,
                                           std::string_view stored);
    storage::StorageResult<void> replay(Mended& mended);
    storage::StorageResult<void> finish(Mended& mended);
    storage::StorageResult<EntrySums> sumsOf(const FoundPartition& partition) const;
    storage::StorageResult<void> writeMark(const Mended& mended, const EntrySums& sums);
    bool indexesMissRecords(const Mended& mended) const;
    void rebuildIndexes(const Mended& mended);
    void report(const Mended& mended, const EntrySums& sums, bool isTold);

    const FolderSurvey& m_survey;
    storage::Store& m_store;
    StoreFiller m_filler;
    RepairReport& m_report;
    std::vector<Mended> m_mended;
    std::set<KeySpaceId> m_indexesToRebuild;
};

}  // namespace orrery::cluster
