#include "core/cluster/global/conflict_ledger.h"

#include <algorithm>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/writes/item_versions.h"
#include "core/types/item_codec.h"
#include "core/types/key_schema.h"

namespace orrery::cluster {
namespace {

/// Records of a partition per event; the next event continues.
constexpr std::size_t kReadAtOnceMax = 1000;
constexpr std::string_view kReader = "conflicts";  // Among GroupLog::readers.

constexpr std::uint8_t kForgottenVersion = 1;

std::string folderOf(std::string_view prefix, KeySpaceId table) {
    return std::string(prefix) + std::to_string(table.value()) + "/";
}

std::string nameOf(std::string_view prefix, KeySpaceId table, const ConflictId& id) {
    return folderOf(prefix, table) + id.text();
}

std::string forgottenName(KeySpaceId table) {
    return std::string(kConflictsForgottenPrefix) + std::to_string(table.value());
}

std::string encodeForgotten(const ForgottenConflicts& forgotten) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kForgottenVersion);
    out.varint(forgotten.count);
    out.u64(static_cast<std::uint64_t>(forgotten.before.sinceEpoch().count()));
    return bytes;
}

/// The key attributes of an encoded item; empty if it is corrupt.
std::string keyImageOf(std::string_view image, const types::KeySchema& keys) {
    const auto item = types::decodeItem(image);
    if (!item) return {};
    types::Item key;
    for (const types::KeyAttribute& attribute : keys.attributes()) {
        if (const auto* value = item->find(attribute.name)) key.set(attribute.name, *value);
    }
    return types::encodeItem(key);
}

ForgottenConflicts decodeForgotten(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kForgottenVersion) return {};
    ForgottenConflicts forgotten;
    forgotten.count = in.varint();
    forgotten.before = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
    return in.ok() && in.atEnd() ? forgotten : ForgottenConflicts{};
}

}  // namespace

// --- what is kept

storage::StorageResult<ConflictLedger::OfTable*> ConflictLedger::of(KeySpaceId table) const {
    if (const auto known = m_tables.find(table); known != m_tables.end()) return &known->second;
    OfTable kept;
    const std::string folder = folderOf(kConflictPrefix, table);
    TRY_ASSIGN(const auto values, m_world.store.values(folder));
    for (const auto& [name, bytes] : values) {
        const auto id = ConflictId::parse(std::string_view(name).substr(folder.size()));
        auto stored = id ? decodeConflict(*id, bytes) : std::nullopt;
        if (!stored) {
            ++kept.forgotten.count;  // Nobody can say any more what it was.
            continue;
        }
        kept.imageBytes += stored->imageBytes;
        kept.byKey[stored->conflict.key].insert(*id);
        kept.entries.emplace(*id, Entry{std::move(stored->conflict), stored->imageBytes});
    }
    TRY_ASSIGN(const auto forgotten, m_world.store.value(forgottenName(table)));
    if (forgotten) {
        const ForgottenConflicts before = decodeForgotten(*forgotten);
        kept.forgotten.count += before.count;
        kept.forgotten.before = before.before;
    }
    return &m_tables.emplace(table, std::move(kept)).first->second;
}

void ConflictLedger::join(const GlobalTable& global) {
    for (const GlobalReplica& replica : global.replicas) {
        for (const GroupId id : m_world.partitions.ofSpace(replica.table)) {
            Group& group = *m_world.findGroup(id);
            m_log.registerReader(group, std::string(kReader), group.committed);
        }
    }
}

void ConflictLedger::leave(KeySpaceId table) {
    for (const GroupId id : m_world.partitions.ofSpace(table))
        m_log.retire(*m_world.findGroup(id), kReader);
    auto kept = of(table);
    if (!kept) return m_world.reportDamage(std::move(kept).error());
    for (const auto& [id, entry] : (*kept)->entries) {
        m_world.turn.eraseValue(nameOf(kConflictPrefix, table, id));
        m_world.turn.eraseValue(nameOf(kConflictItemsPrefix, table, id));
    }
    m_world.turn.eraseValue(forgottenName(table));
    // A look into the store would find what this turn is about to erase.
    **kept = {};
}

