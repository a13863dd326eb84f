#include "core/storage/lmdb_tree.h"

#include "core/base/result.h"
#include "core/storage/lmdb_tree_writer.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

constexpr std::size_t kVolumeBytes = sizeof(std::uint16_t);

StorageResult<void> checkEntry(const Environment& environment, ImageCheck isWhole,
                               std::string_view rawKey, std::string_view image) {
    const bool passes = isWhole == nullptr || (rawKey.size() >= kVolumeBytes &&
                                               isWhole(rawKey.substr(kVolumeBytes), image));
    if (passes) return {};
    return std::unexpected(
        environment.damaged("the neighbour of an absent key fails its checksum"));
}

StorageResult<void> checkEntry(const Environment& environment, ImageCheck isWhole,
                               const KeyTreeCursor& cursor) {
    if (!cursor.valid()) return {};
    return checkEntry(environment, isWhole, cursor.key(), cursor.value());
}

// The keys of one volume, which begin with its number.
class LmdbTreeCursor : public TreeCursor {
public:
    LmdbTreeCursor(ReadTransaction transaction, const KeyTree& items, VolumeId volume,
                   ImageCheck isWhole)
        : m_transaction(std::move(transaction)),
          m_items(items),
          m_volume(volume),
          m_isWhole(isWhole) {}

    StorageResult<void> open() {
        TRY_ASSIGN(KeyTreeCursor cursor, KeyTreeCursor::open(m_transaction, m_items));
        m_cursor.emplace(std::move(cursor));
        return {};
    }

    StorageResult<void> seek(std::string_view key) override {
        const std::string raw = itemKey(m_volume, key);
        if (m_isWhole != nullptr) {
            TRY(m_cursor->seekBefore(raw));
            TRY(checkEnd());
            if (m_cursor->valid()) return next();
        }
        return checked(m_cursor->seek(raw));
    }
    StorageResult<void> seekBefore(std::string_view key) override {
        const bool isLast = key.empty() && m_volume == VolumeId(UINT16_MAX);
        if (isLast) return checked(m_cursor->seekLast());
        TRY(m_cursor->seek(itemKey(key.empty() ? m_volume.next() : m_volume, key)));
        TRY(checkEnd());
        return m_cursor->valid() ? previous() : checked(m_cursor->seekLast());
    }
    StorageResult<void> checkEnd() override {
        return checkEntry(m_transaction.environment(), m_isWhole, *m_cursor);
    }
    StorageResult<void> next() override { return checked(m_cursor->next()); }
    StorageResult<void> previous() override { return checked(m_cursor->previous()); }
    bool valid() const override {
        return m_cursor->valid() && ByteReader(m_cursor->key()).u16() == m_volume.value();
    }
    std::string_view key() const override { return m_cursor->key().substr(kVolumeBytes); }
    std::string_view image() const override { return m_cursor->value(); }

private:
    StorageResult<void> checked(StorageResult<void> moved) const {
        if (!moved || !m_cursor->valid() || m_cursor->key().size() >= kVolumeBytes) return moved;
        return std::unexpected(m_transaction.environment().damaged("a key is too short"));
    }

    ReadTransaction m_transaction;
    const KeyTree& m_items;
    const VolumeId m_volume;
    const ImageCheck m_isWhole;
    // Declared last: it must be destroyed before the transaction.
    std::optional<KeyTreeCursor> m_cursor;
};

}  // namespace

StorageResult<std::shared_ptr<LmdbTree>> LmdbTree::open(std::shared_ptr<DataFolder> folder,
                                                        std::shared_ptr<LmdbLog> log,
                                                        const LmdbOptions& options,
                                                        const PairMark& firstMark) {
    EnvironmentPlan plan{folder->itemsFile(), options.mapBytes, treeDatabaseNames()};
    if (folder->isNew()) {
        plan.onCreate = [&](const Environment& made, WriteTransaction& transaction) {
            return writePairMark(transaction, databaseOf(made, TreeDatabase::Counters), firstMark);
        };
    }
    plan.isReadOnly = folder->isReadOnly();
    TRY_ASSIGN(std::shared_ptr<Environment> environment, Environment::open(plan));
    log->checkInPlaceToo(environment);
    return std::shared_ptr<LmdbTree>(
        new LmdbTree(std::move(folder), std::move(log), std::move(environment), options));
}

LmdbTree::LmdbTree(std::shared_ptr<DataFolder> folder, std::shared_ptr<LmdbLog> log,
                   std::shared_ptr<Environment> environment, const LmdbOptions& options)
    : m_folder(std::move(folder)),
      m_log(std::move(log)),
      m_environment(std::move(environment)),
      m_items(databaseOf(*m_environment, TreeDatabase::Items),
              databaseOf(*m_environment, TreeDatabase::Paths),
              databaseOf(*m_environment, TreeDatabase::Counters)),
      m_flushPagesMax(options.flushPagesMax),
      m_isWhole(options.isWhole) {}

