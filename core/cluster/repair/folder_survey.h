#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/repair/found_partition.h"
#include "core/cluster/tables/stored_table.h"
#include "core/storage/salvaged_archive.h"
#include "core/storage/salvaged_folder.h"

namespace orrery::cluster {

/// Reads all of a damaged folder once: its tables, their partitions, and the data of each zone.
class FolderSurvey {
public:
    /// Hold the folder's lock. An error if log.mdb has no readable catalog or belongs to another
    /// folder.
    static storage::StorageResult<std::unique_ptr<FolderSurvey>> make(
        const std::filesystem::path& log, const std::filesystem::path& items,
        const std::filesystem::path& archive);

    const std::vector<FoundPartition>& partitions() const { return m_partitions; }
    storage::SalvagedFolder& files() const { return *m_files; }
    const storage::SalvagedArchive& archive() const { return m_archive; }
    /// The readable values of the store, repaired where the tables tell what is missing.
    const std::vector<std::pair<std::string, std::string>>& values() const { return m_values; }
    /// Losses besides items of known tables, one sentence each.
    const std::vector<std::string>& notes() const { return m_notes; }
    /// Damage that lost nothing, one sentence each.
    const std::vector<std::string>& mended() const { return m_mended; }

    /// The index in `partitions` of the partition that has `key`, or nothing.
    std::optional<std::size_t> partitionOf(VolumeId volume, std::string_view key) const;

private:
    struct Owner {
        std::string end;
        std::size_t partition;
    };

    FolderSurvey(std::unique_ptr<storage::SalvagedFolder> files,
                 const std::filesystem::path& archive)
        : m_files(std::move(files)), m_archive(archive, m_files->values()) {}

    storage::StorageResult<void> checkPair(const std::filesystem::path& log);
    storage::StorageResult<void> readTables();
    storage::StorageResult<void> checkRegions();
    storage::StorageResult<void> addPartition(const StoredTable& kept,
                                              const StoredPartition& partition);
    void readNamedPositions();
    void readLogs();
    void readTrees();
    bool takeEntry(VolumeId volume, std::string_view key, std::string_view stored);

    std::unique_ptr<storage::SalvagedFolder> m_files;
    storage::SalvagedArchive m_archive;
    std::vector<std::pair<std::string, std::string>> m_values;
    std::vector<std::unique_ptr<const StoredTable>> m_tables;
    std::vector<FoundPartition> m_partitions;
    std::map<GroupId, std::size_t> m_byGroup;
    std::map<std::pair<RegionId, std::string>, Owner> m_owners;  ///< By the first key of a range.
    std::uint64_t m_orphans = 0;
    std::vector<std::string> m_notes;
    std::vector<std::string> m_mended;
};

}  // namespace orrery::cluster
