#include <algorithm>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/global/conflict_ledger.h"

// What the ledger keeps, in memory and in the store.

namespace orrery::cluster {
namespace {

constexpr std::uint8_t kForgottenVersion = 1;
/// Of an unlisted run without its key, about.
constexpr std::uint64_t kRunBytes = 100;

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

ForgottenConflicts decodeForgotten(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kForgottenVersion) return {};
    ForgottenConflicts forgotten;
    forgotten.count = in.varint();
    forgotten.before = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
    return in.ok() && in.atEnd() ? forgotten : ForgottenConflicts{};
}

}  // namespace

// --- reading

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
    TRY(readRuns(table, kept));
    TRY_ASSIGN(const auto forgotten, m_world.store.value(forgottenName(table)));
    if (forgotten) {
        const ForgottenConflicts before = decodeForgotten(*forgotten);
        kept.forgotten.count += before.count;
        kept.forgotten.before = before.before;
    }
    return &m_tables.emplace(table, std::move(kept)).first->second;
}

storage::StorageResult<void> ConflictLedger::readRuns(KeySpaceId table, OfTable& kept) const {
    const std::string folder = folderOf(kConflictRunPrefix, table);
    TRY_ASSIGN(const auto values, m_world.store.values(folder));
    for (const auto& [name, bytes] : values) {
        const auto id = ConflictId::parse(std::string_view(name).substr(folder.size()));
        auto run = id ? decodeUnlistedRun(*id, bytes) : std::nullopt;
        if (!run) continue;
        kept.unlistedBytes += kRunBytes + run->key.size();
        kept.byKey[run->key].insert(*id);
        kept.unlisted.emplace(*id, *std::move(run));
    }
    return {};
}

const LostRun& ConflictLedger::OfTable::run(const ConflictId& id) const {
    const auto entry = entries.find(id);
    return entry == entries.end() ? unlisted.at(id).run : entry->second.conflict.run;
}

bool ConflictLedger::OfTable::isLost(const std::string& key, const OwnWrite& write) const {
    const auto ofKey = byKey.find(key);
    if (ofKey == byKey.end()) return false;
    const auto id = ofKey->second.lower_bound(ConflictId{write.at, {}, {}});
    return id != ofKey->second.end() && write.at > run(*id).before.at;
}

// --- changes

void ConflictLedger::leave(KeySpaceId table) {
    for (const GroupId id : m_world.partitions.ofSpace(table))
        m_log.retire(*m_world.findGroup(id), kReader);
    auto kept = of(table);
    if (!kept) return m_world.reportDamage(std::move(kept).error());
    for (const auto& [id, entry] : (*kept)->entries) {
        m_world.turn.eraseValue(nameOf(kConflictPrefix, table, id));
        m_world.turn.eraseValue(nameOf(kConflictItemsPrefix, table, id));
    }
    for (const auto& [id, run] : (*kept)->unlisted)
        m_world.turn.eraseValue(nameOf(kConflictRunPrefix, table, id));
    m_world.turn.eraseValue(forgottenName(table));
    // A look into the store would find what this turn is about to erase.
    **kept = {};
}

void ConflictLedger::addEntry(KeySpaceId table, OfTable& kept, const Conflict& conflict) {
    const std::uint64_t bytes = imageBytesOf(conflict);
    m_world.turn.putValue(nameOf(kConflictPrefix, table, conflict.id),
                          encodeConflict(conflict, bytes));
    m_world.turn.putValue(nameOf(kConflictItemsPrefix, table, conflict.id),
                          encodeConflictItems(conflict));
    noteFresh(kept, conflict.id);
    kept.byKey[conflict.key].insert(conflict.id);
    kept.imageBytes += bytes;
    kept.entries.emplace(conflict.id, Entry{conflict, bytes});
    while (kept.entries.size() > kCountMax || kept.imageBytes > kBytesMax)
        forgetOldest(table, kept);
}

void ConflictLedger::addUnlisted(KeySpaceId table, OfTable& kept, const ConflictId& id,
                                 UnlistedRun run) {
    m_world.turn.putValue(nameOf(kConflictRunPrefix, table, id), encodeUnlistedRun(run));
    kept.byKey[run.key].insert(id);
    kept.unlistedBytes += kRunBytes + run.key.size();
    kept.unlisted.emplace(id, std::move(run));
    while (kept.unlistedBytes > kUnlistedBytesMax)
        erase(table, kept, kept.unlisted.begin()->first);
}

void ConflictLedger::setRun(KeySpaceId table, OfTable& kept, const ConflictId& id,
                            const LostRun& run) {
    if (const auto entry = kept.entries.find(id); entry != kept.entries.end()) {
        auto& [conflict, imageBytes] = entry->second;
        conflict.run = run;
        m_world.turn.putValue(nameOf(kConflictPrefix, table, id),
                              encodeConflict(conflict, imageBytes));
        return;
    }
    UnlistedRun& unlisted = kept.unlisted.at(id);
    unlisted.run = run;
    m_world.turn.putValue(nameOf(kConflictRunPrefix, table, id), encodeUnlistedRun(unlisted));
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

// `id` may be the key of what goes, so it is a copy.
void ConflictLedger::erase(KeySpaceId table, OfTable& kept, ConflictId id) {
    std::string key;
    if (const auto entry = kept.entries.find(id); entry != kept.entries.end()) {
        key = std::move(entry->second.conflict.key);
        kept.imageBytes -= entry->second.imageBytes;
        kept.entries.erase(entry);
        m_world.turn.eraseValue(nameOf(kConflictPrefix, table, id));
        m_world.turn.eraseValue(nameOf(kConflictItemsPrefix, table, id));
    } else {
        const auto unlisted = kept.unlisted.find(id);
        key = std::move(unlisted->second.key);
        kept.unlistedBytes -= kRunBytes + key.size();
        kept.unlisted.erase(unlisted);
        m_world.turn.eraseValue(nameOf(kConflictRunPrefix, table, id));
    }
    const auto ofKey = kept.byKey.find(key);
    ofKey->second.erase(id);
    if (ofKey->second.empty()) kept.byKey.erase(ofKey);
}

// Its run may come back, and with it what lost since.
void ConflictLedger::forgetOldest(KeySpaceId table, OfTable& kept) {
    const auto& [id, entry] = *kept.entries.begin();
    const ConflictId oldest = id;
    UnlistedRun run{entry.conflict.key, entry.conflict.run};
    ++kept.forgotten.count;
    kept.forgotten.before = std::max(kept.forgotten.before, oldest.lostAt);
    m_world.turn.putValue(forgottenName(table), encodeForgotten(kept.forgotten));
    erase(table, kept, oldest);
    addUnlisted(table, kept, oldest, std::move(run));
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
