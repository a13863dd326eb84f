#pragma once

#include <deque>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/replication/replication_types.h"
#include "core/table/apply.h"

namespace orrery::cluster {

/// A record in memory, with its effect on a tree.
struct RecentRecord {
    replication::LogPosition position;
    SharedBytes bytes;
    std::shared_ptr<const table::AppliedRecord> applied;  ///< Null until first needed.
    /// When a replica first knew it to be committed.
    Instant committedAt = Instant::never();
};

/// The latest records of one group's log, without gaps, shared in memory by its replicas.
class RecentRecords {
public:
    /// Null if it is not in memory.
    RecentRecord* find(Lsn lsn);
    /// Adds a record and removes those at and after its position.
    void add(replication::LogPosition position, SharedBytes bytes);
    /// True if adding this record, which a follower lacked, would remove all others, newer ones on
    /// their way to a quorum. Records of an earlier term after its position have been cut off.
    bool areFarAfter(replication::LogPosition position) const {
        return !m_records.empty() && position.lsn.next() < m_records.front().position.lsn &&
               position.term <= m_records.front().position.term;
    }
    RecentRecord& newest() { return m_records.back(); }
    /// Forgets records that every replica has applied, and those that two have applied except for
    /// the newest few. A replica that is behind reads them from the store.
    void forget(Lsn appliedByAll, Lsn appliedByTwo);
    void clear() { m_records.clear(); }

    bool empty() const { return m_records.empty(); }
    std::size_t size() const { return m_records.size(); }

private:
    std::deque<RecentRecord> m_records;
};

}  // namespace orrery::cluster