void ConflictLedger::add(KeySpaceId table, OfTable& kept, const Conflict& conflict) {
    if (kept.entries.contains(conflict.id)) return;
    const std::uint64_t bytes = imageBytesOf(conflict);
    m_world.turn.putValue(nameOf(kConflictPrefix, table, conflict.id), encodeConflict(conflict));
    m_world.turn.putValue(nameOf(kConflictItemsPrefix, table, conflict.id),
                          encodeConflictItems(conflict));
    noteFresh(kept, conflict.id);
    kept.byKey[conflict.key].insert(conflict.id);
    kept.imageBytes += bytes;
    kept.entries.emplace(conflict.id, Entry{conflict, bytes});
    while (kept.entries.size() > kCountMax || kept.imageBytes > kBytesMax)
        forgetOldest(table, kept);
}

void ConflictLedger::noteFresh(OfTable& kept, const ConflictId& id) {
    if (kept.freshIn != m_world.openTicket) {
        for (const ConflictId& old : kept.fresh) {
            const auto entry = kept.entries.find(old);
            if (entry == kept.entries.end()) continue;
            entry->second.conflict.lost.image.reset();
            entry->second.conflict.winner.image.reset();
        }
        kept.fresh.clear();
        kept.freshIn = m_world.openTicket;
    }
    kept.fresh.push_back(id);
}

void ConflictLedger::erase(KeySpaceId table, OfTable& kept, const ConflictId& id) {
    const auto known = kept.entries.find(id);
    kept.imageBytes -= known->second.imageBytes;
    const auto ofKey = kept.byKey.find(known->second.conflict.key);
    ofKey->second.erase(id);
    if (ofKey->second.empty()) kept.byKey.erase(ofKey);
    m_world.turn.eraseValue(nameOf(kConflictPrefix, table, id));
    m_world.turn.eraseValue(nameOf(kConflictItemsPrefix, table, id));
    kept.entries.erase(known);
}

void ConflictLedger::forgetOldest(KeySpaceId table, OfTable& kept) {
    const ConflictId oldest = kept.entries.begin()->first;
    ++kept.forgotten.count;
    kept.forgotten.before = std::max(kept.forgotten.before, oldest.lostAt);
    m_world.turn.putValue(forgottenName(table), encodeForgotten(kept.forgotten));
    erase(table, kept, oldest);
}

// --- reading the log

void ConflictLedger::moved(Group& group) {
    const auto cursor = LogReader::cursorOf(group, kReader);
    const auto leader = group.leaseHolder(m_world.now);
    if (!cursor || !leader || *cursor >= group.member(*leader).mark.applied) return;
    auto kept = of(group.table);
    if (!kept) return m_world.reportDamage(std::move(kept).error());
    Lsn read = *cursor;
    const auto end = m_log.read(group, *leader, read, kReadAtOnceMax,
                                [&](Lsn lsn, const table::LogRecord& record) {
                                    take(group, **kept, lsn, record);
                                    return LogReader::Next::Go;
                                });
    m_log.advance(group, kReader, read);
    if (end == LogReader::End::Bounded)
        m_world.queue.add(m_world.now, ReplicaRetry{group.id, m_world.now});
}

void ConflictLedger::take(Group& group, OfTable& kept, Lsn lsn, const table::LogRecord& record) {
    if (record.cause != table::Cause::Replication || !table::changesItem(record)) return;
    const std::string& own = m_world.region(group.region).name;
    // If both sides deleted the item, nobody misses anything.
    std::optional<Conflict> conflict;
    if (record.lost && (record.oldImage || record.newImage)) {
        conflict = conflictOf(group, lsn, record);
        conflict->count = countOf(kept, *conflict);
    }
    if (const table::VersionHead* const known = findHead(record.heads, own))
        withdraw(group.table, kept, record.key, *known);
    if (conflict) add(group.table, kept, *std::move(conflict));
}

