#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/storage/archive.h"

namespace orrery::storage {

// What an engine stores: logs, the small states of their groups, named values, and trees of items.
// The log is authoritative; the trees follow it.
//
// One thread owns a store and makes every call except Work::run. The store never waits for a disk
// on that thread: it hands out Work, which any thread may run, and takes it back finished. Reads
// see the arguments of `commit` and `apply` at once, synced or not.

/// A failure of the machine: the call, its error code, and the file.
struct StorageError {
    std::string call;
    int code = 0;  ///< From errno, or from LMDB if negative.
    std::string path;
    std::string detail = {};  ///< The whole sentence if call and code do not suffice, else empty.

    /// One sentence: what failed and what to do.
    std::string message() const;
};

template <typename T>
using StorageResult = std::expected<T, StorageError>;

/// The number of turns committed so far. A turn is on disk once `synced()` has reached its ticket.
using Ticket = NamedType<std::uint64_t, struct TicketTag>;

/// The changes of one turn of the world, except those of the trees. Atomic: after a kill, all or
/// none are found.
class Turn {
public:
    /// Adds one record to the log of `group` on `volume`. Positions are consecutive; after
    /// `truncate`, the next one is its `from`.
    void append(VolumeId volume, GroupId group, Lsn lsn, SharedBytes record);
    /// Removes the records at and after `from`, a tail that another leader's log replaces.
    void truncate(VolumeId volume, GroupId group, Lsn from);
    /// The complete state that a replica needs after a restart (term, vote, commit LSN …).
    void putGroupState(VolumeId volume, GroupId group, std::string state);
    /// Removes the logs and states of a group on every volume.
    void dropGroup(GroupId group);
    /// From now on the log of `group` on `volume` begins at `mark` and ends no earlier than just
    /// before it. Earlier records are needed only to rebuild the tree after a kill, so they are
    /// erased in small steps once the tree on disk has them. A mark never moves back. A mark beyond
    /// the log's end skips the positions in between; the next `append` is at `mark`.
    void setTrimMark(VolumeId volume, GroupId group, Lsn mark);
    /// A named value: catalog, control state, jobs, the clock's bound. Names are not empty.
    void putValue(std::string name, std::string value);
    void eraseValue(std::string name);
    /// Orders that these records become a segment of the archive (archive.h). Order the segments of
    /// a group by position, without overlap.
    void archive(const ArchiveOrder& order);
    /// Drops the segments of `table` whose last record was committed before `before`.
    void expireArchive(KeySpaceId table, std::uint64_t before);

    bool empty() const {
        return m_changes.empty() && m_archiveOrders.empty() && m_archiveExpiries.empty();
    }

    struct Change {
        enum class Kind : std::uint8_t {
            Append,
            Truncate,
            GroupState,
            DropGroup,
            PutValue,
            EraseValue,
            TrimMark
        };
        Kind kind;
        VolumeId volume{};
        GroupId group{};
        Lsn lsn{};
        std::string name;
        SharedBytes bytes;
    };
    const std::vector<Change>& changes() const { return m_changes; }
    std::vector<ArchiveOrder> takeArchiveOrders() { return std::exchange(m_archiveOrders, {}); }
    std::vector<ArchiveExpiry> takeArchiveExpiries() {
        return std::exchange(m_archiveExpiries, {});
    }

private:
    std::vector<Change> m_changes;
    std::vector<ArchiveOrder> m_archiveOrders;
    std::vector<ArchiveExpiry> m_archiveExpiries;
};

/// How many entries there are, and their size.
struct EntryCounts {
    std::int64_t count = 0;
    std::int64_t bytes = 0;
    bool operator==(const EntryCounts&) const = default;
};

/// The state of one replica's tree. Storage keeps it with the items and moves `applied` together
/// with them; it does not interpret the other fields.
struct TreeMark {
    Lsn applied{};
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    std::uint64_t checksum = 0;         ///< A sum over the items, so that order does not matter.
    std::uint64_t deletedStampMax = 0;  ///< The highest version stamp of a deleted item.
    /// While the tree is being copied from another replica: the first key not yet copied.
    std::optional<std::string> copiedTo = {};
    /// The entries of each local index, in the order of the table's. Empty: there is none, or no
    /// item yet, or the counts are not known, since format 4 did not keep them.
    std::vector<EntryCounts> localIndexes = {};

