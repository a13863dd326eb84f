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
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

// Compares two checksums of a replica: one computed from memtable and tree, one maintained by
// apply. A table may have millions of items, and no input may run longer than a turn, so the scan
// reads in bounded steps while writes continue:
//
//   - It reads each replica in key order, up to a mark that each step advances.
//   - Before a replica applies a record, the scan subtracts the old value of each changed key below
//     the mark from the sum, and adds the new one. So the sum always covers the current values of
//     the keys below the mark.
//   - When the last mark has reached its end, the sums cover whole replicas at the present instant.
//     The scan takes them and the maintained checksums in the same turn, so both belong to the
//     same applied LSN, and all rows to one instant.
//
// The scan is a look: it enters neither trace nor hash, draws no randomness and is no event of the
// world, and its division into steps changes nothing in the world. A kill ends it together with its
// client, so it has no cursor on disk.

/// The amount that one step may read.
struct ScanBudget {
    std::uint64_t keys = 500;
    std::uint64_t bytes = 256 * 1024;
};

/// One scan of all partitions of a table and of its global indexes.
class ChecksumScan {
public:
    ChecksumScan(const WorldState& world, const TableDescription& table);

    /// Reads on. Returns true once everything is read.
    LookResult<bool> step(ScanBudget budget);
    /// Call it after the last step, before any other event in the world.
    LookResult<std::vector<PartitionChecksums>> rows() const;
    /// The number of items read so far in all replicas, and their total.
    std::uint64_t itemsRead() const;
    std::uint64_t itemsInAll() const;
    /// The replica is about to apply `changes`.
    void beforeApply(const Group& group, ZoneIndex zone,
                     std::span<const storage::TreeChange> changes);

private:
    /// The scan has read the ranges before `range`, and the keys below `mark` in that range.
    struct Replica {
        std::size_t range = 0;
        std::string mark;
        std::uint64_t checksum = 0;
        std::vector<storage::EntryCounts> counts;  ///< Of each range.

        void add(std::string_view key, std::string_view image, std::size_t inRange);
        void subtract(std::string_view key, std::string_view image, std::size_t inRange);
    };
    struct Partition {
        /// Its items, the entries of each local index, its private keys.
        std::vector<KeyBounds> ranges;
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

/// The scans in progress: one reads at a time, the others wait.
class ChecksumLooks : public JobWorker {
public:
    ChecksumLooks(const WorldState& world, Replicator& replicator, Jobs& jobs);

    /// Starts a scan; at most `kLooksMax` may be in progress.
    LookResult<ChecksumLookId> start(std::string_view table, std::string_view region,
                                     std::string_view accountId = {});
    /// True if `readOn` has anything to do.
    bool isActive() const;
    void readOn(ScanBudget budget);
    void cancel(JobId id) override;
    /// The result, once; nothing while the scan is in progress.
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

    const WorldState& m_world;
    Replicator& m_replicator;
    Jobs& m_jobs;
    std::deque<Look> m_looks;  ///< In order of their start.
    std::uint64_t m_next = 1;
};

}  // namespace orrery::cluster