// Heads number the writes of a Region along what descends from one another. The winner may descend
// from a write that was lost here before, to a version that the present one descends from. Then
// both have in common what they had when that write was lost.
std::uint64_t ConflictLedger::countOf(const OfTable& kept, const Conflict& conflict) {
    const auto ofKey = kept.byKey.find(conflict.key);
    if (ofKey == kept.byKey.end()) return conflict.count;
    const Conflict* before = nullptr;  // The one that fits most closely.
    for (const ConflictId& id : ofKey->second) {
        const Conflict& one = kept.entries.at(id).conflict;
        if (conflict.after <= one.after || conflict.after > id.lostAt) continue;
        if (before == nullptr || one.after > before->after) before = &one;
    }
    if (before == nullptr) return conflict.count;
    const std::uint64_t inCommon = before->lastNumber - before->count;
    return conflict.lastNumber - std::min(inCommon, conflict.lastNumber - 1);
}

ConflictSide ConflictLedger::sideOf(const std::string& region, CalendarTime version,
                                    CalendarTime committedAt,
                                    const std::optional<std::string>& image) const {
    ConflictSide side;
    side.version = version;
    side.region = region;
    side.committedAt = committedAt;
    const auto& offsets = m_world.regionSettings.clockOffsets;
    if (const auto offset = offsets.find(region); offset != offsets.end())
        side.clockOffset = offset->second;
    side.isTooLarge = image && image->size() > kItemBytesMax;
    if (!side.isTooLarge) side.image = image;
    return side;
}

Conflict ConflictLedger::conflictOf(const Group& group, Lsn lsn,
                                    const table::LogRecord& record) const {
    const table::LostWrites& lost = *record.lost;
    Conflict conflict;
    conflict.id = {lost.last, group.id, lsn};
    conflict.key = record.key;
    conflict.keyImage =
        keyImageOf(record.newImage ? *record.newImage : *record.oldImage, group.schema->keys);
    conflict.after = lost.after;
    conflict.lastNumber = lost.lastNumber;
    conflict.count = lost.count;
    conflict.lost = sideOf(lost.origin, lost.version, lost.last, record.oldImage);
    conflict.winner =
        sideOf(record.originRegion, *record.version,
               record.originCommittedAt.value_or(record.committedAt), record.newImage);
    conflict.foundAt = record.committedAt;
    return conflict;
}

// Another Region had received some of the writes and wrote over them before it knew the winner.
void ConflictLedger::withdraw(KeySpaceId table, OfTable& kept, const std::string& key,
                              const table::VersionHead& known) {
    const auto ofKey = kept.byKey.find(key);
    if (ofKey == kept.byKey.end()) return;
    const std::set<ConflictId> ids = ofKey->second;
    for (const ConflictId& id : ids) {
        Entry& entry = kept.entries.at(id);
        if (known.at <= entry.conflict.after || known.at > id.lostAt) continue;
        if (known.at == id.lostAt) {
            erase(table, kept, id);
            continue;
        }
        entry.conflict.after = known.at;
        entry.conflict.count = entry.conflict.lastNumber - known.number;
        m_world.turn.putValue(nameOf(kConflictPrefix, table, id), encodeConflict(entry.conflict));
    }
}

// --- looks

storage::StorageResult<ConflictLedger::Page> ConflictLedger::page(
    KeySpaceId table, const std::optional<ConflictId>& after, std::size_t limit) const {
    TRY_ASSIGN(const OfTable* const kept, of(table));
    Page page;
    auto at = after ? kept->entries.upper_bound(*after) : kept->entries.begin();
    for (; at != kept->entries.end() && page.conflicts.size() < limit; ++at) {
        Conflict conflict = at->second.conflict;
        TRY_ASSIGN(const auto items,
                   m_world.store.value(nameOf(kConflictItemsPrefix, table, conflict.id)));
        if (items && !decodeConflictItems(*items, conflict)) conflict.lost.isTooLarge = true;
        page.conflicts.push_back(std::move(conflict));
    }
    page.more = at != kept->entries.end();
    return page;
}

storage::StorageResult<ForgottenConflicts> ConflictLedger::forgotten(KeySpaceId table) const {
    TRY_ASSIGN(const OfTable* const kept, of(table));
    return kept->forgotten;
}

storage::StorageResult<std::size_t> ConflictLedger::count(KeySpaceId table) const {
    TRY_ASSIGN(const OfTable* const kept, of(table));
    return kept->entries.size();
}

}  // namespace orrery::cluster
