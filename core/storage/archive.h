#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace orrery::storage {

// The archive keeps committed records of a partition beyond the life of its log and of the group.
// Streams, recovery and Regions that are cut off read them later. It consists of segments. A
// segment holds consecutive records of one group; it is written once, never changed, and dropped
// whole.
//
// The world orders a segment in a turn (Turn::archive). Storage writes it later, as flush work: it
// writes and syncs the segment, then writes its row in the log environment. Until that row is on
// disk, the log environment keeps the order and the log keeps the records, so a kill loses neither.

/// Records that will become one segment.
struct ArchiveOrder {
    KeySpaceId table;
    GroupId group;
    VolumeId volume;  ///< The volume whose log has the records, all of them committed.
    Lsn first;
    Lsn last;
    std::uint64_t until = 0;  ///< Commit time of the last record; expireArchive compares it.
    /// Volumes whose logs have the same records, for those that `volume` can no longer read.
    std::vector<VolumeId> others = {};
    bool operator==(const ArchiveOrder&) const = default;
};

/// A segment that can be read.
struct ArchiveSegment {
    KeySpaceId table;
    GroupId group;
    Lsn first;
    Lsn last;
    std::uint64_t until = 0;
    std::uint64_t bytes = 0;  ///< Size of the file.
    /// Of the header and index. Identifies the file: one with another checksum does not belong
    /// here.
    std::uint32_t checksum = 0;
    bool operator==(const ArchiveSegment&) const = default;
};

/// Segments that are no longer needed: those of `table` that end before `before`.
struct ArchiveExpiry {
    KeySpaceId table;
    std::uint64_t before = 0;
};

struct ArchivedRecord {
    Lsn lsn;
    SharedBytes bytes;
};

}  // namespace orrery::storage
