#pragma once

#include <deque>
#include <map>
#include <set>

#include "core/storage/medium.h"

namespace orrery::storage {

/// The log of a store in memory. It holds what a disk would.
class MemoryLog : public LogMedium {
public:
    StorageResult<void> write(LogBatch& batch) override;
    void settle(const LogBatch& batch) override;

    StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) override;
    StorageResult<void> visitRecords(Reader reader, VolumeId volume, GroupId group, Lsn first,
                                     Lsn last, const RecordVisitor& visitor) override;
    StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) override;
    StorageResult<std::optional<std::string>> groupState(VolumeId volume, GroupId group) override;
    StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) override;
    StorageResult<std::vector<std::pair<GroupId, VolumeId>>> untrimmed(
        TrimSweep& sweep, std::size_t logsMax) override;
    StorageResult<GroupId> lastGroup() override;
    StorageResult<std::optional<std::string>> value(std::string_view name) override;
    StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) override;
    StorageResult<Unfinished> unfinished() override;

    bool growIfFull(const StorageError&) override { return false; }
    bool mayGrow(std::uint64_t, std::uint64_t) const override { return true; }
    StorageResult<std::uint64_t> unusedBytes() override { return 0; }
    std::uint64_t growthBytes() const override { return UINT64_MAX; }
    std::uint64_t fileBytes() const override { return 0; }
    std::string path() const override { return "memory"; }

private:
    struct Log {
        Lsn first{1};
        std::deque<SharedBytes> records;
        /// What a copy replaced, until it is trimmed: the archive may still need it.
        std::map<Lsn, SharedBytes> replaced;
        SharedBytes state;
        Lsn trimMark;
    };

    void take(const Turn::Change& change);
    void forgetDropped(GroupId group);
    static void append(Log& log, const Turn::Change& change);
    void trim(const TrimStep& step);

    std::map<std::pair<GroupId, VolumeId>, Log> m_logs;
    std::map<std::string, SharedBytes, std::less<>> m_values;
    std::map<std::uint64_t, KeyRange> m_drops;
    std::set<GroupId> m_droppedGroups;
};

/// The trees of a store in memory.
class MemoryTree : public TreeMedium {
public:
    StorageResult<void> write(const Memtable&) override { return {}; }
    void settle(const Memtable& memtable) override;
    StorageResult<void> drop(DropStep&) override { return {}; }
    void settle(DropStep& step) override;
    std::optional<std::uint64_t> generation() const override { return 0; }

    StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) override;
    StorageResult<std::unique_ptr<TreeCursor>> cursor(VolumeId volume) override;
    StorageResult<TreeMark> mark(VolumeId volume, GroupId group) override;

    bool growIfFull(const StorageError&) override { return false; }
    StorageResult<std::uint64_t> unusedBytes() override { return 0; }
    std::uint64_t growthBytes() const override { return UINT64_MAX; }
    std::uint64_t fileBytes() const override { return 0; }
    std::string path() const override { return "memory"; }

private:
    Memtable m_items;
};

}  // namespace orrery::storage
