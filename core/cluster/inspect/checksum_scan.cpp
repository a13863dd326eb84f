#include "core/cluster/inspect/checksum_scan.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/cluster/inspect/looks.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

struct Summand {
    std::uint64_t checksum = 0;
    std::int64_t bytes = 0;
};

Summand summandOf(std::string_view key, std::string_view image) {
    const auto stored = table::decodeStored(key, image);
    if (!stored) return {};
    return {table::entryChecksum(key, image.substr(stored->attributesAt)),
            stored->header.itemBytes};
}

void spend(ScanBudget& budget, std::uint64_t bytes) {
    budget.keys -= std::min<std::uint64_t>(budget.keys, 1);
    budget.bytes -= std::min(budget.bytes, bytes);
}

bool isSpent(const ScanBudget& budget) {
    return budget.keys == 0 || budget.bytes == 0;
}

}  // namespace

// --- one scan

ChecksumScan::ChecksumScan(const WorldState& world, const TableDescription& table)
    : m_world(world), m_name(table.name), m_space(table.space) {}

std::string ChecksumScan::deleted() const {
    return "Table " + m_name + " was deleted while its replicas were read.";
}

void ChecksumScan::Replica::add(std::string_view key, std::string_view image, std::size_t inRange) {
    const Summand summand = summandOf(key, image);
    checksum += summand.checksum;
    ++counts[inRange].count;
    counts[inRange].bytes += summand.bytes;
}

void ChecksumScan::Replica::subtract(std::string_view key, std::string_view image,
                                     std::size_t inRange) {
    const Summand summand = summandOf(key, image);
    checksum -= summand.checksum;
    --counts[inRange].count;
    counts[inRange].bytes -= summand.bytes;
}

// Partitions may be added during a scan, with a new global index.
ChecksumScan::Partition& ChecksumScan::plan(const TableDescription& table, const Group& group) {
    const auto [at, isNew] = m_partitions.try_emplace(group.id);
    Partition& partition = at->second;
    if (!isNew) return partition;
    partition.ranges.push_back(group.boundsIn(group.space));
    for (const SecondaryIndex& index : table.indexes) {
        if (!index.isGlobal() && group.kind == GroupKind::Table)
            partition.ranges.push_back(group.boundsIn(index.space));
    }
    partition.ranges.push_back(
        {table::checkedPrivateKeysBegin(group.id), table::privateKeysEnd(group.id)});
    for (Replica& replica : partition.replicas) {
        replica.mark = partition.ranges.front().begin;
        replica.counts.resize(partition.ranges.size());
    }
    return partition;
}

LookResult<bool> ChecksumScan::step(ScanBudget budget) {
    if (m_error) return std::unexpected(readProblem(*m_error));
    const TablePtr table = m_world.catalog.find(m_space);
    if (!table) return std::unexpected(deleted());
    for (const GroupId id : partitionsOf(m_world, *table)) {
        const Group* group = m_world.findGroup(id);
        if (group == nullptr) return std::unexpected(deleted());
        Partition& partition = plan(*table, *group);
        for (const ZoneIndex zone : kZones) {
            Replica& replica = partition.replicas[zone.value()];
            while (replica.range < partition.ranges.size()) {
                if (isSpent(budget)) return false;
                const auto done = read(partition, volumeOf(group->region, zone), replica, budget);
                if (!done) return std::unexpected(readProblem(done.error()));
            }
        }
    }
    return true;
}

storage::StorageResult<void> ChecksumScan::read(const Partition& partition, VolumeId volume,
                                                Replica& replica, ScanBudget& budget) const {
    const KeyBounds& bounds = partition.ranges[replica.range];
    spend(budget, 0);  // An empty range also uses up some of the budget.
    bool isCut = false;
    TRY(m_world.store.scan(volume, replica.mark, bounds.end, storage::ScanDirection::Forward,
                           [&](std::string_view key, std::string_view image) {
                               isCut = isSpent(budget);
                               if (isCut) return storage::ScanStep::Stop;
                               replica.add(key, image, replica.range);
                               replica.mark.assign(key).push_back('\0');
                               spend(budget, key.size() + image.size());
                               return storage::ScanStep::Continue;
                           }));
    if (isCut) return {};
    ++replica.range;
    if (replica.range < partition.ranges.size())
        replica.mark = partition.ranges[replica.range].begin;
    return {};
}

void ChecksumScan::beforeApply(const Group& group, ZoneIndex zone,
                               std::span<const storage::TreeChange> changes) {
    const auto found = m_partitions.find(group.id);
    if (found == m_partitions.end() || m_error) return;
    const auto& ranges = found->second.ranges;
    Replica& replica = found->second.replicas[zone.value()];
    for (const storage::TreeChange& change : changes) {
        // Keys outside these ranges, such as the cursors of an index, are in no checksum.
        const auto range = std::ranges::find_if(ranges, [&](const KeyBounds& one) {
            return one.begin <= change.key && change.key < one.end;
        });
        const auto number = static_cast<std::size_t>(range - ranges.begin());
        const bool isRead =
            number < replica.range || (number == replica.range && change.key < replica.mark);
        if (range == ranges.end() || !isRead) continue;
        const auto old = m_world.store.get(volumeOf(group.region, zone), change.key);
        if (!old) {
            m_error = old.error();
            return;
        }
        if (*old) replica.subtract(change.key, **old, number);
        if (change.image) replica.add(change.key, *change.image, number);
    }
}

