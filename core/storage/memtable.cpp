#include "core/storage/memtable.h"

#include <limits>

#include "core/base/check.h"

namespace orrery::storage {
namespace {

// The memory of a map node, its slot in the index and its string headers.
constexpr std::uint64_t kEntryBytes = 240;
constexpr std::uint64_t kImageBytes = 64;
constexpr std::uint64_t kMarkBytes = 120;

std::size_t regionOf(VolumeId volume) {
    return volume.value() / std::size_t{kZonesPerRegion};
}

std::size_t slotOf(VolumeId volume) {
    return volume.value() % std::size_t{kZonesPerRegion};
}

// An image counts once, no matter how many slots share it.
std::uint64_t imageBytes(const Memtable::Entry& entry, std::size_t slot) {
    const SharedBytes& image = entry.zones[slot].image;
    if (image == nullptr) return 0;
    for (std::size_t other = 0; other < entry.zones.size(); ++other) {
        if (other != slot && entry.zones[other].image == image) return 0;
    }
    return kImageBytes + image->size();
}

std::uint64_t entryBytes(const Memtable::Entries::value_type& node) {
    std::uint64_t bytes = kEntryBytes + node.first.size();
    for (std::size_t slot = 0; slot < node.second.zones.size(); ++slot) {
        bool counted = false;
        for (std::size_t before = 0; before < slot; ++before) {
            counted |= node.second.zones[before].image == node.second.zones[slot].image;
        }
        const SharedBytes& image = node.second.zones[slot].image;
        if (image != nullptr && !counted) bytes += kImageBytes + image->size();
    }
    return bytes;
}

}  // namespace

void Memtable::put(VolumeId volume, const TreeChange& change) {
    const std::size_t region = regionOf(volume);
    if (region >= m_areas.size()) m_areas.resize(region + 1);
    if (m_areas[region] == nullptr) m_areas[region] = std::make_unique<Area>();
    Area& area = *m_areas[region];

    const std::uint64_t hash = keyHash(change.key);
    Entries::value_type* node = area.index.find(change.key, hash);
    if (node == nullptr) {
        node = &*area.entries.try_emplace(change.key).first;
        area.index.add(node, hash);
        ++m_entryCount;
        m_bytes += kEntryBytes + change.key.size();
    }
    const std::size_t slot = slotOf(volume);
    m_bytes -= imageBytes(node->second, slot);
    node->second.zones[slot] = {change.image, true};
    m_bytes += imageBytes(node->second, slot);
}

void Memtable::setMark(VolumeId volume, GroupId group, const TreeMark& mark) {
    const auto [at, isNew] = m_marks.insert_or_assign({volume, group}, mark);
    if (isNew) m_bytes += kMarkBytes;
}

void Memtable::forget(VolumeId volume, std::string_view key) {
    const std::size_t region = regionOf(volume);
    if (region >= m_areas.size() || m_areas[region] == nullptr) return;
    Area& area = *m_areas[region];
    const auto at = area.entries.find(key);
    if (at == area.entries.end()) return;
    const std::size_t slot = slotOf(volume);
    m_bytes -= imageBytes(at->second, slot);
    at->second.zones[slot] = {};
    for (const Slot& each : at->second.zones) {
        if (each.held) return;
    }
    erase(area, at);
}

Memtable::Entries::iterator Memtable::erase(Area& area, Entries::iterator at) {
    m_bytes -= entryBytes(*at);
    --m_entryCount;
    area.index.remove(&*at, keyHash(at->first));
    return area.entries.erase(at);
}

std::uint64_t Memtable::eraseRange(std::string_view begin, std::string_view end,
                                   std::uint64_t keysMax) {
    std::uint64_t erased = 0;
    for (const auto& area : m_areas) {
        if (area == nullptr) continue;
        auto at = area->entries.lower_bound(begin);
        while (erased < keysMax && at != area->entries.end() && (end.empty() || at->first < end)) {
            at = erase(*area, at);
            ++erased;
        }
    }
    return erased;
}

void Memtable::eraseMarks(GroupId group) {
    // In order of volume, then group: there are few volumes and many groups.
    for (auto at = m_marks.begin(); at != m_marks.end();) {
        const VolumeId volume = at->first.first;
        m_bytes -= kMarkBytes * m_marks.erase({volume, group});
        at = m_marks.upper_bound({volume, GroupId(std::numeric_limits<std::uint64_t>::max())});
    }
}

std::size_t Memtable::dismantle(std::size_t countMax) {
    std::size_t count = 0;
    for (; count < countMax && !m_areas.empty(); ++count) {
        if (m_areas.back() == nullptr || m_areas.back()->entries.empty()) {
            m_areas.pop_back();
            continue;
        }
        // No more lookups follow.
        m_areas.back()->index = {};
        m_areas.back()->entries.erase(m_areas.back()->entries.begin());
        --m_entryCount;
    }
    for (; count < countMax && !m_marks.empty(); ++count)
        m_marks.erase(m_marks.begin());
    return count;
}

const Memtable::Slot* Memtable::find(VolumeId volume, std::string_view key,
                                     std::uint64_t hash) const {
    const std::size_t region = regionOf(volume);
    if (region >= m_areas.size() || m_areas[region] == nullptr) return nullptr;
    const Entries::value_type* node = m_areas[region]->index.find(key, hash);
    if (node == nullptr) return nullptr;
    const Slot& slot = node->second.zones[slotOf(volume)];
    return slot.held ? &slot : nullptr;
}

const TreeMark* Memtable::findMark(VolumeId volume, GroupId group) const {
    const auto at = m_marks.find({volume, group});
    return at == m_marks.end() ? nullptr : &at->second;
}

const Memtable::Entries* Memtable::entries(std::size_t region) const {
    if (region >= m_areas.size() || m_areas[region] == nullptr) return nullptr;
    return &m_areas[region]->entries;
}

Memtable::Cursor::Cursor(const Memtable* memtable, VolumeId volume)
    : m_entries(memtable == nullptr ? nullptr : memtable->entries(regionOf(volume))),
      m_slot(slotOf(volume)) {}

void Memtable::Cursor::seek(std::string_view key) {
    if (m_entries == nullptr) return;
    m_at = m_entries->lower_bound(key);
    skipForward();
}

void Memtable::Cursor::skipForward() {
    while (m_at != m_entries->end() && !m_at->second.zones[m_slot].held)
        ++m_at;
    m_valid = m_at != m_entries->end();
}

void Memtable::Cursor::seekBefore(std::string_view key) {
    if (m_entries == nullptr) return;
    m_at = key.empty() ? m_entries->end() : m_entries->lower_bound(key);
    previous();
}

void Memtable::Cursor::next() {
    CHECK(m_valid);
    ++m_at;
    skipForward();
}

void Memtable::Cursor::previous() {
    m_valid = false;
    while (m_at != m_entries->begin()) {
        --m_at;
        if (m_at->second.zones[m_slot].held) {
            m_valid = true;
            return;
        }
    }
}

}  // namespace orrery::storage
