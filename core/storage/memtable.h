#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/key_index.h"
#include "core/storage/store.h"

namespace orrery::storage {

/// Applied changes that are not in the trees yet, by key. The three zones of a Region share an
/// entry, and they share an image if they were given the same pointer. A slot holds the image that
/// one zone sees, so a lagging zone still sees the older image. An image is freed once every zone
/// has moved past it.
///
/// A store in memory uses it as its whole tree.
///
/// One thread fills it. Once frozen (shared as const), any thread may read it.
class Memtable {
public:
    /// A zone's view: not `held` means "ask the tree"; `held` with a null image is a deletion.
    struct Slot {
        SharedBytes image;
        bool held = false;
    };
    struct Entry {
        std::array<Slot, kZonesPerRegion> zones;
    };
    using Entries = std::map<std::string, Entry, std::less<>>;
    using Marks = std::map<std::pair<VolumeId, GroupId>, TreeMark>;

    Memtable() = default;
    Memtable(const Memtable&) = delete;
    Memtable& operator=(const Memtable&) = delete;

    void put(VolumeId volume, const TreeChange& change);
    /// Makes `volume` hold nothing for `key`, not even a deletion.
    void forget(VolumeId volume, std::string_view key);
    void setMark(VolumeId volume, GroupId group, const TreeMark& mark);
    /// Forgets at most `keysMax` keys of [begin, end) for every volume; an empty `end` means no
    /// end. Returns their number.
    std::uint64_t eraseRange(std::string_view begin, std::string_view end, std::uint64_t keysMax);
    void eraseMarks(GroupId group);
    /// Frees at most `countMax` entries and marks of a memtable that is no longer read; returns
    /// their number. Once it is empty, it costs nothing to destroy.
    std::size_t dismantle(std::size_t countMax);

    /// The slot of `volume` for `key`, or null if it holds nothing. `hash` is keyHash(key).
    const Slot* find(VolumeId volume, std::string_view key, std::uint64_t hash) const;
    /// The mark of the last change, or null if there was none.
    const TreeMark* findMark(VolumeId volume, GroupId group) const;

    std::uint64_t entryCount() const { return m_entryCount; }
    bool empty() const { return m_entryCount == 0 && m_marks.empty(); }
    /// Approximate memory use.
    std::uint64_t bytes() const { return m_bytes; }
    const Marks& marks() const { return m_marks; }
    /// The entries of a Region in order of key, or null. `region` is less than `regions()`.
    const Entries* entries(std::size_t region) const;
    std::size_t regions() const { return m_areas.size(); }

    /// Walks the entries of one volume in order of key, including deletions. Valid while the
    /// memtable does not change.
    class Cursor {
    public:
        /// A null memtable holds nothing.
        Cursor(const Memtable* memtable, VolumeId volume);

        /// Moves to the first key at or after `key`.
        void seek(std::string_view key);
        /// Moves to the last key before `key`; an empty `key` means the end.
        void seekBefore(std::string_view key);
        void next();
        void previous();

        bool valid() const { return m_valid; }
        std::string_view key() const { return m_at->first; }
        /// Null for a deletion.
        const SharedBytes& image() const { return m_at->second.zones[m_slot].image; }

    private:
        void skipForward();

        const Entries* m_entries;
        std::size_t m_slot;
        Entries::const_iterator m_at{};
        bool m_valid = false;
    };

private:
    struct Area {
        Entries entries;
        KeyIndex<Entries::value_type> index;
    };

    Entries::iterator erase(Area& area, Entries::iterator at);

    std::vector<std::unique_ptr<Area>> m_areas;  ///< By Region; null if it has no entries.
    Marks m_marks;
    std::uint64_t m_entryCount = 0;
    std::uint64_t m_bytes = 0;
};

}  // namespace orrery::storage
