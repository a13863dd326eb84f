#pragma once

#include <QString>

#include "core/observe/snapshot.h"
#include "widgets/base/format.h"

namespace orrery::widgets {

/// The changes that are committed in one Region and not yet acknowledged by another, of all pairs.
inline std::uint64_t changesBehind(const observe::Snapshot& snapshot) {
    std::uint64_t changes = 0;
    for (const observe::ReplicationPairView& pair : snapshot.replication)
        changes += pair.pending;
    return changes;
}

/// "1 change behind", "26 changes behind".
inline QString changesBehindText(std::uint64_t changes) {
    return countText(static_cast<std::int64_t>(changes), "change", "changes") +
           QStringLiteral(" behind");
}

}  // namespace orrery::widgets
