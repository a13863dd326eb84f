#include "core/cluster/inspect/looks.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/cluster/inspect/checksum_scan.h"
#include "core/cluster/inspect/serving.h"
#include "core/cluster/writes/item_versions.h"
#include "core/cluster/writes/item_view.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

ItemLook::Header headerOf(const table::StoredHeader& stored, const std::string& region,
                          bool isTombstone) {
    ItemVersion version = versionOf(stored, region);
    return {version.at, std::move(version.region), std::move(version.heads), isTombstone};
}

/// What a replica of a global table has applied in place of an item; nothing if there is none.
LookResult<std::optional<ItemLook::Header>> tombstoneOf(const WorldState& world, const Group& group,
                                                        ZoneIndex zone,
                                                        std::string_view storageKey) {
    using Found = std::optional<ItemLook::Header>;
    const std::string key = table::tombstoneKey(group.id, storageKey);
    const auto stored = world.store.get(volumeOf(group.region, zone), key);
    if (!stored) return std::unexpected(readProblem(stored.error()));
    if (!*stored) return Found();
    const auto decoded = table::decodeStored(key, **stored);
    if (!decoded) return std::unexpected(readProblem(damagedTree(group, zone, "A deleted item")));
    return Found(headerOf(decoded->header, world.region(group.region).name, true));
}

}  // namespace

std::string readProblem(const storage::StorageError& error) {
    return "The data folder could not be read: " + error.message();
}

LookResult<TablePtr> findTable(const WorldState& world, std::string_view region,
                               std::string_view name, std::string_view accountId) {
    for (TablePtr& table : world.catalog.named(accountId, name))
        if (region.empty() || table->regionName == region) return std::move(table);
    std::string where = region.empty() ? std::string() : " in " + std::string(region);
    return std::unexpected("There is no table " + std::string(name) + where + ".");
}

std::vector<GroupId> partitionsOf(const WorldState& world, const TableDescription& table) {
    std::vector<GroupId> ids = world.partitions.ofSpace(table.space);
    for (const SecondaryIndex& index : table.indexes) {
        if (!index.isGlobal()) continue;
        const std::vector<GroupId> more = world.partitions.ofSpace(index.space);
        ids.insert(ids.end(), more.begin(), more.end());
    }
    return ids;
}

storage::Ticket lookGate(const WorldState& world, std::string_view name, std::string_view region,
                         std::string_view accountId) {
    storage::Ticket gate = world.catalog.gate();
    const auto table = findTable(world, region, name, accountId);
    if (!table) return gate;
    for (const GroupId id : partitionsOf(world, **table)) {
        if (const Group* group = world.findGroup(id)) gate = std::max(gate, group->gate);
    }
    return gate;
}

LookResult<ItemsLook> lookItems(const WorldState& world, const ItemsLookRequest& request) {
    TRY_ASSIGN(const TablePtr table,
               findTable(world, request.region, request.table, request.accountId));
    KeySpaceId space = table->space;
    if (!request.index.empty()) {
        const SecondaryIndex* index = table->findIndex(request.index);
        if (index == nullptr) {
            return std::unexpected("Table " + request.table + " has no index " + request.index +
                                   ".");
        }
        space = index->space;
    }
    std::string begin = types::keySpaceBegin(space);
    std::string end = types::keySpaceEnd(space);
    const bool isOfSpace = begin <= request.after && request.after < end;
    if (!request.after.empty() && !isOfSpace)
        return std::unexpected(
            "Cannot continue from that key: it is not a key of " +
            (request.index.empty() ? std::string() : "index " + request.index + " of ") + "table " +
            request.table + ".");
    const auto fraction = [&] {
        return types::keyAtFraction(space, request.at, std::uint64_t{1} << 32);
    };
    if (request.backward) {
        if (!request.after.empty()) {
            end = request.after;
        } else if (request.at > 0) {
            end = fraction();
        }
    } else if (!request.after.empty()) {
        begin = request.after + '\0';
    } else if (request.at > 0) {
        begin = fraction();
    }
    ItemsLook look;
    if (begin >= end) return look;
    bool isDamaged = false;
    const auto read = world.store.scan(
        volumeOf(table->region, request.zone), begin, end,
        request.backward ? storage::ScanDirection::Backward : storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            look.more = look.rows.size() == request.limit;
            if (look.more) return storage::ScanStep::Stop;
            auto view = viewOf(key, share(std::string(image)));
            isDamaged = !view;
            if (isDamaged) return storage::ScanStep::Stop;
            look.rows.push_back({std::string(key), std::move(*view), types::hashPosition(key)});
            return storage::ScanStep::Continue;
        });
    if (!read) return std::unexpected(readProblem(read.error()));
    if (isDamaged) return std::unexpected("An item of table " + request.table + " is corrupt.");
    return look;
}

