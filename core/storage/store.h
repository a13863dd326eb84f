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

// What an engine keeps: logs, the small states of their groups, named values, and trees of items.
// The log is the truth; the tree follows.
//
// One thread owns a store and calls everything but Work::run. A store does no I/O that waits for a
// disk on that thread: it hands out Work, which any thread may run, and takes it back finished.
// Reads see at once what `commit` and `apply` were given, synced or not.

/// The machine failed: which call, its code, which file.
struct StorageError {
    std::string call;
    int code = 0;  ///< Of errno, or of LMDB where negative.
    std::string path;
    std::string detail = {};  ///< Empty, or the whole sentence where call and code do not tell it.

    /// One sentence that names what is wrong and what to do.
    std::string message() const;
};

template <typename T>
using StorageResult = std::expected<T, StorageError>;

/// How many turns have been committed so far. A turn is on disk once `synced()` has reached its
/// ticket.
using Ticket = NamedType<std::uint64_t, struct TicketTag>;

/// What one turn of the world changes outside the trees: all of it is found after a kill, or none.
class Turn {
public:
    /// One record of the log of `group` on `volume`. Positions go up by one; after `truncate` they
    /// go on from where it cut.
    void append(VolumeId volume, GroupId group, Lsn lsn, SharedBytes record);
    /// Forgets the records at and after `from`: a tail that another leader's log replaces.
    void truncate(VolumeId volume, GroupId group, Lsn from);
    /// The state that a replica must find again (term, vote, commit LSN …), whole.
    void putGroupState(VolumeId volume, GroupId group, std::string state);
    /// Forgets the logs and states of a group on every volume.
    void dropGroup(GroupId group);
    /// The log of `group` on `volume` begins at `mark` from now on, and ends no earlier than just
    /// before it. Earlier records are needed only to bring the tree up to date after a kill, so
    /// they are erased in small steps once the tree on the disk has them. A mark never goes back.
    /// A mark beyond the end of the log skips what is between: `append` goes on at the mark.
    void setTrimMark(VolumeId volume, GroupId group, Lsn mark);
    /// A named value: catalog, control state, jobs, the bound of the instant. Names are not empty.
    void putValue(std::string name, std::string value);
    void eraseValue(std::string name);
    /// Orders that these records become a segment of the archive (archive.h). Segments of a group
    /// are ordered by position and do not overlap.
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

/// What is known of the tree of one replica. Storage keeps it with the items, moves `applied`
/// together with them, and understands nothing else of it.
struct TreeMark {
    Lsn applied{};
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    std::uint64_t checksum = 0;         ///< Sum over the items, so that order does not matter.
    std::uint64_t deletedStampMax = 0;  ///< The highest version stamp that was deleted.
    /// While the tree is copied from another replica: the keys from here on are still to come.
    std::optional<std::string> copiedTo = {};

    std::string encode() const;
    /// Of what `encode` wrote; nothing if the bytes are damaged.
    static std::optional<TreeMark> decode(std::string_view bytes);
    bool operator==(const TreeMark&) const = default;
};

/// One key of a tree: its new image, or null where it goes away.
struct TreeChange {
    std::string key;
    SharedBytes image;
};

/// Some I/O, ready to run. `run` may be called on any one thread, once; it touches nothing that the
/// store's owner touches meanwhile.
class Work {
public:
    virtual ~Work() = default;
    virtual void run() = 0;
};

enum class ScanDirection : std::uint8_t { Forward, Backward };

/// What a scan does after a key.
enum class ScanStep : std::uint8_t { Continue, Stop };

/// Called with each key and image of a scan, in order. The views live until it returns.
using ScanVisitor = std::function<ScanStep(std::string_view key, std::string_view image)>;

enum class Health : std::uint8_t {
    Ok,
    NoRoom,        ///< The tree could not be written for lack of room. Logs still are; the flush is
                   ///< given out again after `tryAgain`.
    CommitFailed,  ///< A turn was not written; nothing later will be. Reopen to go on.
    ReadOnly,      ///< A sync failed or the tree cannot be written: no later claim can be trusted.
};

class Store {
public:
    virtual ~Store() = default;

    // --- turns and logs

    /// Ends a turn and takes what it changed. Its ticket is one more than the last; a turn that is
    /// empty gets the last ticket again. The calls of `apply` and `dropRange` since the last
    /// `commit` belong to this turn too and reach the tree only once it is synced, so every turn of
    /// the world ends with a commit, an empty one as well. With a dropped range in it, a turn is
    /// not empty.
    virtual Ticket commit(Turn turn) = 0;
    /// Everything up to here may leave the world: it survives a kill. With relaxed durability this
    /// runs ahead of the disk by a bounded backlog.
    virtual Ticket synced() const = 0;
    /// Everything that has been committed, as one piece of I/O; null if there is nothing to write
    /// or one is out already, or the health forbids it. Give it back with `finishLogWork`, run or
    /// not. Records that are trimmed, or of dropped groups, go away in small steps along with it.
    virtual std::unique_ptr<Work> takeLogWork() = 0;
    /// Moves `synced`, or the health.
    virtual void finishLogWork(std::unique_ptr<Work> work) = 0;

