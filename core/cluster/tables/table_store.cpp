#include "core/cluster/tables/table_store.h"

#include <algorithm>
#include <iterator>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/tables/replica_overrides.h"
#include "core/cluster/tables/table_values.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

GroupPlan planOf(const GlobalJournal& journal, const JournalPartition& partition) {
    return {partition.group, GroupKind::Journal,  journal.seats.front(),
            journal.space,   journal.space,       partition.begin,
            partition.end,   partition.appointed, journal.seats};
}

std::shared_ptr<const table::ApplySchema> schemaOfJournal(GroupId group) {
    auto schema = std::make_shared<table::ApplySchema>();
    schema->group = group;
    return schema;
}

std::string globalName(const GlobalTable& global) {
    return std::string(kGlobalPrefix) + std::to_string(global.id);
}

}  // namespace

std::uint64_t initialPartitions(BillingMode billing, const Throughput& throughput) {
    constexpr std::uint64_t kOnDemandPartitions = 4;
    constexpr std::uint64_t kPartitionReads = 3000;
    constexpr std::uint64_t kPartitionWrites = 1000;
    constexpr std::uint64_t kPartitionsMax = 1000;
    if (billing == BillingMode::PayPerRequest) return kOnDemandPartitions;
    const auto reads = static_cast<std::uint64_t>(std::max<std::int64_t>(throughput.readUnits, 0));
    const auto writes =
        static_cast<std::uint64_t>(std::max<std::int64_t>(throughput.writeUnits, 0));
    const std::uint64_t thousandths =
        reads * 1000 / kPartitionReads + writes * 1000 / kPartitionWrites;
    return std::clamp<std::uint64_t>((thousandths + 999) / 1000, 1, kPartitionsMax);
}

storage::StorageResult<void> TableStore::reopenRegions() {
    TRY_ASSIGN(const auto regions, m_world.store.value(kRegionsValue));
    if (regions) {
        ByteReader in(*regions);
        if (takeVersionMark(in, *regions)) {
            if (auto refused = refusedVersion(in, kRegionsVersion, "The list of Regions"))
                return std::unexpected(*std::move(refused));
        }
        while (in.ok() && !in.atEnd() && m_world.regions.size() < kRegionsMax) {
            const std::string name(in.sized());
            if (name.empty() || m_world.findRegion(name) != nullptr)
                return std::unexpected(corruptCatalog(kRegionsValue));
            m_world.addRegion(name);
        }
        if (!in.ok() || !in.atEnd()) return std::unexpected(corruptCatalog(kRegionsValue));
    }
    TRY_ASSIGN(const auto next, m_world.store.value(kNextValue));
    if (next) {
        ByteReader in(*next);
        if (takeVersionMark(in, *next)) {
            if (auto refused = refusedVersion(in, kNextVersion, "The next free ids"))
                return std::unexpected(*std::move(refused));
        }
        const std::uint64_t space = in.varint();
        m_nextSpace = static_cast<std::uint32_t>(space);
        m_nextGroup = in.varint();
        const bool areIds = space > 0 && space <= UINT32_MAX && m_nextGroup > 0 &&
                            m_nextGroup <= kGroupIdMax.value();
        if (!in.ok() || !in.atEnd() || !areIds) return std::unexpected(corruptCatalog(kNextValue));
    }
    return {};
}

ApiResult<void> TableStore::checkRegions(const std::vector<std::string>& names) const {
    std::vector<std::string> added;
    std::ranges::copy_if(names, std::back_inserter(added), [this](const std::string& name) {
        return m_world.findRegion(name) == nullptr;
    });
    if (added.empty() || m_world.regions.size() + added.size() <= kRegionsMax) return {};
    return std::unexpected(ApiError{ErrorType::LimitExceeded,
                                    "There is no table in Region " + added.back() +
                                        ", and this endpoint already has tables in " +
                                        std::to_string(kRegionsMax) + " Regions, the maximum.",
                                    nullptr});
}

RegionState& TableStore::regionOf(const std::string& name) {
    if (RegionState* known = m_world.findRegion(name)) return *known;
    RegionState& added = m_world.addRegion(name);
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(0);
    out.u8(kRegionsVersion);
    for (const auto& region : m_world.regions)
        out.sized(region->name);
    m_world.turn.putValue(std::string(kRegionsValue), std::move(bytes));
    return added;
}

KeySpaceId TableStore::newSpace() {
    const auto& dropped = m_reclaimer.dropped();
    if (m_world.plantedBug == PlantedBug::SpaceUsedAgain && !dropped.empty() &&
        dropped.back().space != m_usedAgain)
        return m_usedAgain = dropped.back().space;
    return KeySpaceId(m_nextSpace++);
}

