#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/storage/archive_files.h"

namespace orrery::storage {

/// The archive of a damaged data folder: the rows that the log still has, and the records of their
/// files. Nothing is changed.
class SalvagedArchive {
public:
    using Rows = std::vector<std::pair<std::string, std::string>>;

    /// `values`: the named values of the log, among them the archive's rows. Reads every file.
    SalvagedArchive(std::filesystem::path folder, const Rows& values);

    /// By table, group and position.
    const std::vector<ArchiveSegment>& segments() const { return m_segments; }
    const std::vector<ArchiveOrder>& orders() const { return m_orders; }
    /// Names of rows that are corrupt.
    const std::vector<std::string>& corruptRows() const { return m_corruptRows; }

    /// False if any record of the segment is unreadable.
    bool isWhole(const ArchiveSegment& segment) const;
    /// Nothing if no segment has the record, or its block is unreadable.
    std::optional<std::string> record(GroupId group, Lsn lsn) const;
    /// The segment that has this position, readable or not; null if there is none.
    const ArchiveSegment* segmentOf(GroupId group, Lsn lsn) const;
    /// The last position of `group` in a whole segment; 0 if there is none.
    Lsn lastOf(GroupId group) const;

private:
    bool readsWhole(const ArchiveSegment& segment) const;

    std::unique_ptr<ArchiveFiles> m_files;
    std::vector<ArchiveSegment> m_segments;
    std::vector<bool> m_isWhole;  ///< By place in `m_segments`.
    std::vector<ArchiveOrder> m_orders;
    std::vector<std::string> m_corruptRows;
    std::map<std::pair<GroupId, Lsn>, std::size_t> m_byPlace;  ///< By the first position.
    /// The records read last, of one group; a reader usually continues there.
    mutable std::vector<ArchivedRecord> m_read;
    mutable GroupId m_readGroup{};
};

}  // namespace orrery::storage
