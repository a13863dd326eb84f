#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/cluster/tables/table_admin.h"
#include "core/cluster/tables/table_values.h"
#include "core/table/private_key.h"
#include "core/types/storage_key.h"

// Creates and deletes tables and their partitions: key spaces, groups, the store's values.

namespace orrery::cluster {
namespace {

constexpr std::size_t kSpaceBytes = 4;

}  // namespace

RegionState& TableAdmin::regionOf(const std::string& name) {
    if (RegionState* known = m_world.findRegion(name)) return *known;
    RegionState& added = m_world.addRegion(name);
    std::string bytes;
    ByteWriter out(bytes);
    for (const auto& region : m_world.regions)
        out.sized(region->name);
    m_world.turn.putValue(std::string(kRegionsValue), std::move(bytes));
    return added;
}

KeySpaceId TableAdmin::newSpace() {
    const bool usesAgain =
        m_world.plantedBug == PlantedBug::SpaceUsedAgain && !m_world.droppedSpaces.empty();
    if (usesAgain) return m_world.droppedSpaces.back().space;
    return KeySpaceId(m_nextSpace++);
}

void TableAdmin::saveCounters() {
    std::string bytes;
    ByteWriter out(bytes);
    out.varint(m_nextSpace);
    out.varint(m_nextGroup);
    m_world.turn.putValue(std::string(kNextValue), std::move(bytes));
}

// Random like the service's, but from the seed, so that a repeated run has the same ids.
std::string TableAdmin::newTableId(KeySpaceId space) const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    Prng prng = Prng::stream(m_world.seed, "table-id", space.value());
    std::string id = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for (char& place : id) {
        if (place == 'x') place = kDigits[prng.below(16)];
        if (place == 'y') place = kDigits[8 + prng.below(4)];
    }
    return id;
}

std::shared_ptr<const table::ApplySchema> TableAdmin::schemaOf(const TableDescription& table,
                                                               GroupId group,
                                                               KeySpaceId space) const {
    auto schema = std::make_shared<table::ApplySchema>();
    schema->group = group;
    schema->keys = table.keys;
    if (space == table.space) {
        for (const SecondaryIndex& index : table.indexes) {
            if (!index.global) schema->localIndexes.push_back(index);
        }
    }
    return schema;
}

// The zones that are up and hear another zone that is up, since a leader needs a follower. If there
// are none, any.
std::vector<ZoneIndex> TableAdmin::zonesToLead(const RegionState& region) const {
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

// Partitions get equal shares of the hash space; their leaders are spread over the zones.
void TableAdmin::addPartitions(const TableDescription& table, KeySpaceId space,
                               std::uint64_t count) {
    std::vector<std::string> begins(count + 1);
    for (std::uint64_t i = 1; i < count; ++i)
        begins[i] = types::keyAtFraction(space, i, count).substr(kSpaceBytes);
    const std::vector<ZoneIndex> zones = zonesToLead(m_world.region(table.region));
    for (std::uint64_t i = 0; i < count; ++i) {
        const GroupId id(m_nextGroup++);
        const ZoneIndex leader = zones[id.value() % zones.size()];
        Group& group = m_replicator.create(id, table.region, table.space, space, begins[i],
                                           begins[i + 1], leader);
        group.schema = schemaOf(table, id, space);
    }
}

void TableAdmin::dropSpace(KeySpaceId space) {
    m_propagator.forget(space);
    WorldState::DroppedSpace dropped{space, m_world.openTicket, {}, false};
    for (const GroupId id : m_world.partitions.ofSpace(space)) {
        m_replicator.remove(id);
        dropped.groups.push_back(id);
    }
    m_world.partitions.removeSpace(space);
    nameDropped(dropped);
    m_world.droppedSpaces.push_back(std::move(dropped));
}

void TableAdmin::nameDropped(const WorldState::DroppedSpace& dropped) {
    std::string bytes;
    ByteWriter out(bytes);
    for (const GroupId id : dropped.groups)
        out.varint(id.value());
    m_world.turn.putValue(std::string(kDroppedPrefix) + std::to_string(dropped.space.value()),
                          std::move(bytes));
}

void TableAdmin::store(TablePtr table) {
    std::string bytes;
    ByteWriter out(bytes);
    out.sized(encodeTable(*table));
    std::vector<GroupId> groups = m_world.partitions.ofSpace(table->space);
    for (const SecondaryIndex& index : table->indexes) {
        if (!index.global) continue;
        for (const GroupId id : m_world.partitions.ofSpace(index.space))
            groups.push_back(id);
    }
    out.varint(groups.size());
    for (const GroupId id : groups) {
        const Group& group = *m_world.findGroup(id);
        out.varint(id.value());
        out.varint(group.space.value());
        out.sized(group.begin);
        out.sized(group.end);
        out.u8(group.leaderHint.value());
    }
    m_world.turn.putValue(std::string(kTablePrefix) + std::to_string(table->space.value()),
                          std::move(bytes));
    m_world.catalog.put(std::move(table));
    m_world.catalogGate = m_world.openTicket;
}

// The groups of a key space are created one after the other, so this is usually one range.
void TableAdmin::dropPrivateKeys(const std::vector<GroupId>& groups) {
    for (std::size_t first = 0; first < groups.size();) {
        std::size_t last = first;
        while (last + 1 < groups.size() && groups[last + 1] == groups[last].next())
            ++last;
        m_world.store.dropRange(table::privateKeysBegin(groups[first]),
                                table::privateKeysEnd(groups[last]));
        first = last + 1;
    }
}

void TableAdmin::reclaimDropped(storage::Ticket synced) {
    for (WorldState::DroppedSpace& dropped : m_world.droppedSpaces) {
        if (dropped.toldStore || dropped.since > synced) continue;
        m_world.store.dropRange(types::keySpaceBegin(dropped.space),
                                types::keySpaceEnd(dropped.space));
        dropPrivateKeys(dropped.groups);
        dropped.toldStore = true;
    }
    std::erase_if(m_world.droppedSpaces, [&](const WorldState::DroppedSpace& dropped) {
        if (!dropped.toldStore || m_world.store.droppedKeysLeft() > 0) return false;
        m_world.turn.eraseValue(std::string(kDroppedPrefix) +
                                std::to_string(dropped.space.value()));
        return true;
    });
}

}  // namespace orrery::cluster
