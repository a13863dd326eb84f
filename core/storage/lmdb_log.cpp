#include "core/storage/lmdb_log.h"

#include "core/base/result.h"
#include "core/storage/lmdb_log_writer.h"
#include "core/storage/sealed.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

StorageResult<std::string_view> unsealed(const Environment& environment, std::string_view key,
                                         std::string_view bytes, std::string_view what) {
    const auto value = unseal(key, bytes);
    if (value) return *value;
    return std::unexpected(
        environment.damaged("the checksum of " + std::string(what) + " is wrong"));
}

std::string valueText(std::string_view name) {
    std::string text = "the value \"";
    for (const char c : name.substr(0, 100))
        text += c >= ' ' && c <= '~' ? c : '?';
    return text + "\"";
}

}  // namespace

StorageResult<std::shared_ptr<LmdbLog>> LmdbLog::open(std::shared_ptr<DataFolder> folder,
                                                      std::uint64_t mapBytes,
                                                      const PairMark& firstMark) {
    EnvironmentPlan plan{folder->logFile(), mapBytes, logDatabaseNames()};
    if (folder->isNew()) {
        plan.onCreate = [&](const Environment& made, WriteTransaction& transaction) {
            return writePairMark(transaction, databaseOf(made, LogDatabase::Counters), firstMark);
        };
    }
    plan.isReadOnly = folder->isReadOnly();
    TRY_ASSIGN(auto environment, Environment::open(plan));
    return std::shared_ptr<LmdbLog>(new LmdbLog(std::move(folder), std::move(environment)));
}

LmdbLog::LmdbLog(std::shared_ptr<DataFolder> folder, std::unique_ptr<Environment> environment)
    : m_folder(std::move(folder)),
      m_environment(std::move(environment)),
      m_values(databaseOf(*m_environment, LogDatabase::Values),
               databaseOf(*m_environment, LogDatabase::ValuePaths),
               databaseOf(*m_environment, LogDatabase::Counters)) {}

StorageResult<void> LmdbLog::write(LogBatch& batch) {
    if (batch.turns.empty() && batch.reclaim.empty() && batch.trims.empty()) return {};
    if (const auto other = m_other.lock()) TRY(other->checkInPlace());
    TRY_ASSIGN(WriteTransaction transaction, WriteTransaction::begin(*m_environment));
    TRY(m_folder->noteWrite());
    TRY(LogWriter(transaction, m_values).write(batch));
    return transaction.commit();
}

StorageResult<std::optional<PairMark>> LmdbLog::pairMark() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    return readPairMark(transaction, databaseOf(*m_environment, LogDatabase::Counters));
}

// The log's own writer changes the mark too, so this transaction reads it before changing it.
StorageResult<void> LmdbLog::allowTreeWrite(const std::string& pairId, std::uint64_t generation) {
    const Database counters = databaseOf(*m_environment, LogDatabase::Counters);
    TRY_ASSIGN(WriteTransaction transaction, WriteTransaction::begin(*m_environment));
    TRY(m_folder->noteWrite());
    TRY_ASSIGN(const auto found, readPairMark(transaction, counters));
    PairMark mark = found.value_or(PairMark{pairId, 0, 0});
    mark.upper = generation;
    TRY(writePairMark(transaction, counters, mark));
    return transaction.commit();
}

StorageResult<void> LmdbLog::checkSeals() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    {
        TRY_ASSIGN(KeyTreeCursor cursor, KeyTreeCursor::open(transaction, m_values));
        TRY(cursor.seek(""));
        while (cursor.valid()) {
            TRY(unsealed(*m_environment, cursor.key(), cursor.value(), valueText(cursor.key())));
            TRY(cursor.next());
        }
    }
    constexpr std::pair<LogDatabase, std::string_view> kOthers[] = {
        {LogDatabase::States, "the state of a partition"},
        {LogDatabase::TrimMarks, "a trim mark"},
        {LogDatabase::Dropped, "a dropped range"}};
    for (const auto& [which, what] : kOthers) {
        TRY_ASSIGN(Cursor cursor, Cursor::open(transaction, databaseOf(*m_environment, which)));
        TRY_ASSIGN(bool found, cursor.first());
        while (found) {
            TRY(unsealed(*m_environment, cursor.key(), cursor.value(), what));
            TRY_ASSIGN(found, cursor.next());
        }
    }
    return {};
}

