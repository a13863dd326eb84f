#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace orrery::storage {

// The archive keeps committed records of a partition beyond the life of its log, and of the group
// itself: streams, recovery and Regions that are cut off read them later. It consists of segments,
// each with records of one group, one after another; a segment is written once, never changed, and
// dropped whole.
//
// The world orders a segment with a turn (Turn::archive). Storage writes it behind, as flush work:
// first the segment, synced, then its row in the log environment. Until that row is on disk the
// order stands there, so a kill loses neither, and the log gives none of these records back.

/// Records that are to become one segment.
struct ArchiveOrder {
    KeySpaceId table;
    GroupId group;
    VolumeId volume;  ///< Whose log has the records, all of them committed.
    Lsn first;
    Lsn last;
    std::uint64_t until = 0;  ///< When the last record was committed; expireArchive compares it.
    bool operator==(const ArchiveOrder&) const = default;
};

/// A segment that can be read.
struct ArchiveSegment {
    KeySpaceId table;
    GroupId group;
    Lsn first;
    Lsn last;
    std::uint64_t until = 0;
    std::uint64_t bytes = 0;     ///< Of its file.
    std::uint32_t checksum = 0;  ///< Of its header and index: a file that has another is another's.
    bool operator==(const ArchiveSegment&) const = default;
};

/// What nobody may ask for any more: the segments of `table` that end before `before`.
struct ArchiveExpiry {
    KeySpaceId table;
    std::uint64_t before = 0;
};

struct ArchivedRecord {
    Lsn lsn;
    SharedBytes bytes;
};

}  // namespace orrery::storage