void TableStore::passSpace(KeySpaceId space) {
    m_nextSpace = std::max(m_nextSpace, space.value() + 1);
}

void TableStore::passGroup(GroupId group) {
    m_nextGroup = std::max(m_nextGroup, group.value() + 1);
}

void TableStore::saveCounters() {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(0);
    out.u8(kNextVersion);
    out.varint(m_nextSpace);
    out.varint(m_nextGroup);
    m_world.turn.putValue(std::string(kNextValue), std::move(bytes));
}

// Random like the service's, but from the seed, so that a repeated run has the same ids.
std::string TableStore::newTableId(KeySpaceId space) const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    Prng prng = Prng::stream(m_world.seed, "table-id", space.value());
    std::string id = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for (char& place : id) {
        if (place == 'x') place = kDigits[prng.below(16)];
        if (place == 'y') place = kDigits[8 + prng.below(4)];
    }
    return id;
}

std::shared_ptr<const table::ApplySchema> TableStore::schemaOf(const TableDescription& table,
                                                               GroupId group,
                                                               KeySpaceId space) const {
    auto schema = std::make_shared<table::ApplySchema>();
    schema->group = group;
    schema->keys = table.keys;
    if (space == table.space) {
        for (const SecondaryIndex& index : table.indexes) {
            if (!index.isGlobal()) schema->localIndexes.push_back(index);
        }
    }
    return schema;
}

// The zones that are up and hear another zone that is up, since a leader needs a follower. If there
// are none, any.
std::vector<ZoneIndex> TableStore::zonesToLead(const RegionState& region) const {
    std::vector<ZoneIndex> zones;
    for (const ZoneIndex zone : kZones) {
        const bool hears = std::ranges::any_of(kZones, [&](ZoneIndex other) {
            return other != zone && region.up[other.value()] &&
                   !region.suspects[zone.value()][other.value()];
        });
        if (region.up[zone.value()] && hears) zones.push_back(zone);
    }
    if (zones.empty()) zones.assign(kZones.begin(), kZones.end());
    return zones;
}

void TableStore::addPartitions(const TableDescription& table, GroupKind kind, KeySpaceId space,
                               std::uint64_t count) {
    std::vector<std::string> begins(count);
    for (std::uint64_t i = 1; i < count; ++i)
        begins[i] = types::keyAtFraction(space, i, count).substr(types::kKeySpaceBytes);
    addPartitions(table, kind, space, std::move(begins));
}

void TableStore::addPartitionsLike(const TableDescription& table, GroupKind kind, KeySpaceId space,
                                   KeySpaceId like) {
    std::vector<std::string> begins;
    for (const GroupId id : m_world.partitions.ofSpace(like))
        begins.push_back(m_world.findGroup(id)->begin);
    addPartitions(table, kind, space, std::move(begins));
}

// The leaders are spread over the zones.
void TableStore::addPartitions(const TableDescription& table, GroupKind kind, KeySpaceId space,
                               std::vector<std::string> begins) {
    const std::vector<ZoneIndex> zones = zonesToLead(m_world.region(table.region));
    begins.emplace_back();
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
        const GroupId id(m_nextGroup++);
        const ZoneIndex leader = zones[id.value() % zones.size()];
        Group& group = m_replicator.create(
            {id, kind, table.region, table.space, space, begins[i], begins[i + 1], leader});
        group.schema = schemaOf(table, id, space);
    }
}

// The leaders are where the table was first.
void TableStore::addJournals(GlobalJournal& journal, KeySpaceId like) {
    for (const GroupId id : m_world.partitions.ofSpace(like)) {
        const Group& partition = *m_world.findGroup(id);
        const JournalPartition& added = journal.partitions.emplace_back(
            GroupId(m_nextGroup++), partition.begin, partition.end, kZones.front());
        m_replicator.create(planOf(journal, added)).schema = schemaOfJournal(added.group);
    }
}

Group& TableStore::addStoredJournal(const GlobalJournal& journal,
                                    const JournalPartition& partition) {
    Group& group = m_replicator.add(planOf(journal, partition));
    group.schema = schemaOfJournal(partition.group);
    return group;
}

Group& TableStore::addStored(const TableDescription& table, GroupKind kind,
                             const StoredPartition& partition) {
    Group& group =
        m_replicator.add({partition.group, kind, table.region, table.space, partition.space,
                          partition.begin, partition.end, partition.appointed});
    group.schema = schemaOf(table, partition.group, partition.space);
    return group;
}

