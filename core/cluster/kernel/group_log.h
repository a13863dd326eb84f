#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "core/base/ids.h"
#include "core/cluster/kernel/recent_records.h"

namespace orrery::cluster {

/// What the members of a group have in common of their logs. The rooms that replicate and trim
/// (replicas/) keep it; others read it.
struct GroupLog {
    RecentRecords recent;
    /// The cursors of the registered readers, by name (replicas/log_reader.h). Each has read up to
    /// its cursor, and the log keeps the records after it. Saved with the group's state.
    std::map<std::string, Lsn, std::less<>> readers;
    /// No replica or reader that counts needs earlier records.
    Lsn trimMark{1};
    /// The size of the records committed since the process started, up to `countedUpTo`.
    std::uint64_t committedBytes = 0;
    Lsn countedUpTo{};

    /// Counts the committed record `lsn` unless it has been counted.
    void count(Lsn lsn, std::uint64_t bytes) {
        if (lsn != countedUpTo.next()) return;
        countedUpTo = lsn;
        committedBytes += bytes;
    }
};

}  // namespace orrery::cluster
