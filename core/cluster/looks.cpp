#include "core/cluster/looks.h"
#include "core/base/result.h"

#include <algorithm>

#include "core/cluster/item_writer.h"
#include "core/table/stored_item.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

std::string readProblem(const storage::StorageError& error) {
    return "The data folder could not be read: " + error.message();
}

LookResult<TablePtr> findTable(const WorldState& world, std::string_view region,
                               std::string_view name) {
    TablePtr found;
    world.catalog.forEach([&](const TablePtr& table) {
        if (table->name == name && (region.empty() || table->regionName == region) && !found)
            found = table;
    });
    if (found) return found;
    std::string where = region.empty() ? std::string() : " in " + std::string(region);
    return std::unexpected("There is no table " + std::string(name) + where + ".");
}

struct Scanned {
    std::uint64_t checksum = 0;
    std::int64_t count = 0;
};

storage::StorageResult<void> addScanned(const WorldState& world, const Group& group,
                                        VolumeId volume, KeySpaceId space, bool counts,
                                        Scanned& total) {
    const auto [begin, end] = group.boundsIn(space);
    return world.store.scan(volume, begin, end, storage::ScanDirection::Forward,
                            [&](std::string_view key, std::string_view image) {
                                if (const auto stored = table::decodeStored(image)) {
                                    total.checksum += table::entryChecksum(
                                        key, image.substr(stored->attributesAt));
                                }
                                total.count += counts ? 1 : 0;
                                return storage::ScanStep::Continue;
                            });
}

LookResult<PartitionChecksums> checksumsOf(const WorldState& world, const TableDescription& table,
                                           const Group& group, bool scanned) {
    PartitionChecksums out;
    out.group = group.id;
    for (const SecondaryIndex& index : table.indexes) {
        if (index.space == group.space) out.index = index.name;
    }
    for (const ZoneIndex zone : kZones) {
        const Member& member = group.member(zone);
        PartitionChecksums::Zone& row = out.zones[zone.value()];
        row.zone = zone;
        row.up = member.replica != nullptr;
        row.applied = member.mark.applied;
        row.itemCount = member.mark.itemCount;
        row.itemBytes = member.mark.itemBytes;
        row.checksum = member.mark.checksum;
        if (!scanned) continue;
        Scanned total;
        const VolumeId volume = volumeOf(group.region, zone);
        auto read = addScanned(world, group, volume, group.space, true, total);
        for (const SecondaryIndex& index : table.indexes) {
            if (!read || index.global || group.isIndex()) continue;
            read = addScanned(world, group, volume, index.space, false, total);
        }
        if (!read) return std::unexpected(readProblem(read.error()));
        row.scanned = total.checksum;
        row.scannedCount = total.count;
    }
    return out;
}

}  // namespace

LookResult<ItemsLook> lookItems(const WorldState& world, const ItemsLookRequest& request) {
    TRY_ASSIGN(const TablePtr table, findTable(world, request.region, request.table));
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
    const auto read = world.store.scan(
        volumeOf(table->region, request.zone), begin, end,
        request.backward ? storage::ScanDirection::Backward : storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            look.more = look.rows.size() == request.limit;
            if (look.more) return storage::ScanStep::Stop;
            auto view = viewOf(share(std::string(image)));
            if (view) {
                look.rows.push_back({std::string(key), std::move(*view), types::hashPosition(key)});
            }
            return storage::ScanStep::Continue;
        });
    if (!read) return std::unexpected(readProblem(read.error()));
    return look;
}

LookResult<ItemLook> lookItem(const WorldState& world, const ItemLookRequest& request) {
    TRY_ASSIGN(const TablePtr table, findTable(world, request.region, request.table));
    const auto key = types::keyFromRequest(request.key, table->keys);
    if (!key) return std::unexpected(key.error().message);
    ItemLook look;
    look.storageKey = types::storageKey(table->space, *key);
    look.position = types::hashPosition(look.storageKey);
    look.group = world.partitions.find(look.storageKey);
    const Group* group = world.findGroup(look.group);
    if (group == nullptr) return std::unexpected("Table " + request.table + " is being deleted.");
    const auto leader = group->servingLeader(world.now);
    for (const ZoneIndex zone : kZones) {
        const Member& member = group->member(zone);
        ItemLook::Version& version = look.versions[zone.value()];
        version.zone = zone;
        version.up = member.replica != nullptr;
        version.leader = leader ? *leader == zone : version.up && group->leaderHint == zone;
        version.applied = member.mark.applied;
        version.behindRecords = group->committed.value() - member.mark.applied.value();
        version.behind = group->lagOf(member, world.now);
        auto stored = world.store.get(volumeOf(group->region, zone), look.storageKey);
        if (!stored) return std::unexpected(readProblem(stored.error()));
        if (!*stored) continue;
        if (const auto decoded = table::decodeStored(**stored))
            version.itemLsn = decoded->header.lsn;
        auto view = viewOf(std::move(*stored));
        if (!view) return std::unexpected(readProblem(view.error()));
        version.item = std::move(*view);
    }
    return look;
}

LookResult<std::vector<PartitionChecksums>> lookChecksums(const WorldState& world,
                                                          std::string_view name,
                                                          std::string_view region, bool scanned) {
    TRY_ASSIGN(const TablePtr table, findTable(world, region, name));
    std::vector<KeySpaceId> spaces = {table->space};
    for (const SecondaryIndex& index : table->indexes) {
        if (index.global) spaces.push_back(index.space);
    }
    std::vector<PartitionChecksums> out;
    for (const KeySpaceId space : spaces) {
        for (const GroupId id : world.partitions.ofSpace(space)) {
            TRY_ASSIGN(PartitionChecksums sums,
                       checksumsOf(world, *table, *world.findGroup(id), scanned));
            out.push_back(std::move(sums));
        }
    }
    return out;
}

}  // namespace orrery::cluster