    /// The record at `lsn`, or null if the log does not have it (cut off, or not yet written).
    /// Before the trim mark, a record that the tree lacks is found; any other may be.
    virtual StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const = 0;
    /// The position of the last record, also where it has been trimmed; 0 for a log that never had
    /// one.
    virtual StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) const = 0;
    /// What putGroupState was last given, or nothing.
    virtual StorageResult<std::optional<std::string>> groupState(VolumeId volume,
                                                                 GroupId group) const = 0;
    /// What setTrimMark was last given, or 0.
    virtual StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) const = 0;
    /// The highest id of a group that has a state or is still to be given back; 0 if there is none.
    virtual StorageResult<GroupId> lastGroup() const = 0;
    virtual StorageResult<std::optional<std::string>> value(std::string_view name) const = 0;
    /// The named values whose names begin with `prefix`, in order of name.
    virtual StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) const = 0;

    // --- the archive

    /// The records of `group` from `from` on that the archive of `table` has: as many as `bytesMax`
    /// takes, and at least one; none if it does not have the one at `from`. A segment whose file is
    /// missing or damaged is an error that names the file.
    virtual StorageResult<std::vector<ArchivedRecord>> archived(KeySpaceId table, GroupId group,
                                                                Lsn from,
                                                                std::uint64_t bytesMax) const = 0;
    /// The segments of `table` that can be read, by group and position.
    virtual std::vector<ArchiveSegment> archiveSegments(KeySpaceId table) const = 0;

    // --- trees

    /// Takes changes that the log already has into the tree of `group` on `volume`. The same LSN
    /// and image may be given again and do no harm. Images are shared by the volumes that are given
    /// the same pointer.
    virtual void apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
                       const TreeMark& mark) = 0;
    /// The mark of the last `apply`, or the stored one, or an empty one.
    virtual StorageResult<TreeMark> mark(VolumeId volume, GroupId group) const = 0;
    /// The image of `key`, or null.
    virtual StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) const = 0;
    /// Visits the keys of [begin, end) in order, or backward from the last before `end`. An empty
    /// `end` means no end. The visitor must not call the store.
    virtual StorageResult<void> scan(VolumeId volume, std::string_view begin, std::string_view end,
                                     ScanDirection direction, const ScanVisitor& visitor) const = 0;

    /// Nobody reads or writes the keys of [begin, end) any more, on any volume; their bytes are
    /// given back in small steps by flush work, also after a kill, once the turn is synced that the
    /// next `commit` ends. Reads in the range find anything or nothing from now on. Returns the
    /// number of the range: they go in the order of their numbers.
    virtual std::uint64_t dropRange(std::string begin, std::string end) = 0;
    /// All ranges with a lower number have been given back.
    virtual std::uint64_t firstRangeLeft() const = 0;
    /// Keys that are still to be given back, roughly, and groups whose records are; 0 when all is
    /// done.
    virtual std::uint64_t droppedKeysLeft() const = 0;

    /// A piece of the flush, if the memtable is full or much of the log waits for it, or `force`
    /// and there is anything to write, or a dropped range is waiting; holds only records whose
    /// turns are synced. Null otherwise, or if one is out already.
    virtual std::unique_ptr<Work> takeFlushWork(bool force) = 0;
    virtual void finishFlushWork(std::unique_ptr<Work> work) = 0;
    /// What turns and work leave to do on this thread: forgetting what is on disk, noting what may
    /// be trimmed. With `stepsAtOnce` in the options of the store, `commit` and `finish…` do so
    /// many steps of it, and the owner asks for more until this returns false. Reads do not depend
    /// on it.
    virtual bool goOn(std::size_t stepsMax) = 0;
    /// What was applied up to this turn is in the trees on disk.
    virtual Ticket treesSynced() const = 0;
    /// True while both memtables are full, or too much of the log waits to be written: the driver
    /// takes no request and runs no event until a piece of work has ended.
    virtual bool saturated() const = 0;

    // --- health and figures

    virtual Health health() const = 0;
    /// What happened last, for the health above. With Health::Ok, why a segment of the archive
    /// still waits: there was no room for it.
    virtual std::optional<StorageError> lastError() const = 0;
    /// The first damage of a file that a read or a write met. What is sound can still be read.
    virtual const std::optional<StorageError>& damage() const = 0;
    /// Whether the disk would take some more now. Asked rarely: it tries.
    virtual bool hasRoom() const = 0;
    /// From NoRoom back to Ok.
    virtual void tryAgain() = 0;
    /// Nothing is written any more: what is committed from now on stays in memory, for reads, and
    /// takes no more than it must.
    virtual void stopWriting() = 0;

    struct Figures {
        std::uint64_t memtableBytes = 0;
        std::uint64_t pendingTurns = 0;  ///< Committed and not known to be on disk.
        std::uint64_t logFileBytes = 0;
        std::uint64_t treeFileBytes = 0;
        std::uint64_t archiveBytes = 0;
        std::uint64_t archiveOrders = 0;  ///< Segments that are still to be written.
    };
    virtual Figures figures() const = 0;
};

}  // namespace orrery::storage