void TableStore::dropSpace(KeySpaceId space, std::string subject,
                           const std::vector<GroupId>& more) {
    // Entries of local indexes are not counted.
    const std::int64_t items = std::max<std::int64_t>(countsOf(space).first, 0);
    std::vector<GroupId> groups = m_world.partitions.ofSpace(space);
    for (const GroupId id : groups)
        m_replicator.remove(id);
    groups.insert(groups.end(), more.begin(), more.end());
    m_world.partitions.removeSpace(space);
    m_reclaimer.drop(space, std::move(groups), std::move(subject),
                     static_cast<std::uint64_t>(items) * kZonesPerRegion);
}

void TableStore::dropIndex(const TableDescription& table, const SecondaryIndex& index) {
    m_indexes.forgetIndex(table.space, index.space);
    dropSpace(index.space, "index " + index.name + " of table " + table.name);
}

std::pair<std::int64_t, std::int64_t> TableStore::countsOf(KeySpaceId space) const {
    std::int64_t items = 0;
    std::int64_t bytes = 0;
    for (const GroupId id : m_world.partitions.ofSpace(space)) {
        const storage::TreeMark& mark = m_world.findGroup(id)->mostApplied().mark;
        items += mark.itemCount;
        bytes += mark.itemBytes;
    }
    return {items, bytes};
}

void TableStore::erase(const TableDescription& table) {
    m_states.forget(table.space);
    m_expiries.end(table);
    m_expiryFiller.forget(table.space);
    m_indexes.forgetTable(table.space);
    for (const SecondaryIndex& index : table.indexes)
        dropIndex(table, index);
    dropSpace(table.space, "table " + table.name);
    m_world.turn.eraseValue(std::string(kTablePrefix) + std::to_string(table.space.value()));
    m_world.catalog.erase(table, m_world.openTicket);
}

void TableStore::put(TablePtr table) {
    std::vector<GroupId> groups = m_world.partitions.ofSpace(table->space);
    for (const SecondaryIndex& index : table->indexes) {
        if (!index.isGlobal()) continue;
        for (const GroupId id : m_world.partitions.ofSpace(index.space))
            groups.push_back(id);
    }
    m_world.turn.putValue(std::string(kTablePrefix) + std::to_string(table->space.value()),
                          encodeStored(*table, groups));
    m_indexes.sender.tableChanged(*table);
    m_world.catalog.put(std::move(table), m_world.openTicket);
}

std::string TableStore::encodeStored(const TableDescription& table,
                                     const std::vector<GroupId>& groups) const {
    std::string bytes;
    ByteWriter out(bytes);
    out.sized(encodeTable(table));
    out.varint(groups.size());
    for (const GroupId id : groups) {
        const Group& group = *m_world.findGroup(id);
        out.varint(id.value());
        out.varint(group.space.value());
        out.sized(group.begin);
        out.sized(group.end);
        out.u8(group.appointed.value());
    }
    return bytes;
}

void TableStore::putGlobal(GlobalTable global) {
    if (global.replicas.size() > 1) {
        m_world.turn.putValue(globalName(global), encodeGlobalTable(global));
        return m_world.catalog.putGlobal(std::make_shared<const GlobalTable>(std::move(global)),
                                         m_world.openTicket);
    }
    endGlobal(global);
}

void TableStore::endGlobal(const GlobalTable& global) {
    eraseGlobal(global);
    for (const GlobalReplica& last : global.replicas) {
        const TablePtr table = m_world.catalog.find(last.table);
        if (table != nullptr) put(withOverrides(table, last.overrides));
    }
}

void TableStore::eraseGlobal(const GlobalTable& global) {
    m_world.turn.eraseValue(globalName(global));
    m_world.catalog.eraseGlobal(global, m_world.openTicket);
}

// The ledger is kept as a table with one partition that no catalog lists, so that whatever reads
// folders reads it as well. Its key is the name of a transaction.
void TableStore::addLedger(RegionId region) {
    RegionState& state = m_world.region(region);
    CHECK(state.ledger == GroupId{});
    TableDescription ledger;
    ledger.name = "transactions of " + state.name;
    ledger.regionName = state.name;
    ledger.region = region;
    ledger.space = newSpace();
    ledger.createdAt = m_world.calendar();
    ledger.keys.partition = {"transaction", types::AttributeType::String};
    ledger.attributes = {ledger.keys.partition};
    addPartitions(ledger, GroupKind::Ledger, ledger.space, 1);
    const std::vector<GroupId> groups = m_world.partitions.ofSpace(ledger.space);
    state.ledger = groups.front();
    saveCounters();
    m_world.turn.putValue(std::string(kLedgerPrefix) + std::to_string(ledger.space.value()),
                          encodeStored(ledger, groups));
}

}  // namespace orrery::cluster
