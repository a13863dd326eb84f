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
        return m_cursor->seek(itemKey(m_volume, key));
    }
    StorageResult<void> seekBefore(std::string_view key) override {
        if (!key.empty()) return m_cursor->seekBefore(itemKey(m_volume, key));
        if (m_volume == VolumeId(UINT16_MAX)) return m_cursor->seekLast();
        return m_cursor->seekBefore(itemKey(m_volume.next(), ""));
    }
    StorageResult<void> next() override { return m_cursor->next(); }
    StorageResult<void> previous() override { return m_cursor->previous(); }
    bool valid() const override {
        return m_cursor->valid() && ByteReader(m_cursor->key()).u16() == m_volume.value();
    }
    std::string_view key() const override { return m_cursor->key().substr(kVolumeBytes); }
    std::string_view image() const override { return m_cursor->value(); }

private:
    ReadTransaction m_transaction;
    const KeyTree& m_items;
    const VolumeId m_volume;
    std::optional<KeyTreeCursor> m_cursor;  // Gone before the transaction.
};

}  // namespace

StorageResult<std::shared_ptr<LmdbTree>> LmdbTree::open(std::shared_ptr<DataFolder> folder,
                                                        std::uint64_t mapBytes,
                                                        std::uint64_t flushPagesMax) {
    TRY_ASSIGN(auto environment, Environment::open(folder->itemsFile(), mapBytes,
                                                   {"items", "paths", "marks", "counters"}));
    return std::shared_ptr<LmdbTree>(
        new LmdbTree(std::move(folder), std::move(environment), flushPagesMax));
}

LmdbTree::LmdbTree(std::shared_ptr<DataFolder> folder, std::unique_ptr<Environment> environment,
                   std::uint64_t flushPagesMax)
    : m_folder(std::move(folder)),
      m_environment(std::move(environment)),
      m_items(databaseOf(*m_environment, TreeDatabase::Items),
              databaseOf(*m_environment, TreeDatabase::Paths),
              databaseOf(*m_environment, TreeDatabase::Counters)),
      m_flushPagesMax(flushPagesMax) {}

StorageResult<void> LmdbTree::write(const Overlay& overlay) {
    return OverlayWriter(*m_environment, m_items, m_flushPagesMax).write(overlay);
}

StorageResult<void> LmdbTree::drop(DropStep& step) {
    return writeDropStep(*m_environment, m_items, step);
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
    return found ? decodeMark(*found) : TreeMark();
}

bool LmdbTree::madeRoom(const StorageError& error) {
    return error.code == kMapFull && m_environment->grow().has_value();
}

}  // namespace orrery::storage
