#pragma once

#include <optional>
#include <string>

#include "core/cluster/repair/found_partition.h"
#include "core/replication/durable_state.h"
#include "core/storage/salvaged_folder.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// The one log that all replicas of a repaired partition get, put together from what three zones
/// still have of it.
///
/// It is the log whose last record has the highest term, and of those the longest: the one that an
/// election would choose. It has every record that any replica has committed (Raft 5.4), and it
/// says of each place which term is right, so that another zone's copy of a damaged record is told
/// from one that was never committed.
class MendedLog {
public:
    MendedLog(const storage::SalvagedFolder& files, const FoundPartition& partition);

    /// The record before the first that is there; 0 for a log that is there from its beginning.
    Lsn before() const { return m_before; }
    Lsn last() const { return m_last; }
    /// Records were acknowledged, or may have been, that are not among them.
    bool lacksTail() const { return m_lacksTail; }
    /// What each replica is to find: all of the log is committed.
    const replication::DurableState& state() const { return m_state; }
    /// Whether this zone's tree and log counted when the world stopped.
    bool counts(std::size_t zone) const;

    /// The record at a place after `before` and up to `last`, as encoded.
    std::optional<std::string> record(Lsn lsn) const;

private:
    Lsn endOf(std::size_t zone) const;
    Lsn appliedBy(std::size_t zone) const;
    void choose();
    void findEnd();
    void makeState();
    bool mayHaveLostTail() const;
    std::optional<std::string> read(std::size_t zone, Lsn lsn) const;
    std::optional<std::string> readAgreed(Lsn lsn) const;

    const storage::SalvagedFolder& m_files;
    const FoundPartition& m_partition;
    std::array<replication::LogShape, kZonesPerRegion> m_shapes;
    std::size_t m_chosen = 0;
    Lsn m_before{};
    Lsn m_last{};
    Lsn m_applied{};  ///< By any replica that counts.
    bool m_lacksTail = false;
    replication::DurableState m_state;
};

}  // namespace orrery::cluster
