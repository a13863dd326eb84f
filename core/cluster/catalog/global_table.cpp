#include "core/cluster/catalog/global_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/check.h"

namespace orrery::cluster {

//   global  := version:uint8(1) id:varint consistency:uint8 replicas:varint replica…
//   replica := space:varint status:uint8 joinedAt:uint64 source:varint overrides
//   overrides := readUnits:number maxReads:number class:sized kmsKey:sized
//                indexes:varint (name:sized readUnits:number maxReads:number)…
//   number  := varint   // one more than the value; 0: absent

namespace {

constexpr auto kLastConsistency = static_cast<std::uint8_t>(GlobalConsistency::Strong);
constexpr auto kLastStatus = static_cast<std::uint8_t>(ReplicaStatus::Deleting);

/// An id of a table, or 0; false in `isSound` if it is none.
KeySpaceId takeSpace(ByteReader& in, bool& isSound) {
    const std::uint64_t space = in.varint();
    isSound = isSound && space <= UINT32_MAX;
    return KeySpaceId(static_cast<std::uint32_t>(space));
}

void putNumber(ByteWriter& out, std::optional<std::int64_t> number) {
    out.varint(number ? static_cast<std::uint64_t>(*number) + 1 : 0);
}

std::optional<std::int64_t> takeNumber(ByteReader& in) {
    const std::uint64_t number = in.varint();
    if (number == 0) return std::nullopt;
    return static_cast<std::int64_t>(number - 1);
}

void putOverrides(ByteWriter& out, const ReplicaOverrides& overrides) {
    putNumber(out, overrides.readUnits);
    putNumber(out, overrides.maxReadRequestUnits);
    out.sized(overrides.tableClass.value_or(""));
    out.sized(overrides.kmsKey);
    out.varint(overrides.indexes.size());
    for (const auto& [name, index] : overrides.indexes) {
        out.sized(name);
        putNumber(out, index.readUnits);
        putNumber(out, index.maxReadRequestUnits);
    }
}

ReplicaOverrides takeOverrides(ByteReader& in) {
    ReplicaOverrides overrides;
    overrides.readUnits = takeNumber(in);
    overrides.maxReadRequestUnits = takeNumber(in);
    const std::string_view tableClass = in.sized();
    if (!tableClass.empty()) overrides.tableClass = tableClass;
    overrides.kmsKey = in.sized();
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        const std::string name(in.sized());
        IndexOverrides& index = overrides.indexes[name];
        index.readUnits = takeNumber(in);
        index.maxReadRequestUnits = takeNumber(in);
    }
    return overrides;
}

std::optional<GlobalReplica> takeReplica(ByteReader& in) {
    bool isSound = true;
    GlobalReplica replica;
    replica.table = takeSpace(in, isSound);
    const std::uint8_t status = in.u8();
    replica.joinedAt = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
    replica.source = takeSpace(in, isSound);
    replica.overrides = takeOverrides(in);
    isSound = isSound && in.ok() && status <= kLastStatus && replica.table != KeySpaceId{};
    if (!isSound) return std::nullopt;
    replica.status = static_cast<ReplicaStatus>(status);
    return replica;
}

}  // namespace

std::string_view statusText(ReplicaStatus status) {
    switch (status) {
        case ReplicaStatus::Creating:
            return "CREATING";
        case ReplicaStatus::Updating:
            return "UPDATING";
        case ReplicaStatus::Active:
            return "ACTIVE";
        case ReplicaStatus::Deleting:
            return "DELETING";
    }
    return "";
}

const GlobalReplica* GlobalTable::find(KeySpaceId table) const {
    const auto found = std::ranges::find(replicas, table, &GlobalReplica::table);
    return found == replicas.end() ? nullptr : &*found;
}

std::string encodeGlobalTable(const GlobalTable& table) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kGlobalTableVersion);
    out.varint(table.id);
    out.u8(static_cast<std::uint8_t>(table.consistency));
    out.varint(table.replicas.size());
    for (const GlobalReplica& replica : table.replicas) {
        out.varint(replica.table.value());
        out.u8(static_cast<std::uint8_t>(replica.status));
        out.u64(static_cast<std::uint64_t>(replica.joinedAt.sinceEpoch().count()));
        out.varint(replica.source.value());
        putOverrides(out, replica.overrides);
    }
    return bytes;
}

std::optional<GlobalTable> decodeGlobalTable(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kGlobalTableVersion) return std::nullopt;
    GlobalTable table;
    table.id = in.varint();
    const std::uint8_t consistency = in.u8();
    std::set<KeySpaceId> tables;
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        const auto replica = takeReplica(in);
        if (!replica || !tables.insert(replica->table).second) return std::nullopt;
        table.replicas.push_back(*replica);
    }
    const bool isSound = in.ok() && in.atEnd() && table.id != 0 &&
                         consistency <= kLastConsistency && !table.replicas.empty();
    if (!isSound) return std::nullopt;
    table.consistency = static_cast<GlobalConsistency>(consistency);
    return table;
}

GlobalTablePtr GlobalTableList::find(std::uint64_t id) const {
    const auto found = m_byId.find(id);
    return found == m_byId.end() ? nullptr : found->second;
}

GlobalTablePtr GlobalTableList::ofTable(KeySpaceId table) const {
    const auto found = m_byTable.find(table);
    return found == m_byTable.end() ? nullptr : found->second;
}

void GlobalTableList::put(GlobalTablePtr table) {
    CHECK(table != nullptr && table->id != 0);
    erase(table->id);
    for (const GlobalReplica& replica : table->replicas)
        CHECK(m_byTable.emplace(replica.table, table).second);
    m_byId[table->id] = std::move(table);
}

void GlobalTableList::erase(std::uint64_t id) {
    const auto known = m_byId.extract(id);
    if (known.empty()) return;
    for (const GlobalReplica& replica : known.mapped()->replicas)
        m_byTable.erase(replica.table);
}

}  // namespace orrery::cluster
