#include <algorithm>
#include <charconv>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/tables/table_admin.h"
#include "core/types/storage_key.h"

// Where tables and their partitions come from and go to: key spaces, groups, the store's values.

namespace orrery::cluster {
namespace {

//   value "regions"      := (name:sized)…                       // in order of their ids
//   value "next"         := nextSpace:varint nextGroup:varint
//   value "table/<id>"   := description:sized count:varint partition…
//   value "dropped/<id>" := nothing                             // a key space to give back
//   partition            := group:varint space:varint begin:sized end:sized leader:uint8
constexpr std::string_view kRegionsValue = "regions";
constexpr std::string_view kNextValue = "next";
constexpr std::string_view kTablePrefix = "table/";
constexpr std::string_view kDroppedPrefix = "dropped/";
constexpr std::size_t kSpaceBytes = 4;

storage::StorageError damaged(std::string_view what) {
    return {"decode " + std::string(what), 0, ""};
}

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
    return KeySpaceId(m_nextSpace++);
}

void TableAdmin::saveCounters() {
    std::string bytes;
    ByteWriter out(bytes);
    out.varint(m_nextSpace);
    out.varint(m_nextGroup);
    m_world.turn.putValue(std::string(kNextValue), std::move(bytes));
}

// Random as the service's are, but from the seed: a run made again has the same.
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

// Zones that are up and hear another that is: a leader needs one follower. If there is none, any.
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

// Partitions of equal shares of the hash space; leaders spread over the zones.
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
    for (const GroupId id : m_world.partitions.ofSpace(space))
        m_replicator.remove(id);
    m_world.partitions.removeSpace(space);
    m_world.turn.putValue(std::string(kDroppedPrefix) + std::to_string(space.value()), "");
    m_world.droppedSpaces.push_back({space, m_world.openTicket, false});
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

storage::StorageResult<void> TableAdmin::reopenRegions() {
    TRY_ASSIGN(const auto regions, m_world.store.value(kRegionsValue));
    if (regions) {
        ByteReader in(*regions);
        while (in.ok() && !in.atEnd() && m_world.regions.size() < WorldState::kRegionsMax)
            m_world.addRegion(std::string(in.sized()));
        if (!in.ok() || !in.atEnd()) return std::unexpected(damaged(kRegionsValue));
    }
    TRY_ASSIGN(const auto next, m_world.store.value(kNextValue));
    if (next) {
        ByteReader in(*next);
        m_nextSpace = static_cast<std::uint32_t>(in.varint());
        m_nextGroup = in.varint();
        if (!in.ok()) return std::unexpected(damaged(kNextValue));
    }
    return {};
}

void TableAdmin::giveBackDropped() {
    for (WorldState::DroppedSpace& dropped : m_world.droppedSpaces) {
        if (dropped.toldStore || dropped.since > m_world.store.synced()) continue;
        m_world.store.dropRange(types::keySpaceBegin(dropped.space),
                                types::keySpaceEnd(dropped.space));
        dropped.toldStore = true;
    }
    std::erase_if(m_world.droppedSpaces, [&](const WorldState::DroppedSpace& dropped) {
        if (!dropped.toldStore || m_world.store.droppedKeysLeft() > 0) return false;
        m_world.turn.eraseValue(std::string(kDroppedPrefix) +
                                std::to_string(dropped.space.value()));
        return true;
    });
}

storage::StorageResult<void> TableAdmin::reopenTables() {
    TRY_ASSIGN(const auto dropped, m_world.store.values(kDroppedPrefix));
    for (const auto& [name, nothing] : dropped) {
        std::uint32_t space = 0;
        const char* digits = name.data() + kDroppedPrefix.size();
        std::from_chars(digits, name.data() + name.size(), space);
        m_world.droppedSpaces.push_back({KeySpaceId(space), {}, false});
    }
    TRY_ASSIGN(const auto values, m_world.store.values(kTablePrefix));
    for (const auto& [name, bytes] : values) {
        ByteReader in(bytes);
        const auto decoded = decodeTable(in.sized());
        if (!decoded || decoded->region.value() >= m_world.regions.size())
            return std::unexpected(damaged(name));
        const auto table = std::make_shared<const TableDescription>(*decoded);
        m_world.catalog.put(table);
        const std::uint64_t count = in.varint();
        for (std::uint64_t i = 0; i < count; ++i) {
            const GroupId id(in.varint());
            const KeySpaceId space(static_cast<std::uint32_t>(in.varint()));
            std::string begin(in.sized());
            std::string end(in.sized());
            const ZoneIndex leader(static_cast<std::uint8_t>(in.u8() % kZonesPerRegion));
            if (!in.ok()) return std::unexpected(damaged(name));
            Group& group = m_replicator.add(id, table->region, table->space, space,
                                            std::move(begin), std::move(end), leader);
            group.schema = schemaOf(*table, id, space);
            TRY(m_replicator.reopen(group));
        }
        const bool indexUpdates =
            std::ranges::find(table->indexes, TableStatus::Updating, &SecondaryIndex::status) !=
            table->indexes.end();
        if (table->status != TableStatus::Active || indexUpdates)
            m_world.queue.add(m_world.now + m_world.profile.transientStates,
                              TableSettles{table->space});
        for (const SecondaryIndex& index : table->indexes) {
            if (index.backfilling) TRY(m_propagator.fillFurther(*table, index.space));
        }
    }
    m_propagator.resume();
    return {};
}

}  // namespace orrery::cluster
