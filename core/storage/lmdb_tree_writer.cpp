#include "core/storage/lmdb_tree_writer.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/sealed.h"

namespace orrery::storage {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

// The position of `key` in a range, scaled to 0…2^48. Most keys begin with a hash, so this
// estimates how much of the range is left.
class RangePosition {
public:
    explicit RangePosition(const KeyRange& range) {
        while (m_shared < range.begin.size() && m_shared < range.end.size() &&
               range.begin[m_shared] == range.end[m_shared])
            ++m_shared;
        m_begin = number(range.begin);
        m_end = range.end.empty() ? UINT64_MAX : number(range.end);
        m_width = std::max<std::uint64_t>((m_end - m_begin) >> 16, 1);
    }

    std::uint64_t width() const { return m_width; }
    std::uint64_t of(std::string_view key) const {
        return (std::clamp(number(key), m_begin, m_end) - m_begin) >> 16;
    }

private:
    std::uint64_t number(std::string_view key) const {
        std::string bytes(key.substr(std::min(m_shared, key.size()), sizeof(std::uint64_t)));
        bytes.resize(sizeof(std::uint64_t));
        return ByteReader(bytes).u64();
    }

    std::size_t m_shared = 0;
    std::uint64_t m_begin = 0;
    std::uint64_t m_end = 0;
    std::uint64_t m_width = 1;
};

// Finds the next keys of a range on all volumes, up to the step's limit.
class DropFinder {
public:
    DropFinder(const Environment& environment, KeyTreeCursor cursor, const DropStep& step)
        : m_environment(environment),
          m_cursor(std::move(cursor)),
          m_range(*step.range),
          m_keysMax(step.keysMax),
          m_position(m_range) {}

    StorageResult<void> find() {
        TRY(m_cursor.seek(itemKey(VolumeId(0), m_range.begin)));
        while (m_cursor.valid()) {
            if (m_cursor.key().size() < sizeof(std::uint16_t))
                return std::unexpected(m_environment.damaged("a key is too short"));
            const VolumeId volume(ByteReader(m_cursor.key()).u16());
            const std::string_view key = m_cursor.key().substr(sizeof(std::uint16_t));
            if (key < m_range.begin) {
                TRY(m_cursor.seek(itemKey(volume, m_range.begin)));
                continue;
            }
            if (!m_range.end.empty() && key >= m_range.end) {
                if (volume == VolumeId(UINT16_MAX)) break;
                TRY(m_cursor.seek(itemKey(volume.next(), m_range.begin)));
                continue;
            }
            if (m_found.size() == m_keysMax) {
                m_isAll = false;
                return countLeft(volume, key);
            }
            if (m_found.empty()) m_first = {volume, m_position.of(key)};
            m_found.emplace_back(m_cursor.key());
            TRY(m_cursor.next());
        }
        return {};
    }

    const std::vector<std::string>& found() const { return m_found; }
    bool isAll() const { return m_isAll; }
    std::uint64_t keysLeft() const { return m_keysLeft; }

private:
    struct Place {
        VolumeId volume;
        std::uint64_t position = 0;
    };

    // Assumes that the rest of this volume and of later volumes is as dense as this step's keys.
    StorageResult<void> countLeft(VolumeId volume, std::string_view key) {
        const std::uint64_t here = m_position.of(key);
        std::uint64_t volumesAfter = 0;
        VolumeId last = volume;
        while (m_cursor.valid() && last < VolumeId(UINT16_MAX)) {
            TRY(m_cursor.seek(itemKey(last.next(), "")));
            if (!m_cursor.valid()) break;
            last = VolumeId(ByteReader(m_cursor.key()).u16());
            ++volumesAfter;
        }
        const std::uint64_t volumesTaken = volume.value() - m_first.volume.value();
        const std::uint64_t taken = here + volumesTaken * m_position.width() - m_first.position;
        const std::uint64_t left = m_position.width() - here + volumesAfter * m_position.width();
        constexpr int kScale = 12;  // Keeps the product within 64 bits.
        m_keysLeft =
            m_found.size() * (left >> kScale) / std::max<std::uint64_t>(taken >> kScale, 1);
        return {};
    }

    const Environment& m_environment;
    KeyTreeCursor m_cursor;
    const KeyRange& m_range;
    const std::uint64_t m_keysMax;
    const RangePosition m_position;
    Place m_first;
    std::vector<std::string> m_found;
    bool m_isAll = true;
    std::uint64_t m_keysLeft = 0;
};

StorageResult<void> eraseMarks(WriteTransaction& transaction, GroupId group) {
    std::string prefix;
    ByteWriter(prefix).u64(group.value());
    TRY_ASSIGN(Cursor cursor, Cursor::open(transaction, databaseOf(transaction.environment(),
                                                                   TreeDatabase::Marks)));
    TRY_ASSIGN(bool found, cursor.lowerBound(prefix));
    while (found && cursor.key().starts_with(prefix)) {
        TRY(cursor.erase());
        TRY_ASSIGN(found, cursor.next());
    }
    return {};
}

}  // namespace

