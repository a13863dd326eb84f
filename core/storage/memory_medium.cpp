#include "core/storage/memory_medium.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::storage {
namespace {

using Kind = Turn::Change::Kind;

class MemoryTreeCursor : public TreeCursor {
public:
    MemoryTreeCursor(const Memtable& items, VolumeId volume) : m_cursor(&items, volume) {}

    StorageResult<void> seek(std::string_view key) override {
        m_cursor.seek(key);
        return {};
    }
    StorageResult<void> seekBefore(std::string_view key) override {
        m_cursor.seekBefore(key);
        return {};
    }
    StorageResult<void> next() override {
        m_cursor.next();
        return {};
    }
    StorageResult<void> previous() override {
        m_cursor.previous();
        return {};
    }
    bool valid() const override { return m_cursor.valid(); }
    std::string_view key() const override { return m_cursor.key(); }
    std::string_view image() const override { return *m_cursor.image(); }

private:
    Memtable::Cursor m_cursor;
};

}  // namespace

StorageResult<void> MemoryLog::write(LogBatch& batch) {
    batch.reclaimed = batch.reclaim;
    for (TrimStep& step : batch.trims)
        step.done = true;
    return {};
}

void MemoryLog::settle(const LogBatch& batch) {
    for (const auto& turn : batch.turns) {
        for (const Turn::Change& change : turn->turn.changes())
            take(change);
        for (const DroppedRange& drop : turn->drops)
            m_drops[drop.number] = drop.range;
        for (const std::uint64_t number : turn->dropsDone)
            m_drops.erase(number);
    }
    for (const GroupId group : batch.reclaimed)
        forgetDropped(group);
    for (const TrimStep& step : batch.trims)
        trim(step);
}

void MemoryLog::forgetDropped(GroupId group) {
    m_droppedGroups.erase(group);
    m_logs.erase(m_logs.lower_bound({group, VolumeId(0)}),
                 m_logs.upper_bound({group, VolumeId(UINT16_MAX)}));
}

void MemoryLog::append(Log& log, const Turn::Change& change) {
    const bool isNext = log.first.value() + log.records.size() == change.lsn.value();
    if (!isNext && !log.records.empty()) {
        CHECK(change.lsn == log.trimMark);  // A copy replaced the earlier records.
        for (SharedBytes& record : log.records) {
            log.replaced.insert_or_assign(log.first, std::move(record));
            log.first = log.first.next();
        }
        log.records.clear();
    }
    if (log.records.empty()) log.first = change.lsn;
    log.records.push_back(change.bytes);
}

void MemoryLog::trim(const TrimStep& step) {
    const auto at = m_logs.find({step.group, step.volume});
    if (at == m_logs.end()) return;
    Log& log = at->second;
    std::erase_if(log.replaced, [&](const auto& record) {
        return record.first < log.trimMark && record.first <= step.treeApplied;
    });
    while (!log.records.empty() && log.first < log.trimMark && log.first <= step.treeApplied) {
        log.records.pop_front();
        log.first = log.first.next();
    }
}

void MemoryLog::take(const Turn::Change& change) {
    switch (change.kind) {
        case Kind::Append:
            append(m_logs[{change.group, change.volume}], change);
            break;
        case Kind::Truncate: {
            Log& log = m_logs[{change.group, change.volume}];
            const std::uint64_t kept = std::max(change.lsn, log.first).value() - log.first.value();
            if (kept < log.records.size()) log.records.resize(kept);
            break;
        }
        case Kind::GroupState:
            m_logs[{change.group, change.volume}].state = change.bytes;
            break;
        case Kind::DropGroup:
            // The records stay until nobody needs them, but read as absent.
            m_droppedGroups.insert(change.group);
            break;
        case Kind::TrimMark:
            m_logs[{change.group, change.volume}].trimMark = change.lsn;
            break;
        case Kind::PutValue:
            m_values.insert_or_assign(change.name, change.bytes);
            break;
        case Kind::EraseValue:
            m_values.erase(change.name);
            break;
    }
}

StorageResult<SharedBytes> MemoryLog::record(VolumeId volume, GroupId group, Lsn lsn) {
    const auto at = m_logs.find({group, volume});
    if (at == m_logs.end()) return SharedBytes();
    if (lsn < at->second.first) {
        const auto replaced = at->second.replaced.find(lsn);
        return replaced == at->second.replaced.end() ? SharedBytes() : replaced->second;
    }
    const std::uint64_t index = lsn.value() - at->second.first.value();
    return index < at->second.records.size() ? at->second.records[index] : SharedBytes();
}