StorageResult<bool> LmdbLog::isUnused() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(const std::uint64_t states,
               transaction.entryCount(databaseOf(*m_environment, LogDatabase::States)));
    TRY_ASSIGN(const std::uint64_t values,
               transaction.entryCount(databaseOf(*m_environment, LogDatabase::Values)));
    TRY_ASSIGN(const std::uint64_t records,
               transaction.entryCount(databaseOf(*m_environment, LogDatabase::Records)));
    return states + values + records == 0;
}

StorageResult<SharedBytes> LmdbLog::record(VolumeId volume, GroupId group, Lsn lsn) {
    return readRecord(Reader::Owner, volume, group, lsn);
}

StorageResult<SharedBytes> LmdbLog::recordOnWorker(VolumeId volume, GroupId group, Lsn lsn) {
    return readRecord(Reader::Worker, volume, group, lsn);
}

StorageResult<SharedBytes> LmdbLog::readRecord(Reader reader, VolumeId volume, GroupId group,
                                               Lsn lsn) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment, reader));
    TRY_ASSIGN(const auto found, transaction.get(databaseOf(*m_environment, LogDatabase::Records),
                                                 recordKey(volume, group, lsn)));
    return found ? share(std::string(*found)) : nullptr;
}

StorageResult<void> LmdbLog::visitRecords(Reader reader, VolumeId volume, GroupId group, Lsn first,
                                          Lsn last, const RecordVisitor& visitor) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment, reader));
    TRY_ASSIGN(Cursor cursor,
               Cursor::open(transaction, databaseOf(*m_environment, LogDatabase::Records)));
    TRY_ASSIGN(bool found, cursor.lowerBound(recordKey(volume, group, first)));
    for (Lsn lsn = first; found && lsn <= last; lsn = lsn.next()) {
        if (cursor.key() != recordKey(volume, group, lsn)) break;
        if (visitor(lsn, cursor.value()) == ScanStep::Stop) break;
        TRY_ASSIGN(found, cursor.next());
    }
    return {};
}

StorageResult<Lsn> LmdbLog::lastLsn(VolumeId volume, GroupId group) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(Cursor cursor,
               Cursor::open(transaction, databaseOf(*m_environment, LogDatabase::Records)));
    const std::string after = recordKey(volume, group, Lsn(UINT64_MAX));
    TRY_ASSIGN(bool found, cursor.lowerBound(after));
    TRY_ASSIGN(found, found ? cursor.previous() : cursor.last());
    constexpr std::size_t kLogKeyBytes = 10;
    if (!found || cursor.key().substr(0, kLogKeyBytes) != after.substr(0, kLogKeyBytes))
        return Lsn(0);
    if (cursor.key().size() != after.size())
        return std::unexpected(m_environment->damaged("the key of a record is invalid"));
    return Lsn(ByteReader(cursor.key().substr(kLogKeyBytes)).u64());
}

StorageResult<std::optional<std::string>> LmdbLog::groupState(VolumeId volume, GroupId group) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    const std::string key = stateKey(group, volume);
    TRY_ASSIGN(const auto found,
               transaction.get(databaseOf(*m_environment, LogDatabase::States), key));
    if (!found) return std::nullopt;
    TRY_ASSIGN(const std::string_view state,
               unsealed(*m_environment, key, *found, "the state of a partition"));
    return std::string(state);
}

StorageResult<Lsn> LmdbLog::trimMark(VolumeId volume, GroupId group) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    const std::string key = stateKey(group, volume);
    TRY_ASSIGN(const auto found,
               transaction.get(databaseOf(*m_environment, LogDatabase::TrimMarks), key));
    if (!found) return Lsn(0);
    return trimMarkFrom(*m_environment, key, *found);
}