    std::string encode() const;
    /// Reads the output of `encode`; nothing if the bytes are corrupt.
    static std::optional<TreeMark> decode(std::string_view bytes);
    bool operator==(const TreeMark&) const = default;
};

/// One key of a tree: its new image, or null to delete it.
struct TreeChange {
    std::string key;
    SharedBytes image;
};

/// A unit of I/O, ready to run. Call `run` once, on any one thread; it touches nothing that the
/// store's owner uses meanwhile.
class Work {
public:
    virtual ~Work() = default;
    virtual void run() = 0;
};

enum class ScanDirection : std::uint8_t { Forward, Backward };

/// What a scan does after visiting a key.
enum class ScanStep : std::uint8_t { Continue, Stop };

/// Called with each key and image of a scan, in order. The views are valid during the call.
using ScanVisitor = std::function<ScanStep(std::string_view key, std::string_view image)>;

/// Which thread reads from the disk: each has its own pages, and there is one worker at a time.
enum class Reader : std::uint8_t { Owner, Worker };

/// Called with each record of a part of a log, in order. The view is valid during the call.
using RecordVisitor = std::function<ScanStep(Lsn lsn, std::string_view record)>;

enum class Health : std::uint8_t {
    Ok,
    /// The tree or the archive could not be written for lack of room. Logs still are; `tryAgain`
    /// makes that work available again.
    NoRoom,
    /// A turn was not written, and no later one will be. Reopen the store to continue.
    CommitFailed,
    ReadOnly,  ///< A sync or a tree write failed: no later success can be trusted.
};

class Store {
public:
    virtual ~Store() = default;

    // --- turns and logs

    /// Ends a turn and takes its changes. The ticket is one more than the last; an empty turn gets
    /// the last ticket again. The calls of `apply` and `dropRange` since the last `commit` also
    /// belong to this turn and reach the tree only once it is synced. So every turn of the world
    /// must end with a commit, even an empty one. A turn with a dropped range is not empty.
    virtual Ticket commit(Turn turn) = 0;
    /// Turns up to here survive a kill, so their answers may be sent. With relaxed durability this
    /// runs ahead of the disk by a bounded backlog.
    virtual Ticket synced() const = 0;
    /// All committed turns as one unit of I/O. Null if there is nothing to write, work is already
    /// out, or the health forbids it. Return it with `finishLogWork`, run or not. It also erases
    /// trimmed records and those of dropped groups, in small steps.
    virtual std::unique_ptr<Work> takeLogWork() = 0;
    /// Advances `synced`, or changes the health.
    virtual void finishLogWork(std::unique_ptr<Work> work) = 0;

