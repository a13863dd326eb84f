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

// What a store keeps its logs and trees on: LMDB files, or memory. LayeredStore does all that the
// two have in common (turns that wait, memtables, failures) and stands on one medium for the log
// and one for the trees.
//
// A batch is written in two halves. `write` runs in Work::run, on any one thread, and may do I/O;
// `settle` runs on the owner's thread after a write that succeeded. Files are changed by the first,
// since their readers see a version of their own; memory is changed by the second.

/// Keys from `begin` up to, but without, `end`; an empty `end` means no end.
struct KeyRange {
    std::string begin;
    std::string end;
};

/// A range that is to be given back. The number names it in the log.
struct DroppedRange {
    std::uint64_t number = 0;
    KeyRange range;
};

/// A turn with its ticket and with what the store itself has to remember with it.
struct SealedTurn {
    Ticket ticket;
    Turn turn;
    std::vector<DroppedRange> drops;
    std::vector<std::uint64_t> dropsDone;
    std::uint64_t bytes = 0;
};

/// Records of one log that may go: those before its trim mark, as far as the tree has them on disk.
struct TrimStep {
    VolumeId volume;
    GroupId group;
    Lsn treeHas;
    /// Filled in by the medium: none of them is left.
    bool done = false;
};

/// What one piece of log work writes: all of it is found after a kill, or none.
struct LogBatch {
    std::vector<std::shared_ptr<const SealedTurn>> turns;
    /// Dropped groups whose records are to go, and how many of them at most.
    std::vector<GroupId> reclaim;
    std::uint64_t reclaimRecordsMax = 0;
    /// TreeMedium::generation as of the last write of the tree that has ended; 0 for none.
    std::uint64_t treeGeneration = 0;
    /// Filled in by the medium: those that have no record left.
    std::vector<GroupId> reclaimed;
    /// Trimmed records that are to go, and how many at most.
    std::vector<TrimStep> trims;
    std::uint64_t trimRecordsMax = 0;
};

/// A walk over all logs, in pieces, for records that a kill left before their trim mark.
struct TrimSweep {
    std::optional<std::pair<GroupId, VolumeId>> after;  ///< The last one that was looked at.
    bool isDone = false;
};

/// What had been dropped and was not given back when the store was last open.
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
    /// The same, on the thread of a worker.
    virtual StorageResult<SharedBytes> recordOnWorker(VolumeId volume, GroupId group, Lsn lsn) {
        return record(volume, group, lsn);
    }
    virtual StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) = 0;
    virtual StorageResult<std::optional<std::string>> groupState(VolumeId volume,
                                                                 GroupId group) = 0;
    virtual StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) = 0;
    /// Looks at the next `logsMax` logs and moves the sweep on: those that have records before
    /// their trim mark.
    virtual StorageResult<std::vector<std::pair<GroupId, VolumeId>>> untrimmed(
        TrimSweep& sweep, std::size_t logsMax) = 0;
    virtual StorageResult<GroupId> lastGroup() = 0;
    virtual StorageResult<std::optional<std::string>> value(std::string_view name) = 0;
    virtual StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) = 0;
    virtual StorageResult<Unfinished> unfinished() = 0;

    /// True if `error` says that the map is full, and enlarges it. Called with no write under way.
    virtual bool madeRoom(const StorageError& error) = 0;
    /// Whether the disk would take some more.
    virtual bool hasRoom() const = 0;
    virtual std::uint64_t fileBytes() const = 0;
    /// For messages.
    virtual std::string path() const = 0;
};

/// One bounded step of giving back.
struct DropStep {
    std::optional<KeyRange> range;
    std::uint64_t keysMax = 0;
    std::vector<GroupId> groups;  ///< Their marks go.
    /// Filled in by the medium: whether the range is empty now, else how many keys it has left,
    /// roughly.
    bool rangeDone = false;
    std::uint64_t keysLeft = 0;
};

/// Walks over the keys of one volume in a tree, in order. Views live until the next call.
class TreeCursor {
public:
    virtual ~TreeCursor() = default;
    /// To the first key at or after `key`.
    virtual StorageResult<void> seek(std::string_view key) = 0;
    /// To the last key before `key`; an empty `key` means the end.
    virtual StorageResult<void> seekBefore(std::string_view key) = 0;
    virtual StorageResult<void> next() = 0;
    virtual StorageResult<void> previous() = 0;
    /// Where a walk ends: that the entry it stands at, of whatever volume, is whole. What is
    /// damaged may have been in the range that was walked over.
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
    /// Which write of the tree ended last; 0 for none. Called with no write under way.
    virtual std::uint64_t generation() const = 0;

    virtual StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) = 0;
    /// A consistent view; it must not live longer than the call of the store that needs it.
    virtual StorageResult<std::unique_ptr<TreeCursor>> cursor(VolumeId volume) = 0;
    virtual StorageResult<TreeMark> mark(VolumeId volume, GroupId group) = 0;

    virtual bool madeRoom(const StorageError& error) = 0;
    virtual std::uint64_t fileBytes() const = 0;
    /// For messages.
    virtual std::string path() const = 0;
};

}  // namespace orrery::storage