StorageResult<std::vector<std::pair<GroupId, VolumeId>>> LmdbLog::untrimmed(TrimSweep& sweep,
                                                                            std::size_t logsMax) {
    std::vector<std::pair<GroupId, VolumeId>> found;
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(Cursor marks,
               Cursor::open(transaction, databaseOf(*m_environment, LogDatabase::TrimMarks)));
    TRY_ASSIGN(Cursor records,
               Cursor::open(transaction, databaseOf(*m_environment, LogDatabase::Records)));
    const std::string from =
        sweep.after ? stateKey(sweep.after->first, sweep.after->second) + '\0' : std::string();
    TRY_ASSIGN(bool isThere, from.empty() ? marks.first() : marks.lowerBound(from));
    for (std::size_t looks = 0; isThere && looks < logsMax; ++looks) {
        ByteReader key(marks.key());
        const GroupId group(key.u64());
        const VolumeId volume(key.u16());
        TRY_ASSIGN(const Lsn mark, trimMarkFrom(*m_environment, marks.key(), marks.value()));
        sweep.after = {group, volume};
        TRY_ASSIGN(const bool hasRecord, records.lowerBound(recordKey(volume, group, Lsn(0))));
        // The marks of an earlier version name no volume.
        const bool isLeft = key.ok() && hasRecord && records.key() < recordKey(volume, group, mark);
        if (isLeft) found.push_back(*sweep.after);
        TRY_ASSIGN(isThere, marks.next());
    }
    sweep.isDone = !isThere;
    return found;
}

StorageResult<GroupId> LmdbLog::lastGroup() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(Cursor cursor,
               Cursor::open(transaction, databaseOf(*m_environment, LogDatabase::States)));
    TRY_ASSIGN(const bool found, cursor.last());
    return found ? GroupId(ByteReader(cursor.key()).u64()) : GroupId();
}

StorageResult<std::optional<std::string>> LmdbLog::value(std::string_view name) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(const auto found, m_values.get(transaction, name));
    if (!found) return std::nullopt;
    TRY_ASSIGN(const std::string_view value,
               unsealed(*m_environment, name, *found, valueText(name)));
    return std::string(value);
}

StorageResult<std::vector<std::pair<std::string, std::string>>> LmdbLog::values(
    std::string_view prefix) {
    std::vector<std::pair<std::string, std::string>> found;
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(KeyTreeCursor cursor, KeyTreeCursor::open(transaction, m_values));
    TRY(cursor.seek(prefix));
    while (cursor.valid() && cursor.key().starts_with(prefix)) {
        TRY_ASSIGN(const std::string_view value,
                   unsealed(*m_environment, cursor.key(), cursor.value(), valueText(cursor.key())));
        found.emplace_back(cursor.key(), value);
        TRY(cursor.next());
    }
    return found;
}

StorageResult<Unfinished> LmdbLog::unfinished() {
    Unfinished unfinished;
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(Cursor cursor,
               Cursor::open(transaction, databaseOf(*m_environment, LogDatabase::Dropped)));
    TRY_ASSIGN(bool found, cursor.first());
    while (found) {
        if (cursor.key().size() != 1 + sizeof(std::uint64_t))
            return std::unexpected(m_environment->damaged("the key of a dropped range is invalid"));
        const std::uint64_t number = ByteReader(cursor.key().substr(1)).u64();
        if (cursor.key().front() == kDroppedGroup) {
            unfinished.groups.emplace_back(number);
        } else {
            TRY_ASSIGN(const std::string_view bytes,
                       unsealed(*m_environment, cursor.key(), cursor.value(), "a dropped range"));
            ByteReader range(bytes);
            std::string begin(range.sized());
            std::string end(range.sized());
            if (!range.ok() || !range.atEnd())
                return std::unexpected(m_environment->damaged("a dropped range is truncated"));
            unfinished.ranges.push_back({number, {std::move(begin), std::move(end)}});
        }
        TRY_ASSIGN(found, cursor.next());
    }
    return unfinished;
}

StorageResult<std::uint64_t> LmdbLog::unusedBytes() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    return transaction.unusedBytes();
}

bool LmdbLog::growIfFull(const StorageError& error) {
    return error.code == kMapFull && m_environment->grow().has_value();
}

}  // namespace orrery::storage
