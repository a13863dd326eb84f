#include "core/storage/lmdb_tree.h"

#include "core/base/result.h"
#include "core/storage/lmdb_tree_writer.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

constexpr std::size_t kVolumeBytes = sizeof(std::uint16_t);

// The keys of one volume: those that begin with its number.
class LmdbTreeCursor : public TreeCursor {
public:
    LmdbTreeCursor(ReadTransaction transaction, const KeyTree& items, VolumeId volume)
        : m_transaction(std::move(transaction)), m_items(items), m_volume(volume) {}

    StorageResult<void> open() {
        TRY_ASSIGN(KeyTreeCursor cursor, KeyTreeCursor::open(m_transaction, m_items));
        m_cursor.emplace(std::move(cursor));
        return {};
    }

    StorageResult<void> seek(std::string_view key) override {
        return checked(m_cursor->seek(itemKey(m_volume, key)));
    }
    StorageResult<void> seekBefore(std::string_view key) override {
        if (!key.empty()) return checked(m_cursor->seekBefore(itemKey(m_volume, key)));
        if (m_volume == VolumeId(UINT16_MAX)) return checked(m_cursor->seekLast());
        return checked(m_cursor->seekBefore(itemKey(m_volume.next(), "")));
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
    std::optional<KeyTreeCursor> m_cursor;  // Gone before the transaction.
};

}  // namespace

StorageResult<std::shared_ptr<LmdbTree>> LmdbTree::open(std::shared_ptr<DataFolder> folder,
                                                        std::shared_ptr<LmdbLog> log,
                                                        std::uint64_t mapBytes,
                                                        std::uint64_t flushPagesMax,
                                                        const PairMark& firstMark) {
    EnvironmentPlan plan{folder->itemsFile(), mapBytes, treeDatabaseNames()};
    if (folder->isNew()) {
        plan.whenMade = [&](const Environment& made, WriteTransaction& transaction) {
            return writePairMark(transaction, databaseOf(made, TreeDatabase::Counters), firstMark);
        };
    }
    TRY_ASSIGN(auto environment, Environment::open(plan));
    return std::shared_ptr<LmdbTree>(
        new LmdbTree(std::move(folder), std::move(log), std::move(environment), flushPagesMax));
}

LmdbTree::LmdbTree(std::shared_ptr<DataFolder> folder, std::shared_ptr<LmdbLog> log,
                   std::unique_ptr<Environment> environment, std::uint64_t flushPagesMax)
    : m_folder(std::move(folder)),
      m_log(std::move(log)),
      m_environment(std::move(environment)),
      m_items(databaseOf(*m_environment, TreeDatabase::Items),
              databaseOf(*m_environment, TreeDatabase::Paths),
              databaseOf(*m_environment, TreeDatabase::Counters)),
      m_flushPagesMax(flushPagesMax) {}

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
    // Files of an earlier version have no marks. All that can be told is an empty log.
    TRY_ASSIGN(const bool logIsUnused, m_log->isUnused());
    if (!log && logIsUnused && replicas > 0)
        return std::unexpected(pairError(m_folder->path(), "has a log.mdb without content"));
    // Numbers that were allowed and not used are not used again.
    m_mark = items.value_or(log.value_or(firstMark));
    if (log) m_mark.upper = log->upper;
    return {};
}

// An earlier version's files get their marks here: the log first.
StorageResult<void> LmdbTree::beginWrite() {
    ++m_mark.upper;
    return m_log->allowTreeWrite(m_mark.id, m_mark.upper);
}

StorageResult<void> LmdbTree::write(const Overlay& overlay) {
    if (overlay.empty()) return {};
    TRY(beginWrite());
    TRY(OverlayWriter(*m_environment, m_items, m_flushPagesMax, m_mark).write(overlay));
    m_mark.lower = m_mark.upper;
    return {};
}

StorageResult<void> LmdbTree::drop(DropStep& step) {
    TRY(beginWrite());
    TRY(writeDropStep(*m_environment, m_items, {m_mark.id, m_mark.upper, m_mark.upper}, step));
    m_mark.lower = m_mark.upper;
    return {};
}

StorageResult<SharedBytes> LmdbTree::get(VolumeId volume, std::string_view key) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(const auto found, m_items.get(transaction, itemKey(volume, key)));
    return found ? share(std::string(*found)) : nullptr;
}

StorageResult<std::unique_ptr<TreeCursor>> LmdbTree::cursor(VolumeId volume) {
    TRY_ASSIGN(ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    auto cursor = std::make_unique<LmdbTreeCursor>(std::move(transaction), m_items, volume);
    TRY(cursor->open());
    return cursor;
}

StorageResult<TreeMark> LmdbTree::mark(VolumeId volume, GroupId group) {
    TRY_ASSIGN(const ReadTransaction transaction, ReadTransaction::begin(*m_environment));
    TRY_ASSIGN(const auto found, transaction.get(databaseOf(*m_environment, TreeDatabase::Marks),
                                                 markKey(group, volume)));
    if (!found) return TreeMark();
    const auto decoded = TreeMark::decode(*found);
    if (!decoded) return std::unexpected(m_environment->damaged("a mark has a wrong size"));
    return *decoded;
}

bool LmdbTree::madeRoom(const StorageError& error) {
    if (error.path == m_log->path()) return m_log->madeRoom(error);
    return error.code == kMapFull && m_environment->grow().has_value();
}

}  // namespace orrery::storage
