#include "core/cluster/repair/folder_survey.h"

#include <algorithm>
#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/catalog/stream_description.h"
#include "core/cluster/kernel/group.h"
#include "core/cluster/repair/surveyed_values.h"
#include "core/cluster/tables/table_values.h"
#include "core/table/log_record.h"
#include "core/table/private_key.h"

namespace orrery::cluster {
namespace {

RegionId regionOf(VolumeId volume) {
    return RegionId(static_cast<std::uint8_t>(volume.value() / kZonesPerRegion));
}

std::size_t zoneOf(VolumeId volume) {
    return volume.value() % static_cast<std::size_t>(kZonesPerRegion);
}

std::string quoted(const storage::KeyRange& names) {
    return "between \"" + names.begin + "\" and \"" + (names.end.empty() ? "~" : names.end) + "\"";
}

}  // namespace

storage::StorageResult<std::unique_ptr<FolderSurvey>> FolderSurvey::make(
    const std::filesystem::path& log, const std::filesystem::path& items,
    const std::filesystem::path& archive) {
    TRY_ASSIGN(auto files, storage::SalvagedFolder::open(log, items));
    std::unique_ptr<FolderSurvey> survey(new FolderSurvey(std::move(files), archive));
    TRY(survey->checkPair(log));
    TRY(survey->readTables());
    survey->readNamedPositions();
    survey->readLogs();
    survey->readTrees();
    return survey;
}

// Items older than the log need no note: the log has what they lack, or shows that it does not
// reach back that far.
storage::StorageResult<void> FolderSurvey::checkPair(const std::filesystem::path& log) {
    const storage::PairFit fit = m_files->pairFit();
    if (fit == storage::PairFit::TwoFolders)
        return std::unexpected(
            storage::StorageError{"repair", EPROTO, log.string(),
                                  "The folder " + log.parent_path().string() +
                                      " has a log.mdb and an items.mdb from different folders; "
                                      "replace one of them with the "
                                      "file that belongs to the other."});
    if (fit == storage::PairFit::OlderLog)
        m_notes.emplace_back(
            "log.mdb is older than items.mdb. Tables, settings and writes that were only in "
            "the newer log.mdb are lost; any table may be affected.");
    return {};
}

storage::StorageResult<void> FolderSurvey::readTables() {
    if (m_files->logMayLackLastWrite())
        m_notes.emplace_back(
            "The last write of log.mdb may be lost; it may have changed anything.");
    for (const storage::KeyRange& lost : m_files->lostValues())
        m_notes.push_back("Any catalog entries " + quoted(lost) +
                          " are lost; a table among them is lost with all its items.");
    SurveyedValues values = surveyValues(*m_files);
    m_values = std::move(values.kept);
    m_tables = std::move(values.tables);
    m_mended = std::move(values.mended);
    m_notes.insert(m_notes.end(), values.losses.begin(), values.losses.end());
    if (values.newer) return std::unexpected(*std::move(values.newer));
    TRY(checkRegions());
    for (const auto& kept : m_tables) {
        for (const StoredPartition& partition : kept->partitions)
            TRY(addPartition(*kept, partition));
    }
    return {};
}

storage::StorageResult<void> FolderSurvey::checkRegions() {
    const auto isThere = [&](const auto& value) { return value.first == kRegionsValue; };
    if (m_tables.empty() || std::ranges::any_of(m_values, isThere)) return {};
    return std::unexpected(storage::StorageError{
        "repair", EPROTO, "",
        "The list of Regions in log.mdb is lost and cannot be derived from the tables; restore "
        "the folder from a backup."});
}

storage::StorageResult<void> FolderSurvey::addPartition(const StoredTable& kept,
                                                        const StoredPartition& partition) {
    const TableDescription& table = kept.table;
    FoundPartition found;
    found.group = partition.group;
    found.region = table.region;
    found.table = &table;
    found.appointed = partition.appointed;
    found.schema.group = partition.group;
    found.schema.keys = table.keys;
    const auto rangeIn = [&](KeySpaceId space) {
        auto [begin, end] = boundsIn(space, partition.begin, partition.end);
        return storage::KeyRange{std::move(begin), std::move(end)};
    };
    found.items = rangeIn(partition.space);
    storage::KeyRanges bounds{
        found.items,
        {table::privateKeysBegin(partition.group), table::privateKeysEnd(partition.group)}};
    for (const SecondaryIndex& index : table.indexes) {
        if (index.isGlobal() && index.space == partition.space) found.index = &index;
        if (index.isGlobal() || partition.space != table.space) continue;
        found.schema.localIndexes.push_back(index);
        bounds.push_back(rangeIn(index.space));
    }
    const std::size_t place = m_partitions.size();
    for (const storage::KeyRange& range : bounds)
        m_owners.insert_or_assign({found.region, range.begin}, Owner{range.end, place});
    found.bounds = storage::unite(std::move(bounds));
    const auto state = m_files->groupState(found.volume(0), found.group);
    if (state) found.state = decodeGroupState(*state);
    // Without a seal, a damaged version looks like a later one.
    const bool isSealed = !m_files->unsealedStates().contains({found.group, found.volume(0)});
    if (state && isSealed && isNewerGroupState(*state))
        return std::unexpected(
            newerValue("The state of partition " + std::to_string(found.group.value())));
    for (std::size_t zone = 0; zone < found.replicas.size(); ++zone) {
        found.replicas[zone].mark = m_files->mark(found.volume(zone), found.group);
        found.replicas[zone].trimMark = m_files->trimMark(found.volume(zone), found.group);
    }
    m_byGroup.insert_or_assign(found.group, place);
    m_partitions.push_back(std::move(found));
    return {};
}

void FolderSurvey::readNamedPositions() {
    for (FoundPartition& partition : m_partitions) {
        if (!partition.state) continue;
        for (const auto& [name, cursor] : partition.state->readers) {
            if (name != kIndexReader) partition.named.push_back(cursor);
        }
    }
    for (const auto& [name, bytes] : m_values) {
        const auto stream =
            name.starts_with(kStreamValuePrefix) ? decodeStream(bytes) : std::nullopt;
        if (!stream) continue;
        for (const StreamShard& shard : stream->shards) {
            const auto at = m_byGroup.find(shard.group);
            if (at == m_byGroup.end()) continue;
            FoundPartition& partition = m_partitions[at->second];
            if (shard.begin) partition.named.push_back(*shard.begin);
            if (shard.end) partition.named.push_back(*shard.end);
        }
    }
}

void FolderSurvey::readLogs() {
    m_files->visitRecords([this](VolumeId volume, GroupId group, Lsn lsn, std::string_view record) {
        if (!table::decodeRecord(record)) return false;
        const auto at = m_byGroup.find(group);
        if (at == m_byGroup.end()) return true;
        FoundPartition& partition = m_partitions[at->second];
        if (partition.region == regionOf(volume))
            partition.replicas[zoneOf(volume)].lastRecord = lsn;
        return true;
    });
}

void FolderSurvey::readTrees() {
    m_files->visitEntries([this](VolumeId volume, std::string_view key, std::string_view stored) {
        return takeEntry(volume, key, stored);
    });
    for (FoundPartition& partition : m_partitions) {
        for (std::size_t zone = 0; zone < partition.replicas.size(); ++zone)
            partition.replicas[zone].lost =
                storage::intersect(m_files->lostKeys(partition.volume(zone)), partition.bounds);
    }
    if (m_orphans > 0 && !m_files->lostValues().empty())
        m_notes.push_back(std::to_string(m_orphans) +
                          " entries belong to tables that are no longer in the catalog; they are "
                          "not restored.");
}

bool FolderSurvey::takeEntry(VolumeId volume, std::string_view key, std::string_view stored) {
    const auto place = partitionOf(volume, key);
    if (!place) {
        ++m_orphans;
        return table::isWhole(key, stored);
    }
    FoundPartition& partition = m_partitions[*place];
    return partition.replicas[zoneOf(volume)].sums.add(partition, key, stored);
}

std::optional<std::size_t> FolderSurvey::partitionOf(VolumeId volume, std::string_view key) const {
    const RegionId region = regionOf(volume);
    auto after = m_owners.upper_bound({region, std::string(key)});
    if (after == m_owners.begin()) return std::nullopt;
    const auto& [begin, owner] = *std::prev(after);
    if (begin.first != region || key >= owner.end) return std::nullopt;
    return owner.partition;
}

}  // namespace orrery::cluster