    /// The record at `lsn`, or null if the log does not have it (truncated, or not yet written).
    /// Before the trim mark, records that the tree lacks are found; others may be gone.
    virtual StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const = 0;
    /// Visits the records from `first` to `last` in order, up to the first that the log does not
    /// have. Only between an opening and the first `commit`; a worker may do so at the same time as
    /// the owner. Its errors are not noted as damage, since `record` meets them again.
    virtual StorageResult<void> visitRecords(Reader reader, VolumeId volume, GroupId group,
                                             Lsn first, Lsn last,
                                             const RecordVisitor& visitor) const = 0;
    /// The position of the last record, even if it has been trimmed; 0 if there never was one.
    virtual StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) const = 0;
    /// The last argument of putGroupState, or nothing.
    virtual StorageResult<std::optional<std::string>> groupState(VolumeId volume,
                                                                 GroupId group) const = 0;
    /// The last argument of setTrimMark, or 0.
    virtual StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) const = 0;
    /// The highest id among groups that have a state or whose records are still being erased; 0 if
    /// there is none.
    virtual StorageResult<GroupId> lastGroup() const = 0;
    virtual StorageResult<std::optional<std::string>> value(std::string_view name) const = 0;
    /// The named values whose names begin with `prefix`, in order of name.
    virtual StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) const = 0;

    // --- the archive

    /// The records of `group` from `from` on in the archive of `table`: at least one, and as many
    /// as fit in `bytesMax`; none if it lacks the one at `from`. If a segment's file is missing or
    /// corrupt, the error names it.
    virtual StorageResult<std::vector<ArchivedRecord>> archived(KeySpaceId table, GroupId group,
                                                                Lsn from,
                                                                std::uint64_t bytesMax) const = 0;
    /// The readable segments of `table`, by group and position.
    virtual std::vector<ArchiveSegment> archiveSegments(KeySpaceId table) const = 0;
    /// The segments of `table` that are ordered and cannot be read yet, in the order of the orders.
    virtual std::vector<ArchiveOrder> archiveOrders(KeySpaceId table) const = 0;
    /// The last position of `group` that is in the archive of `table` or ordered for it; 0 if none
    /// is.
    virtual Lsn archiveEnd(KeySpaceId table, GroupId group) const = 0;

    // --- trees

    /// Applies changes to the tree of `group` on `volume`. The log must already have them. Applying
    /// the same LSN and image again is harmless. Volumes given the same pointer share an image.
    virtual void apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
                       const TreeMark& mark) = 0;
    /// The mark of the last `apply`, else the stored one, else an empty one.
    virtual StorageResult<TreeMark> mark(VolumeId volume, GroupId group) const = 0;
    /// The image of `key`, or null.
    virtual StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) const = 0;
    /// Visits the keys of [begin, end) in order, or backward from the last one. An empty `end`
    /// means no end. The visitor must not call the store.
    virtual StorageResult<void> scan(VolumeId volume, std::string_view begin, std::string_view end,
                                     ScanDirection direction, const ScanVisitor& visitor) const = 0;

    /// Drops the keys of [begin, end) on every volume; nobody may read or write them any more. Once
    /// the turn that the next `commit` ends is synced, flush work erases them in small steps,
    /// across kills. Until then, reads in the range may find anything or nothing. Returns the
    /// number of the range; ranges are erased in order.
    virtual std::uint64_t dropRange(std::string begin, std::string end) = 0;
    /// All ranges with a lower number have been erased.
    virtual std::uint64_t firstRangeLeft() const = 0;
    /// An estimate of the dropped keys still to be erased, plus the number of groups whose records
    /// are; 0 when done.
    virtual std::uint64_t droppedKeysLeft() const = 0;

    /// A unit of flush work. There is one if the memtable is full, much of the log waits for a
    /// flush, a dropped range is waiting, or `force` is set and there is anything to write. It
    /// covers only records of synced turns. Null otherwise, or if work is already out.
    virtual std::unique_ptr<Work> takeFlushWork(bool force) = 0;
    virtual void finishFlushWork(std::unique_ptr<Work> work) = 0;
    /// Does deferred work on this thread: forgetting changes that are on disk, and noting what can
    /// be trimmed. With `stepsAtOnce` set in the store's options, `commit` and `finish…` do that
    /// many steps; the owner calls this until it returns false. Reads do not depend on it.
    virtual bool runDeferred(std::size_t stepsMax) = 0;
    /// Changes applied up to this turn are in the trees on disk.
    virtual Ticket treesSynced() const = 0;
    /// True while both memtables are full or too much of the log waits to be written. The driver
    /// then takes no requests and runs no events until some work has ended.
    virtual bool saturated() const = 0;

    // --- health and figures

    virtual Health health() const = 0;
    /// The cause of the health above, unless that is Health::Ok.
    virtual std::optional<StorageError> lastError() const = 0;
    /// The first corruption of a file that a read or a write met. Sound data can still be read.
    virtual const std::optional<StorageError>& damage() const = 0;
    /// True if the store can write `bytes` more now: to unused pages of its files, and the rest to
    /// the disk. Call it rarely: it writes a file to find out.
    virtual bool hasRoom(std::uint64_t bytes) const = 0;
    /// An estimate of how many more bytes each file can take: its unused pages, and what it can
    /// grow by, less the turns not yet written. The maximum if everything is in memory.
    virtual std::uint64_t roomBytes() const = 0;
    /// Changes NoRoom back to Ok.
    virtual void tryAgain() = 0;
    /// Stops all writing. Later commits stay in memory, only for reads, with as little memory as
    /// possible.
    virtual void stopWriting() = 0;

    struct Figures {
        std::uint64_t memtableBytes = 0;
        std::uint64_t pendingTurns = 0;  ///< Committed but possibly not on disk.
        std::uint64_t logFileBytes = 0;
        std::uint64_t treeFileBytes = 0;
        std::uint64_t archiveBytes = 0;
        std::uint64_t archiveOrders = 0;  ///< Segments not yet written.
    };
    virtual Figures figures() const = 0;
};

}  // namespace orrery::storage