StorageResult<void> LmdbTree::checkPair(const PairMark& firstMark) {
    std::optional<PairMark> items;
    std::uint64_t replicas = 0;
    {
        TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
        TRY_ASSIGN(items,
                   readPairMark(transaction, databaseOf(*m_environment, TreeDatabase::Counters)));
        TRY_ASSIGN(replicas,
                   transaction.entryCount(databaseOf(*m_environment, TreeDatabase::Marks)));
    }
    TRY_ASSIGN(const auto log, m_log->pairMark());
    TRY(storage::checkPair(m_folder->path(), log, items));
    // Files of an earlier version have no marks; only an empty log can be recognized.
    TRY_ASSIGN(const bool logIsUnused, m_log->isUnused());
    if (!log && logIsUnused && replicas > 0)
        return std::unexpected(
            pairError(m_folder->path(), "has an empty log.mdb beside its items.mdb"));
    // Numbers that were allowed but not used are skipped.
    m_mark = items.value_or(log.value_or(firstMark));
    if (log) m_mark.upper = log->upper;
    m_isCutShort = items && items->lower < items->upper;
    return {};
}

StorageResult<void> LmdbTree::checkMarks() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(Cursor cursor,
               Cursor::open(transaction, databaseOf(*m_environment, TreeDatabase::Marks)));
    TRY_ASSIGN(bool found, cursor.first());
    while (found) {
        if (!decodeMark(cursor.key(), cursor.value()))
            return std::unexpected(m_environment->damaged("a mark is invalid"));
        TRY_ASSIGN(found, cursor.next());
    }
    return {};
}

// Also gives the files of an earlier version their marks, the log first.
StorageResult<void> LmdbTree::beginWrite() {
    ++m_mark.upper;
    return m_log->allowTreeWrite(m_mark.id, m_mark.upper);
}

StorageResult<void> LmdbTree::write(const Memtable& memtable) {
    if (memtable.empty()) return {};
    TRY(beginWrite());
    TRY(MemtableWriter(*m_environment, m_items, m_flushPagesMax, m_mark).write(memtable));
    m_mark.lower = m_mark.upper;
    m_isCutShort = false;
    return {};
}

StorageResult<void> LmdbTree::drop(DropStep& step) {
    TRY(beginWrite());
    TRY(writeDropStep(*m_environment, m_items, {m_mark.id, m_mark.upper, m_mark.upper}, step));
    m_mark.lower = m_mark.upper;
    m_isCutShort = false;
    return {};
}

StorageResult<SharedBytes> LmdbTree::get(VolumeId volume, std::string_view key) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    const std::string raw = itemKey(volume, key);
    PageNeighbours neighbours;
    const bool isLong = raw.size() >= kChunkBytes;
    TRY_ASSIGN(const auto found, isLong ? m_items.get(transaction, raw)
                                        : transaction.get(m_items.keys(), raw, neighbours));
    if (found) return share(std::string(*found));
    if (m_isWhole != nullptr) TRY(checkMiss(transaction, raw, neighbours));
    return nullptr;
}

// A flipped bit may turn a key into another one between the same neighbours. The checksum of an
// image covers its key, so checking the neighbours reveals that.
StorageResult<void> LmdbTree::checkMiss(const ReadTransaction& transaction, std::string_view rawKey,
                                        const PageNeighbours& neighbours) const {
    const auto isPart = [](const PageNeighbours::Entry& entry) {
        return entry.key.size() == kChunkBytes;
    };
    const bool isLong = rawKey.size() >= kChunkBytes;
    if (!isLong && !isPart(neighbours.before) && !isPart(neighbours.after)) {
        for (const PageNeighbours::Entry& entry : {neighbours.before, neighbours.after}) {
            if (entry.key.empty()) continue;
            TRY(checkEntry(*m_environment, m_isWhole, entry.key, entry.value));
        }
        return {};
    }
    TRY_ASSIGN(KeyTreeCursor cursor, KeyTreeCursor::open(transaction, m_items));
    TRY(cursor.seek(rawKey));
    TRY(checkEntry(*m_environment, m_isWhole, cursor));
    TRY(cursor.seekBefore(rawKey));
    return checkEntry(*m_environment, m_isWhole, cursor);
}

StorageResult<std::unique_ptr<TreeCursor>> LmdbTree::cursor(VolumeId volume) {
    TRY_ASSIGN(ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    auto cursor =
        std::make_unique<LmdbTreeCursor>(std::move(transaction), m_items, volume, m_isWhole);
    TRY(cursor->open());
    return cursor;
}

StorageResult<TreeMark> LmdbTree::mark(VolumeId volume, GroupId group) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    const std::string key = markKey(group, volume);
    TRY_ASSIGN(const auto found,
               transaction.get(databaseOf(*m_environment, TreeDatabase::Marks), key));
    if (!found) return TreeMark();
    const auto decoded = decodeMark(key, *found);
    if (!decoded) return std::unexpected(m_environment->damaged("a mark is invalid"));
    return *decoded;
}

StorageResult<std::uint64_t> LmdbTree::unusedBytes() {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    return transaction.unusedBytes();
}

bool LmdbTree::growIfFull(const StorageError& error) {
    if (error.path == m_log->path()) return m_log->growIfFull(error);
    return error.code == kMapFull && m_environment->grow().has_value();
}

}  // namespace orrery::storage
