#pragma once

#include <map>

#include "core/cluster/repair/folder_survey.h"
#include "core/cluster/repair/mended_log.h"
#include "core/cluster/repair/repair_report.h"
#include "core/cluster/repair/store_filler.h"

namespace orrery::cluster {

/// Writes the rows of the archive into a repaired store. Segments whose file is sound stay. What is
/// ordered, or lost with a segment's file, is ordered from the mended logs as far as they have it:
/// an order that cannot be carried out would stop the store at every start.
class ArchiveRewriter {
public:
    ArchiveRewriter(const FolderSurvey& survey, StoreFiller& filler, RepairReport& report)
        : m_survey(survey), m_filler(filler), m_report(report) {}

    /// `cursor`: the archive has, or waits for, no later records of this partition.
    void add(const FoundPartition& partition, const MendedLog& log, Lsn cursor) {
        m_logs.emplace(partition.group, Source{partition, log, cursor});
    }
    storage::StorageResult<void> write();
    /// Notes that a stream lacks the records from `first` to `last`.
    static void noteLost(RepairReport& report, GroupId group, Lsn first, Lsn last);

private:
    struct Source {
        const FoundPartition& partition;
        const MendedLog& log;
        Lsn cursor;
    };

    void writeSegment(const storage::ArchiveSegment& segment, storage::Turn& turn);
    void writeOrder(storage::ArchiveOrder order, storage::Turn& turn);

    const FolderSurvey& m_survey;
    StoreFiller& m_filler;
    RepairReport& m_report;
    std::map<GroupId, Source> m_logs;
};

}  // namespace orrery::cluster
