#include "core/cluster/writes/item_versions.h"

#include <algorithm>
#include <utility>

#include "core/base/result.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

/// The header of what the leader has under `key`, the tail of its log included; nothing if there is
/// nothing. `lsn` receives the record in the tail.
storage::StorageResult<std::optional<table::StoredHeader>> headerAt(
    const WorldState& world, const Group& group, ZoneIndex zone, std::string_view key, Lsn& lsn) {
    using Found = std::optional<table::StoredHeader>;
    SharedBytes stored;
    if (const auto inTail = group.tail.find(key); inTail != group.tail.end()) {
        stored = inTail->second.stored;
        lsn = std::max(lsn, inTail->second.lsn);
    } else {
        TRY_ASSIGN(stored, world.store.get(group.member(zone).volume(), key));
    }
    if (!stored) return Found();
    auto decoded = table::decodeStored(key, *stored);
    if (!decoded) return std::unexpected(damagedTree(group, zone, "An item"));
    return Found(std::move(decoded->header));
}

table::VersionHead& headIn(table::VersionHeads& heads, const std::string& region) {
    const auto at = std::ranges::lower_bound(heads, region, {}, &table::VersionHead::region);
    if (at != heads.end() && at->region == region) return *at;
    return *heads.insert(at, {region, {}, 0});
}

/// A transaction's check writes the item again as it is.
bool keepsItem(const table::LogRecord& record) {
    return record.kind == table::RecordKind::TransactionCommit &&
           record.action == table::TransactionAction::Check && record.newImage;
}

/// Empty for the Region of the group itself.
std::string originOf(ItemVersion& version, const std::string& own) {
    return version.region == own ? std::string() : std::move(version.region);
}

void noteVersionOfWrite(const WorldState& world, const Group& group, std::optional<ItemVersion> old,
                        table::LogRecord& record) {
    const std::string& region = world.region(group.region).name;
    CalendarTime at = world.clockOf(group.region);
    if (old) {
        at = std::max(at, CalendarTime(old->at.sinceEpoch() + Duration(1)));
        record.heads = std::move(old->heads);
        record.base = table::BaseVersion{old->at, originOf(*old, region)};
    }
    record.version = at;
    // An expiry is no write of a client: nobody misses it if it loses.
    if (record.cause == table::Cause::TimeToLive) return;
    table::VersionHead& head = headIn(record.heads, region);
    // Writes of an earlier replica in this Region are not counted.
    const TablePtr table = world.catalog.find(group.table);
    if (table != nullptr && head.at <= table->createdAt) head.number = 0;
    head.at = record.committedAt;
    ++head.number;
}

}  // namespace

// An item from before its table was global was written here, by one write that has no ancestors.
ItemVersion versionOf(const table::StoredHeader& header, const std::string& region) {
    ItemVersion version{header.version.value_or(header.committedAt),
                        header.origin.empty() ? region : header.origin, header.heads};
    if (!header.version) version.heads = {{region, header.committedAt, 1}};
    return version;
}

const table::VersionHead* findHead(const table::VersionHeads& heads, std::string_view region) {
    const auto found = std::ranges::find(heads, region, &table::VersionHead::region);
    return found == heads.end() ? nullptr : &*found;
}

const table::VersionHead* ItemVersion::headOf(std::string_view of) const {
    return findHead(heads, of);
}

storage::StorageResult<LatestVersion> latestVersion(const WorldState& world, const Group& group,
                                                    ZoneIndex zone, std::string_view storageKey) {
    const std::string& region = world.region(group.region).name;
    LatestVersion latest;
    TRY_ASSIGN(const auto item, headerAt(world, group, zone, storageKey, latest.lsn));
    if (item) latest.version = versionOf(*item, region);
    // What has a version erased its tombstone.
    if (item && item->version) return latest;
    if (world.plantedBug == PlantedBug::TombstonesForgotten) return latest;
    TRY_ASSIGN(const auto tombstone,
               headerAt(world, group, zone, table::tombstoneKey(group.id, storageKey), latest.lsn));
    latest.hasTombstone = tombstone.has_value();
    if (!item && tombstone) latest.version = versionOf(*tombstone, region);
    return latest;
}

void takeVersion(const table::LogRecord& write, table::LogRecord& record) {
    record.originRegion = write.originRegion;
    record.version = write.version;
    record.heads = write.heads;
    record.base = write.base;
    record.originCommittedAt = write.originCommittedAt;
}

void noteVersion(WorldState& world, const Group& group, ZoneIndex zone, table::LogRecord& record) {
    const GlobalTableList& globals = world.catalog.globals();
    if (globals.size() == 0 || group.kind != GroupKind::Table || record.space != group.space ||
        globals.ofTable(group.table) == nullptr)
        return;
    if (!table::changesItem(record) && !keepsItem(record)) return;
    auto latest = latestVersion(world, group, zone, record.key);
    if (!latest) return world.reportDamage(std::move(latest).error());
    record.hasTombstone = latest->hasTombstone;
    if (keepsItem(record)) {
        if (!latest->version) return;
        record.version = latest->version->at;
        record.heads = std::move(latest->version->heads);
        record.originRegion = originOf(*latest->version, world.region(group.region).name);
        return;
    }
    if (record.cause != table::Cause::Replication)
        noteVersionOfWrite(world, group, std::move(latest->version), record);
}

}  // namespace orrery::cluster