std::uint64_t ChecksumScan::itemsRead() const {
    std::uint64_t items = 0;
    for (const auto& [group, partition] : m_partitions) {
        for (const Replica& replica : partition.replicas)
            items += static_cast<std::uint64_t>(std::max<std::int64_t>(replica.counts[0].count, 0));
    }
    return items;
}

std::uint64_t ChecksumScan::itemsInAll() const {
    std::uint64_t items = 0;
    const TablePtr table = m_world.catalog.find(m_space);
    if (!table) return items;
    for (const GroupId id : partitionsOf(m_world, *table)) {
        for (const Member& member : m_world.findGroup(id)->members)
            items += static_cast<std::uint64_t>(std::max<std::int64_t>(member.mark.itemCount, 0));
    }
    return items;
}

LookResult<std::vector<PartitionChecksums>> ChecksumScan::rows() const {
    const TablePtr table = m_world.catalog.find(m_space);
    if (!table) return std::unexpected(deleted());
    std::vector<PartitionChecksums> rows = maintainedChecksums(m_world, *table);
    for (PartitionChecksums& row : rows) {
        const Partition& partition = m_partitions.at(row.group);
        for (const ZoneIndex zone : kZones) {
            const Replica& replica = partition.replicas[zone.value()];
            PartitionChecksums::Zone& one = row.zones[zone.value()];
            one.scanned = replica.checksum;
            one.scannedCount = replica.counts[0].count;
            one.scannedLocalIndexes = {replica.counts.begin() + 1, replica.counts.end() - 1};
        }
    }
    return rows;
}

// --- scans in progress

ChecksumLooks::ChecksumLooks(const WorldState& world, Replicator& replicator, Jobs& jobs)
    : m_world(world), m_replicator(replicator), m_jobs(jobs) {
    m_jobs.setWorker(JobKind::ScanChecksums, *this);
}

ChecksumLooks::Look* ChecksumLooks::current() {
    const auto found =
        std::ranges::find_if(m_looks, [](const Look& look) { return look.scan != nullptr; });
    return found == m_looks.end() ? nullptr : &*found;
}

bool ChecksumLooks::isActive() const {
    return std::ranges::any_of(m_looks, [](const Look& look) { return look.scan != nullptr; });
}

LookResult<ChecksumLookId> ChecksumLooks::start(std::string_view table, std::string_view region,
                                                std::string_view accountId) {
    TRY_ASSIGN(const TablePtr found, findTable(m_world, region, table, accountId));
    if (m_looks.size() >= kLooksMax)
        return std::unexpected(
            std::string("Too many checksum scans are in progress; try again later."));
    const ChecksumLookId id(m_next++);
    Job job;
    job.kind = JobKind::ScanChecksums;
    job.space = found->space;
    job.subject = "table " + found->name;
    auto scan = std::make_unique<ChecksumScan>(m_world, *found);
    job.total = scan->itemsInAll();
    m_looks.push_back({id, std::move(scan), {}, m_jobs.beginUnsaved(std::move(job))});
    m_replicator.setBeforeApply(
        [this](const Group& group, ZoneIndex zone, std::span<const storage::TreeChange> changes) {
            if (Look* look = current()) look->scan->beforeApply(group, zone, changes);
        });
    return id;
}

void ChecksumLooks::readOn(ScanBudget budget) {
    Look* look = current();
    if (look == nullptr) return;
    const LookResult<bool> done = look->scan->step(budget);
    m_jobs.setDone(look->job, look->scan->itemsRead());
    if (!done)
        end(*look, std::unexpected(done.error()));
    else if (*done)
        end(*look, look->scan->rows());
}

void ChecksumLooks::end(Look& look, LookResult<std::vector<PartitionChecksums>> result) {
    look.result = std::move(result);
    look.scan.reset();
    m_jobs.end(look.job);
    unhookIfIdle();
}

void ChecksumLooks::cancel(JobId id) {
    const auto found = std::ranges::find(m_looks, id, &Look::job);
    if (found != m_looks.end() && found->scan)
        end(*found, std::unexpected(std::string("The checksum scan of the table was cancelled.")));
}

std::optional<LookResult<std::vector<PartitionChecksums>>> ChecksumLooks::take(ChecksumLookId id) {
    const auto found = std::ranges::find(m_looks, id, &Look::id);
    if (found == m_looks.end() || found->scan) return std::nullopt;
    auto result = std::move(found->result);
    m_looks.erase(found);
    return result;
}

void ChecksumLooks::drop(ChecksumLookId id) {
    std::erase_if(m_looks, [&](const Look& look) {
        if (look.id != id) return false;
        m_jobs.end(look.job);
        return true;
    });
    unhookIfIdle();
}

// Without a scan, applying records must cost nothing extra.
void ChecksumLooks::unhookIfIdle() {
    if (!isActive()) m_replicator.setBeforeApply(nullptr);
}

}  // namespace orrery::cluster
