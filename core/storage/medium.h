#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/storage/memtable.h"
#include "core/storage/store.h"

namespace orrery::storage {

// The media on which a store keeps its logs and trees: LMDB files, or memory. LayeredStore has the
// part that both share (pending turns, memtables, failures). It uses one medium for the log and one
// for the trees.
//
// A batch is written in two steps. `write` runs in Work::run, on any one thread, and may do I/O.
// `settle` runs on the owner's thread after a successful write. A file medium changes its files in
// `write`, since its readers have their own version. A memory medium changes memory in `settle`.

/// Keys in [begin, end); an empty `end` means no end.
struct KeyRange {
    std::string begin;
    std::string end;
};

/// A dropped range whose keys are still to be erased. The number identifies it in the log.
struct DroppedRange {
    std::uint64_t number = 0;
    KeyRange range;
};

/// A turn with its ticket, and what the store itself records with it.
struct SealedTurn {
    Ticket ticket;
    Turn turn;
    std::vector<DroppedRange> drops;
    std::vector<std::uint64_t> dropsDone;
    std::uint64_t bytes = 0;
};

/// Records of one log to erase: those before its trim mark that the tree has on disk.
struct TrimStep {
    VolumeId volume;
    GroupId group;
    Lsn treeApplied;
    /// Set by the medium: none is left.
    bool done = false;
};

/// The contents of one unit of log work. It is atomic: after a kill, all or none is found.
struct LogBatch {
    std::vector<std::shared_ptr<const SealedTurn>> turns;
    /// Dropped groups whose records are to be erased, and the limit for this batch.
    std::vector<GroupId> reclaim;
    std::uint64_t reclaimRecordsMax = 0;
    /// TreeMedium::generation after the last completed tree write; 0 if there was none, or if it is
    /// unknown and the batch erases nothing.
    std::uint64_t treeGeneration = 0;
    /// Set by the medium: groups with no records left.
    std::vector<GroupId> reclaimed;
    /// Trimmed records to erase, and the limit for this batch.
    std::vector<TrimStep> trims;
    std::uint64_t trimRecordsMax = 0;
};

/// Walks all logs, in pieces, for trimmed records that a kill left behind.
struct TrimSweep {
    std::optional<std::pair<GroupId, VolumeId>> after;  ///< The last log visited.
    bool isDone = false;
};

/// Removals that were unfinished when the store was last open.
struct Unfinished {
    std::vector<GroupId> groups;
    std::vector<DroppedRange> ranges;
};

class LogMedium {
public:
    virtual ~LogMedium() = default;

    virtual StorageResult<void> write(LogBatch& batch) = 0;
    virtual void settle(const LogBatch& batch) = 0;

    virtual StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) = 0;
    /// The same, on a worker's thread.
    virtual StorageResult<SharedBytes> recordOnWorker(VolumeId volume, GroupId group, Lsn lsn) {
        return record(volume, group, lsn);
    }
    /// See Store::visitRecords.
    virtual StorageResult<void> visitRecords(Reader reader, VolumeId volume, GroupId group,
                                             Lsn first, Lsn last, const RecordVisitor& visitor) = 0;
    virtual StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) = 0;
    virtual StorageResult<std::optional<std::string>> groupState(VolumeId volume,
                                                                 GroupId group) = 0;
    virtual StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) = 0;
    /// Advances the sweep by `logsMax` logs. Returns those among them that have trimmed records.
    virtual StorageResult<std::vector<std::pair<GroupId, VolumeId>>> untrimmed(
        TrimSweep& sweep, std::size_t logsMax) = 0;
    virtual StorageResult<GroupId> lastGroup() = 0;
    virtual StorageResult<std::optional<std::string>> value(std::string_view name) = 0;
    virtual StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) = 0;
    virtual StorageResult<Unfinished> unfinished() = 0;

    /// If `error` says that the map is full, enlarges the map and returns true. No write may be in
    /// progress.
    virtual bool growIfFull(const StorageError& error) = 0;
    /// True if the files of the log and of the tree may grow by so many bytes now.
    virtual bool mayGrow(std::uint64_t logBytes, std::uint64_t treeBytes) const = 0;
    /// The size of the pages of the file that nothing uses; none in memory.
    virtual StorageResult<std::uint64_t> unusedBytes() = 0;
    /// What the file can still grow by. An estimate: a quota is not known.
    virtual std::uint64_t growthBytes() const = 0;
    virtual std::uint64_t fileBytes() const = 0;
    /// For messages.
    virtual std::string path() const = 0;
};

/// One bounded step of removal.
struct DropStep {
    std::optional<KeyRange> range;
    std::uint64_t keysMax = 0;
    std::vector<GroupId> groups;  ///< Their marks are erased.
    /// Set by the medium: whether the range is now empty; otherwise an estimate of its keys left.
    bool rangeDone = false;
    std::uint64_t keysLeft = 0;
};

/// Walks the keys of one volume in a tree, in order. Views are valid until the next call.
class TreeCursor {
public:
    virtual ~TreeCursor() = default;
    /// Moves to the first key at or after `key`.
    virtual StorageResult<void> seek(std::string_view key) = 0;
    /// Moves to the last key before `key`; an empty `key` means the end.
    virtual StorageResult<void> seekBefore(std::string_view key) = 0;
    virtual StorageResult<void> next() = 0;
    virtual StorageResult<void> previous() = 0;
    /// Call it where a walk ends. An error if the entry under the cursor, of any volume, is
    /// corrupt: its key may have belonged to the range just walked.
    virtual StorageResult<void> checkEnd() { return {}; }
    virtual bool valid() const = 0;
    virtual std::string_view key() const = 0;
    virtual std::string_view image() const = 0;
};

class TreeMedium {
public:
    virtual ~TreeMedium() = default;

    virtual StorageResult<void> write(const Memtable& memtable) = 0;
    virtual void settle(const Memtable& memtable) = 0;
    virtual StorageResult<void> drop(DropStep& step) = 0;
    virtual void settle(DropStep& step) = 0;
    /// The number of the last completed tree write; 0 if there was none. Nothing if a kill has cut
    /// the last write short, until the next one completes. No write may be in progress.
    virtual std::optional<std::uint64_t> generation() const = 0;

    virtual StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) = 0;
    /// A consistent view. It must not outlive the store's call that uses it.
    virtual StorageResult<std::unique_ptr<TreeCursor>> cursor(VolumeId volume) = 0;
    virtual StorageResult<TreeMark> mark(VolumeId volume, GroupId group) = 0;

    virtual bool growIfFull(const StorageError& error) = 0;
    virtual StorageResult<std::uint64_t> unusedBytes() = 0;
    virtual std::uint64_t growthBytes() const = 0;
    virtual std::uint64_t fileBytes() const = 0;
    /// For messages.
    virtual std::string path() const = 0;
};

}  // namespace orrery::storage