StorageResult<void> MemoryLog::visitRecords(Reader, VolumeId volume, GroupId group, Lsn first,
                                            Lsn last, const RecordVisitor& visitor) {
    for (Lsn lsn = first; lsn <= last; lsn = lsn.next()) {
        TRY_ASSIGN(const SharedBytes bytes, record(volume, group, lsn));
        if (bytes == nullptr || visitor(lsn, *bytes) == ScanStep::Stop) break;
    }
    return {};
}

StorageResult<Lsn> MemoryLog::lastLsn(VolumeId volume, GroupId group) {
    const auto at = m_logs.find({group, volume});
    if (at == m_logs.end() || at->second.records.empty()) return Lsn(0);
    return Lsn(at->second.first.value() + at->second.records.size() - 1);
}

StorageResult<std::optional<std::string>> MemoryLog::groupState(VolumeId volume, GroupId group) {
    const auto at = m_logs.find({group, volume});
    if (at == m_logs.end() || at->second.state == nullptr) return std::nullopt;
    return *at->second.state;
}

StorageResult<Lsn> MemoryLog::trimMark(VolumeId volume, GroupId group) {
    const auto at = m_logs.find({group, volume});
    return at == m_logs.end() ? Lsn(0) : at->second.trimMark;
}

StorageResult<std::vector<std::pair<GroupId, VolumeId>>> MemoryLog::untrimmed(TrimSweep& sweep,
                                                                              std::size_t logsMax) {
    std::vector<std::pair<GroupId, VolumeId>> found;
    auto at = sweep.after ? m_logs.upper_bound(*sweep.after) : m_logs.begin();
    for (std::size_t looks = 0; at != m_logs.end() && looks < logsMax; ++looks, ++at) {
        sweep.after = at->first;
        const Log& log = at->second;
        const bool isUntrimmed = !log.records.empty() && log.first < log.trimMark;
        if (isUntrimmed || !log.replaced.empty()) found.push_back(at->first);
    }
    sweep.isDone = at == m_logs.end();
    return found;
}

StorageResult<GroupId> MemoryLog::lastGroup() {
    return m_logs.empty() ? GroupId() : m_logs.rbegin()->first.first;
}

StorageResult<std::optional<std::string>> MemoryLog::value(std::string_view name) {
    const auto at = m_values.find(name);
    if (at == m_values.end()) return std::nullopt;
    return *at->second;
}

StorageResult<std::vector<std::pair<std::string, std::string>>> MemoryLog::values(
    std::string_view prefix) {
    std::vector<std::pair<std::string, std::string>> found;
    for (auto at = m_values.lower_bound(prefix);
         at != m_values.end() && at->first.starts_with(prefix); ++at)
        found.emplace_back(at->first, *at->second);
    return found;
}

StorageResult<Unfinished> MemoryLog::unfinished() {
    Unfinished unfinished;
    unfinished.groups.assign(m_droppedGroups.begin(), m_droppedGroups.end());
    for (const auto& [number, range] : m_drops)
        unfinished.ranges.push_back({number, range});
    return unfinished;
}

void MemoryTree::settle(const Memtable& memtable) {
    for (std::size_t region = 0; region < memtable.regions(); ++region) {
        const Memtable::Entries* entries = memtable.entries(region);
        if (entries == nullptr) continue;
        for (const auto& [key, entry] : *entries) {
            for (std::size_t slot = 0; slot < entry.zones.size(); ++slot) {
                const VolumeId volume(static_cast<std::uint16_t>(region * kZonesPerRegion + slot));
                if (!entry.zones[slot].held) continue;
                if (entry.zones[slot].image != nullptr)
                    m_items.put(volume, {key, entry.zones[slot].image});
                else
                    m_items.forget(volume, key);
            }
        }
    }
    for (const auto& [place, mark] : memtable.marks())
        m_items.setMark(place.first, place.second, mark);
}

void MemoryTree::settle(DropStep& step) {
    if (step.range.has_value()) {
        const std::uint64_t erased =
            m_items.eraseRange(step.range->begin, step.range->end, step.keysMax);
        step.rangeDone = erased < step.keysMax;
        step.keysLeft = step.rangeDone ? 0 : m_items.entryCount();
    }
    for (const GroupId group : step.groups)
        m_items.eraseMarks(group);
}

StorageResult<SharedBytes> MemoryTree::get(VolumeId volume, std::string_view key) {
    const Memtable::Slot* slot = m_items.find(volume, key, keyHash(key));
    return slot == nullptr ? SharedBytes() : slot->image;
}

StorageResult<std::unique_ptr<TreeCursor>> MemoryTree::cursor(VolumeId volume) {
    return std::make_unique<MemoryTreeCursor>(m_items, volume);
}

StorageResult<TreeMark> MemoryTree::mark(VolumeId volume, GroupId group) {
    const TreeMark* mark = m_items.findMark(volume, group);
    return mark == nullptr ? TreeMark() : *mark;
}

}  // namespace orrery::storage