LookResult<ItemLook> lookItem(const WorldState& world, const ItemLookRequest& request) {
    TRY_ASSIGN(const TablePtr table,
               findTable(world, request.region, request.table, request.accountId));
    const auto key = types::keyFromRequest(request.key, table->keys);
    if (!key) return std::unexpected(key.error().message);
    ItemLook look;
    look.storageKey = types::storageKey(table->space, *key);
    look.position = types::hashPosition(look.storageKey);
    look.group = world.partitions.find(look.storageKey);
    const Group* group = world.findGroup(look.group);
    if (group == nullptr) return std::unexpected("Table " + request.table + " is being deleted.");
    const bool isGlobal = world.catalog.globals().ofTable(table->space) != nullptr;
    auto leader = group->servingLeader(world.now);
    if (leader && !world.isUp(*group, *leader)) leader.reset();
    // At rest, the next request finds the last leader. One without a majority is none.
    const observe::ServingView serving = servingOf(world, *group);
    look.why = serving.why;
    const std::optional<ZoneIndex> restingLeader =
        serving.whole.strongReads ? std::optional(group->leaderHint) : std::nullopt;
    for (const ZoneIndex zone : kZones) {
        const Member& member = group->member(zone);
        ItemLook::Version& version = look.versions[zone.value()];
        version.zone = zone;
        version.up = world.isUp(*group, zone);
        version.leader = version.up && (leader ? leader : restingLeader) == zone;
        version.applied = member.mark.applied;
        version.behindRecords = group->committed.value() - member.mark.applied.value();
        version.behind = group->lagOf(member, world.now);
        auto view = appliedItem(world, *group, zone, look.storageKey);
        if (!view) return std::unexpected(readProblem(view.error()));
        if (!*view) {
            if (isGlobal) {
                TRY_ASSIGN(version.header, tombstoneOf(world, *group, zone, look.storageKey));
            }
            continue;
        }
        if (const auto decoded = table::decodeStored(look.storageKey, *view->bytes)) {
            version.itemLsn = decoded->header.lsn;
            if (isGlobal) version.header = headerOf(decoded->header, table->regionName, false);
        }
        version.item = std::move(*view);
    }
    return look;
}

std::vector<PartitionChecksums> maintainedChecksums(const WorldState& world,
                                                    const TableDescription& table) {
    std::vector<PartitionChecksums> rows;
    for (const GroupId id : partitionsOf(world, table)) {
        const Group* group = world.findGroup(id);
        if (group == nullptr) continue;
        PartitionChecksums& row = rows.emplace_back();
        row.group = id;
        for (const SecondaryIndex& index : table.indexes) {
            if (index.space == group->space) row.index = index.name;
        }
        for (const ZoneIndex zone : kZones) {
            const Member& member = group->member(zone);
            PartitionChecksums::Zone& one = row.zones[zone.value()];
            one.zone = zone;
            one.up = world.isUp(*group, zone);
            one.applied = member.mark.applied;
            one.itemCount = member.mark.itemCount;
            one.itemBytes = member.mark.itemBytes;
            one.checksum = member.mark.checksum;
            one.localIndexes = member.mark.localIndexes;
        }
    }
    return rows;
}

LookResult<std::vector<PartitionChecksums>> lookChecksums(const WorldState& world,
                                                          std::string_view name,
                                                          std::string_view region, bool scanned,
                                                          std::string_view accountId) {
    TRY_ASSIGN(const TablePtr table, findTable(world, region, name, accountId));
    if (!scanned) return maintainedChecksums(world, *table);
    ChecksumScan scan(world, *table);
    for (;;) {
        TRY_ASSIGN(const bool done, scan.step({}));
        if (done) return scan.rows();
    }
}

}  // namespace orrery::cluster
