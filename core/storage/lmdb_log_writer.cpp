#include "core/storage/lmdb_log_writer.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/storage/file_pair.h"
#include "core/storage/sealed.h"

namespace orrery::storage {

using Kind = Turn::Change::Kind;

std::string recordKey(VolumeId volume, GroupId group, Lsn lsn) {
    std::string key;
    ByteWriter writer(key);
    writer.u16(volume.value());
    writer.u64(group.value());
    writer.u64(lsn.value());
    return key;
}

std::string stateKey(GroupId group, VolumeId volume) {
    std::string key = groupKey(group);
    ByteWriter(key).u16(volume.value());
    return key;
}

std::optional<Lsn> decodeTrimMark(std::string_view key, std::string_view bytes) {
    const auto value = unseal(key, bytes);
    if (!value || value->size() != sizeof(std::uint64_t)) return std::nullopt;
    return Lsn(ByteReader(*value).u64());
}

StorageResult<Lsn> trimMarkFrom(const Environment& environment, std::string_view key,
                                std::string_view bytes) {
    const auto mark = decodeTrimMark(key, bytes);
    if (!mark) return std::unexpected(environment.damaged("a trim mark is wrong"));
    return *mark;
}

std::string groupKey(GroupId group) {
    std::string key;
    ByteWriter(key).u64(group.value());
    return key;
}

std::string droppedKey(char kind, std::uint64_t number) {
    std::string key(1, kind);
    ByteWriter(key).u64(number);
    return key;
}

StorageResult<void> LogWriter::write(LogBatch& batch) {
    for (const auto& turn : batch.turns) {
        for (const Turn::Change& change : turn->turn.changes())
            TRY(take(change));
        for (const DroppedRange& drop : turn->drops) {
            std::string range;
            ByteWriter writer(range);
            writer.sized(drop.range.begin);
            writer.sized(drop.range.end);
            const std::string key = droppedKey(kDroppedRange, drop.number);
            TRY(m_transaction.put(database(LogDatabase::Dropped), key, seal(key, range)));
        }
        for (const std::uint64_t number : turn->dropsDone)
            TRY(m_transaction.erase(database(LogDatabase::Dropped),
                                    droppedKey(kDroppedRange, number)));
    }
    TRY(writeRecords());
    TRY(writeLatest());
    TRY(noteTreeWritten(batch.treeGeneration));
    const std::uint64_t pagesMax = m_transaction.pagesMax();
    std::uint64_t recordsLeft = std::min(batch.reclaimRecordsMax, pagesMax);
    for (const GroupId group : batch.reclaim) {
        TRY_ASSIGN(const bool done, reclaim(group, recordsLeft));
        if (!done) break;
        batch.reclaimed.push_back(group);
    }
    recordsLeft = std::min(batch.trimRecordsMax, pagesMax);
    for (TrimStep& step : batch.trims) {
        TRY_ASSIGN(step.done, trim(step, recordsLeft));
        if (!step.done) break;
    }
    return {};
}

// Part of every batch: the records that a batch erases must be in the tree as of the generation
// that it names.
StorageResult<void> LogWriter::noteTreeWritten(std::uint64_t generation) {
    if (generation == 0) return {};
    TRY_ASSIGN(const auto mark, readPairMark(m_transaction, database(LogDatabase::Counters)));
    if (!mark || mark->lower >= generation) return {};
    return writePairMark(m_transaction, database(LogDatabase::Counters),
                         {mark->id, mark->upper, generation});
}

StorageResult<void> LogWriter::take(const Turn::Change& change) {
    switch (change.kind) {
        case Kind::Append:
            m_records.emplace_back(recordKey(change.volume, change.group, change.lsn),
                                   change.bytes);
            break;
        case Kind::Truncate:
            TRY(writeRecords());
            return truncate(change.volume, change.group, change.lsn);
        case Kind::GroupState:
            m_states.insert_or_assign(stateKey(change.group, change.volume), change.bytes);
            break;
        case Kind::DropGroup:
            TRY(writeRecords());
            return dropGroup(change.group);
        case Kind::TrimMark: {
            std::string mark;
            ByteWriter(mark).u64(change.lsn.value());
            m_trimMarks.insert_or_assign(stateKey(change.group, change.volume), std::move(mark));
            break;
        }
        case Kind::PutValue:
        case Kind::EraseValue:
            m_named.insert_or_assign(change.name, change.bytes);
            break;
    }
    return {};
}

StorageResult<void> LogWriter::writeRecords() {
    if (m_records.empty()) return {};
    std::ranges::sort(m_records, {}, &std::pair<std::string, SharedBytes>::first);
    TRY_ASSIGN(Cursor cursor, Cursor::open(m_transaction, database(LogDatabase::Records)));
    for (const auto& [key, bytes] : m_records)
        TRY(cursor.put(key, *bytes));
    m_records.clear();
    return {};
}

StorageResult<void> LogWriter::writeLatest() {
    for (const auto& [key, state] : m_states)
        TRY(m_transaction.put(database(LogDatabase::States), key, seal(key, *state)));
    for (const auto& [key, mark] : m_trimMarks)
        TRY(m_transaction.put(database(LogDatabase::TrimMarks), key, seal(key, mark)));
    for (const auto& [name, value] : m_named) {
        if (value != nullptr)
            TRY(m_values.put(m_transaction, name, seal(name, *value)));
        else
            TRY(m_values.erase(m_transaction, name));
    }
    return {};
}

StorageResult<void> LogWriter::truncate(VolumeId volume, GroupId group, Lsn from) {
    const std::string log = recordKey(volume, group, Lsn(0)).substr(0, 10);
    TRY_ASSIGN(Cursor cursor, Cursor::open(m_transaction, database(LogDatabase::Records)));
    TRY_ASSIGN(bool found, cursor.lowerBound(recordKey(volume, group, from)));
    while (found && cursor.key().starts_with(log)) {
        TRY(cursor.erase());
        TRY_ASSIGN(found, cursor.next());
    }
    return {};
}

// The records stay for now and are erased in steps. The group is marked as dropped, so nobody reads
// them.
StorageResult<void> LogWriter::dropGroup(GroupId group) {
    const std::string prefix = groupKey(group);
    const auto isOurs = [&](const auto& entry) { return entry.first.starts_with(prefix); };
    std::erase_if(m_states, isOurs);
    std::erase_if(m_trimMarks, isOurs);
    TRY(erasePrefix(LogDatabase::States, prefix));
    TRY(erasePrefix(LogDatabase::TrimMarks, prefix));
    const std::string key = droppedKey(kDroppedGroup, group.value());
    return m_transaction.put(database(LogDatabase::Dropped), key, seal(key, ""));
}

StorageResult<void> LogWriter::erasePrefix(LogDatabase which, const std::string& prefix) {
    TRY_ASSIGN(Cursor cursor, Cursor::open(m_transaction, database(which)));
    TRY_ASSIGN(bool found, cursor.lowerBound(prefix));
    while (found && cursor.key().starts_with(prefix)) {
        TRY(cursor.erase());
        TRY_ASSIGN(found, cursor.next());
    }
    return {};
}

// Reads the mark after this batch has written its own.
StorageResult<bool> LogWriter::trim(const TrimStep& step, std::uint64_t& recordsLeft) {
    const std::string key = stateKey(step.group, step.volume);
    TRY_ASSIGN(const auto stored, m_transaction.get(database(LogDatabase::TrimMarks), key));
    if (!stored) return true;
    TRY_ASSIGN(const Lsn mark, trimMarkFrom(m_transaction.environment(), key, *stored));
    if (mark == Lsn(0)) return true;
    const Lsn last(std::min(mark.value(), step.treeApplied.value() + 1) - 1);
    const std::string end = recordKey(step.volume, step.group, last);
    TRY_ASSIGN(Cursor cursor, Cursor::open(m_transaction, database(LogDatabase::Records)));
    TRY_ASSIGN(bool found, cursor.lowerBound(recordKey(step.volume, step.group, Lsn(0))));
    while (found && cursor.key() <= end) {
        if (recordsLeft == 0) return false;
        --recordsLeft;
        TRY(cursor.erase());
        TRY_ASSIGN(found, cursor.next());
    }
    return true;
}

// Records sort by volume first. From wherever the cursor lands, the group's next possible place is
// known.
StorageResult<bool> LogWriter::reclaim(GroupId group, std::uint64_t& recordsLeft) {
    TRY_ASSIGN(Cursor cursor, Cursor::open(m_transaction, database(LogDatabase::Records)));
    TRY_ASSIGN(bool found, cursor.lowerBound(recordKey(VolumeId(0), group, Lsn(0))));
    while (found) {
        ByteReader reader(cursor.key());
        const VolumeId volume(reader.u16());
        const GroupId here(reader.u64());
        if (here == group) {
            if (recordsLeft == 0) return false;
            --recordsLeft;
            TRY(cursor.erase());
            TRY_ASSIGN(found, cursor.next());
        } else if (here < group) {
            TRY_ASSIGN(found, cursor.lowerBound(recordKey(volume, group, Lsn(0))));
        } else if (volume < VolumeId(UINT16_MAX)) {
            TRY_ASSIGN(found, cursor.lowerBound(recordKey(volume.next(), group, Lsn(0))));
        } else {
            break;
        }
    }
    TRY(m_transaction.erase(database(LogDatabase::Dropped),
                            droppedKey(kDroppedGroup, group.value())));
    return true;
}

}  // namespace orrery::storage
