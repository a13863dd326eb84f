#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/cluster/inspect/look.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/jobs.h"

namespace orrery::cluster {

// Checksums as read from memtable and tree, beside those that were kept at apply. A table may have
// millions of items, and no input may run longer than a turn, so it is read in bounded steps, while
// writes go on:
//
//   - a replica is read in order of key, up to a mark that each step moves on;
//   - before a record is applied to a replica, what it changes at keys below the mark is taken out
//     of the sum as the store has it, and added as it will have it. So at any time the sum is that
//     of the keys below the mark as they are now;
//   - when the last mark has come to its end, the sums are those of whole replicas at the present
//     instant. Sums and what was kept at apply are taken then, all in the same turn: both are of
//     the same applied LSN, and all rows are of one instant.
//
// It reads and is a look: nothing of it enters trace or hash, draws randomness or is an event of
// the world, and where it is cut into steps changes nothing in the world. It is gone with its
// client in a kill, and so has no cursor on disk.

/// How much one step may read.
struct ScanBudget {
    std::uint64_t keys = 500;
    std::uint64_t bytes = 256 * 1024;
};

/// One look at all partitions of a table and of its global indexes.
class ChecksumScan {
public:
    ChecksumScan(const WorldState& world, const TableDescription& table);

    /// Reads on. True once everything is read.
    LookResult<bool> step(ScanBudget budget);
    /// After the last step, before anything else happens in the world.
    LookResult<std::vector<PartitionChecksums>> rows() const;
    /// Items of all replicas that it has read so far, and that there are.
    std::uint64_t itemsRead() const;
    std::uint64_t itemsInAll() const;
    /// The replica is about to apply `changes`.
    void beforeApply(const Group& group, ZoneIndex zone,
                     std::span<const storage::TreeChange> changes);

private:
    /// A key space of a partition, in order; only items count, not entries of local indexes.
    struct Range {
        KeyBounds bounds;
        bool counts = false;
    };
    /// The keys of the ranges before `range`, and in that one those below `mark`, have been read.
    struct Replica {
        std::size_t range = 0;
        std::string mark;
        std::uint64_t checksum = 0;
        std::int64_t count = 0;

        void take(std::string_view key, std::string_view image, bool counts);
        void giveBack(std::string_view key, std::string_view image, bool counts);
    };
    struct Partition {
        std::vector<Range> ranges;
        std::array<Replica, kZonesPerRegion> replicas;
    };

    Partition& plan(const TableDescription& table, const Group& group);
    storage::StorageResult<void> read(const Partition& partition, VolumeId volume, Replica& replica,
                                      ScanBudget& budget) const;
    std::string deleted() const;

    const WorldState& m_world;
    const std::string m_name;
    const KeySpaceId m_space;
    std::map<GroupId, Partition> m_partitions;
    std::optional<storage::StorageError> m_error;
};

/// The looks that are under way: one is read at a time, the others wait.
class ChecksumLooks : public JobWorker {
public:
    ChecksumLooks(WorldState& world, Jobs& jobs);

    /// Begins one; there may be `kLooksMax`.
    LookResult<ChecksumLookId> start(std::string_view table, std::string_view region);
    /// Whether `readOn` has anything to do.
    bool underWay() const;
    void readOn(ScanBudget budget);
    void cancel(JobId id) override;
    /// What became of it, once; nothing while it is under way.
    std::optional<LookResult<std::vector<PartitionChecksums>>> take(ChecksumLookId id);
    void drop(ChecksumLookId id);

private:
    static constexpr std::size_t kLooksMax = 16;

    struct Look {
        ChecksumLookId id{};
        std::unique_ptr<ChecksumScan> scan;  ///< Null once there is a result.
        LookResult<std::vector<PartitionChecksums>> result;
        JobId job{};
    };

    Look* current();
    void end(Look& look, LookResult<std::vector<PartitionChecksums>> result);
    void unhookIfIdle();

    WorldState& m_world;
    Jobs& m_jobs;
    std::deque<Look> m_looks;  ///< In order of their beginning.
    std::uint64_t m_next = 1;
};

}  // namespace orrery::cluster
