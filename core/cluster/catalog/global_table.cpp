#include "core/cluster/catalog/global_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {

//   global  := version:uint8 id:varint consistency:uint8 replicas:varint replica… [journal]
//   replica := space:varint status:uint8 joinedAt:uint64 source:varint overrides
//   overrides := readUnits:number maxReads:number class:sized kmsKey:sized
//                indexes:varint (name:sized readUnits:number maxReads:number)…
//   number  := varint   // one more than the value; 0: absent
//   journal := space:varint 3 × seat:varint witness:sized partitions:varint partition…
//   partition := group:varint begin:sized end:sized appointed:uint8
//
// Only a table with strong consistency has a journal; others are written in version 1.

namespace {

constexpr std::uint8_t kVersionWithoutJournal = 1;
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

void putJournal(ByteWriter& out, const GlobalJournal& journal) {
    out.varint(journal.space.value());
    for (const RegionId seat : journal.seats)
        out.varint(seat.value());
    out.sized(journal.witness);
    out.varint(journal.partitions.size());
    for (const JournalPartition& partition : journal.partitions) {
        out.varint(partition.group.value());
        out.sized(partition.begin);
        out.sized(partition.end);
        out.u8(partition.appointed.value());
    }
}

std::optional<JournalPartition> takeJournalPartition(ByteReader& in) {
    const std::uint64_t group = in.varint();
    JournalPartition partition;
    partition.begin = in.sized();
    partition.end = in.sized();
    const std::uint8_t appointed = in.u8();
    const bool isSound =
        in.ok() && group != 0 && group <= kGroupIdMax.value() && appointed < kZonesPerRegion;
    if (!isSound) return std::nullopt;
    partition.group = GroupId(group);
    partition.appointed = ZoneIndex(appointed);
    return partition;
}

/// Nothing if the partitions have gaps, or two members are in one Region.
std::optional<GlobalJournal> takeJournal(ByteReader& in) {
    bool isSound = true;
    GlobalJournal journal;
    journal.space = takeSpace(in, isSound);
    std::set<RegionId> regions;
    for (RegionId& seat : journal.seats) {
        const std::uint64_t region = in.varint();
        isSound = isSound && region <= UINT8_MAX;
        seat = RegionId(static_cast<std::uint8_t>(region));
        isSound = isSound && regions.insert(seat).second;
    }
    journal.witness = in.sized();
    std::string next;
    for (std::uint64_t left = in.varint(); left > 0 && in.ok() && isSound; --left) {
        auto partition = takeJournalPartition(in);
        if (!partition || partition->begin != next) return std::nullopt;
        next = partition->end;
        isSound = next.empty() == (left == 1);
        journal.partitions.push_back(*std::move(partition));
    }
    isSound = isSound && in.ok() && journal.space != KeySpaceId{} && !journal.partitions.empty();
    if (!isSound) return std::nullopt;
    return journal;
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
    out.u8(table.journal ? kGlobalTableVersion : kVersionWithoutJournal);
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
    if (table.journal) putJournal(out, *table.journal);
    return bytes;
}

std::optional<GlobalTable> decodeGlobalTable(std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kGlobalTableVersion && version != kVersionWithoutJournal) return std::nullopt;
    GlobalTable table;
    table.id = in.varint();
    const std::uint8_t consistency = in.u8();
    std::set<KeySpaceId> tables;
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        const auto replica = takeReplica(in);
        if (!replica || !tables.insert(replica->table).second) return std::nullopt;
        table.replicas.push_back(*replica);
    }
    if (version == kGlobalTableVersion) {
        table.journal = takeJournal(in);
        if (!table.journal) return std::nullopt;
    }
    const bool isStrong = consistency == kLastConsistency;
    const bool isSound = isStrong == table.journal.has_value() && in.ok() && in.atEnd() &&
                         table.id != 0 && consistency <= kLastConsistency &&
                         !table.replicas.empty();
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

GlobalTablePtr GlobalTableList::ofJournal(KeySpaceId space) const {
    const auto found = m_byJournal.find(space);
    return found == m_byJournal.end() ? nullptr : found->second;
}

GlobalTablePtr GlobalTableList::strong(KeySpaceId table) const {
    if (m_byJournal.empty()) return nullptr;
    GlobalTablePtr found = ofTable(table);
    return found != nullptr && found->journal ? found : nullptr;
}

void GlobalTableList::put(GlobalTablePtr table) {
    CHECK(table != nullptr && table->id != 0);
    erase(table->id);
    for (const GlobalReplica& replica : table->replicas)
        CHECK(m_byTable.emplace(replica.table, table).second);
    if (table->journal) CHECK(m_byJournal.emplace(table->journal->space, table).second);
    m_byId[table->id] = std::move(table);
}

void GlobalTableList::erase(std::uint64_t id) {
    const auto known = m_byId.extract(id);
    if (known.empty()) return;
    for (const GlobalReplica& replica : known.mapped()->replicas)
        m_byTable.erase(replica.table);
    if (known.mapped()->journal) m_byJournal.erase(known.mapped()->journal->space);
}

}  // namespace orrery::cluster
