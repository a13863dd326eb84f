#pragma once

#include <optional>
#include <string>

#include "core/cluster/repair/found_partition.h"
#include "core/replication/durable_state.h"
#include "core/storage/salvaged_archive.h"
#include "core/storage/salvaged_folder.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// The log that all replicas of a repaired partition get, assembled from what three zones still
/// have.
///
/// It is the log that an election would choose: the highest last term, then the longest. It has
/// every record that any replica has committed (Raft 5.4). It also knows the right term of each
/// position, which tells another zone's copy of a corrupt record from a record that was never
/// committed.
///
/// Records that no log has any more are taken from the archive. The log ends no earlier than any
/// position that the archive, a reader's cursor or a stream's shard names, or new records would get
/// positions that have a meaning already. A record up to there that nothing has is a no-op.
class MendedLog {
public:
    MendedLog(const storage::SalvagedFolder& files, const storage::SalvagedArchive& archive,
              const FoundPartition& partition);

    /// The position before the first record; 0 for a complete log.
    Lsn before() const { return m_before; }
    /// The position after which `record` has every record. It is before `before` if the archive
    /// reaches further back.
    Lsn reach() const { return m_reach; }
    Lsn last() const { return m_last; }
    /// True if acknowledged records are missing or may be.
    bool lacksTail() const { return m_lacksTail; }
    /// The state for each replica: the whole log is committed.
    const replication::DurableState& state() const { return m_state; }
    /// True if this zone's tree and log counted towards commits when the world stopped.
    bool counts(std::size_t zone) const;

    /// The encoded record at a position after `reach` and up to `last`.
    std::optional<std::string> record(Lsn lsn) const;

private:
    Lsn endOf(std::size_t zone) const;
    Lsn appliedBy(std::size_t zone) const;
    Lsn trimmedBy(std::size_t zone) const;
    void choose();
    void findEnd();
    void makeState();
    bool mayHaveLostTail() const;
    std::optional<std::string> read(std::size_t zone, Lsn lsn) const;
    std::optional<std::string> readAgreed(Lsn lsn) const;
    /// From the logs alone.
    std::optional<std::string> logged(Lsn lsn) const;
    Lsn namedEnd(Lsn end) const;
    void findBegin(Lsn known);

    const storage::SalvagedFolder& m_files;
    const storage::SalvagedArchive& m_archive;
    const FoundPartition& m_partition;
    std::array<replication::LogShape, kZonesPerRegion> m_shapes;
    std::size_t m_chosen = 0;
    Lsn m_before{};
    Lsn m_reach{};
    Lsn m_last{};
    Lsn m_firstLost = Lsn(UINT64_MAX);  ///< From here on, missing records are no-ops.
    Lsn m_applied{};                    ///< By any replica that counts.
    bool m_lacksTail = false;
    replication::DurableState m_state;
};

}  // namespace orrery::cluster