std::string itemKey(VolumeId volume, std::string_view key) {
    std::string result;
    result.reserve(sizeof(std::uint16_t) + key.size());
    ByteWriter writer(result);
    writer.u16(volume.value());
    writer.raw(key);
    return result;
}

std::optional<TreeMark> decodeMark(std::string_view key, std::string_view bytes) {
    const auto mark = unseal(key, bytes);
    return mark ? TreeMark::decode(*mark) : std::nullopt;
}

std::string markKey(GroupId group, VolumeId volume) {
    std::string key;
    ByteWriter writer(key);
    writer.u64(group.value());
    writer.u16(volume.value());
    return key;
}

StorageResult<void> MemtableWriter::write(const Memtable& memtable) {
    // A volume may have marks but no items.
    std::size_t regions = memtable.regions();
    for (const auto& [place, mark] : memtable.marks())
        regions = std::max<std::size_t>(regions, place.first.value() / kZonesPerRegion + 1);
    for (std::size_t number = 0; number < regions * kZonesPerRegion; ++number) {
        const VolumeId volume(static_cast<std::uint16_t>(number));
        TRY(writeItems(memtable, volume));
        TRY(writeMarks(memtable, volume));
    }
    CHECK(m_transaction.has_value());
    TRY(writePair(m_pair.upper));
    return finish();
}

StorageResult<void> MemtableWriter::writePair(std::uint64_t ended) {
    return writePairMark(*m_transaction, databaseOf(m_environment, TreeDatabase::Counters),
                         {m_pair.id, m_pair.upper, ended});
}

StorageResult<void> MemtableWriter::writeItems(const Memtable& memtable, VolumeId volume) {
    Memtable::Cursor cursor(&memtable, volume);
    for (cursor.seek(""); cursor.valid(); cursor.next()) {
        TRY(makeReady(volume));
        const std::string key = itemKey(volume, cursor.key());
        if (cursor.image() != nullptr)
            TRY(m_items.put(*m_transaction, key, *cursor.image()));
        else
            TRY(m_items.erase(*m_transaction, key));
        // A leaf, a share of the branches above it, and the pages of the image.
        m_dirtyPages += 2 + key.size() / kChunkBytes;
        if (cursor.image() != nullptr) m_dirtyPages += cursor.image()->size() / kPageBytes;
    }
    return {};
}

StorageResult<void> MemtableWriter::writeMarks(const Memtable& memtable, VolumeId volume) {
    const auto& marks = memtable.marks();
    for (auto at = marks.lower_bound({volume, GroupId(0)});
         at != marks.end() && at->first.first == volume; ++at) {
        TRY(makeReady(volume));
        const std::string key = markKey(at->first.second, volume);
        TRY(m_transaction->put(databaseOf(m_environment, TreeDatabase::Marks), key,
                               seal(key, at->second.encode())));
        ++m_dirtyPages;
    }
    return {};
}

StorageResult<void> MemtableWriter::makeReady(VolumeId volume) {
    if (m_dirtyPages >= m_pagesMax || volume != m_volume) TRY(finish());
    m_volume = volume;
    if (m_transaction) return {};
    TRY_ASSIGN(WriteTransaction transaction, WriteTransaction::begin(m_environment));
    m_transaction.emplace(std::move(transaction));
    m_pagesMax = std::min(m_dirtyPagesMax, m_transaction->pagesMax());
    if (std::exchange(m_hasBegun, true)) return {};
    ++m_dirtyPages;
    return writePair(m_pair.lower);
}

StorageResult<void> MemtableWriter::finish() {
    if (!m_transaction) return {};
    const StorageResult<void> result = m_transaction->commit();
    m_transaction.reset();
    m_dirtyPages = 0;
    return result;
}

StorageResult<void> writeDropStep(Environment& environment, const KeyTree& items,
                                  const PairMark& pair, DropStep& step) {
    TRY_ASSIGN(WriteTransaction transaction, WriteTransaction::begin(environment));
    if (step.range) {
        std::vector<std::string> keys;
        step.keysMax = std::min(step.keysMax, transaction.pagesMax());
        {
            TRY_ASSIGN(KeyTreeCursor cursor, KeyTreeCursor::open(transaction, items));
            DropFinder finder(environment, std::move(cursor), step);
            TRY(finder.find());
            keys = finder.found();
            step.rangeDone = finder.isAll();
            step.keysLeft = finder.keysLeft();
        }
        for (const std::string& key : keys)
            TRY(items.erase(transaction, key));
    }
    for (const GroupId group : step.groups)
        TRY(eraseMarks(transaction, group));
    TRY(writePairMark(transaction, databaseOf(environment, TreeDatabase::Counters), pair));
    return transaction.commit();
}

}  // namespace orrery::storage
