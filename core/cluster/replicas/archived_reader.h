#pragma once

#include <string_view>

#include "core/cluster/kernel/group_log.h"
#include "core/cluster/replicas/group_state.h"

namespace orrery::cluster {

/// True if a reader finds in the archive what the log does not have any more: one that sends to a
/// replica in another Region, however long that is out of reach.
inline bool readsFromArchive(const GroupLog& log, std::string_view reader) {
    return reader.starts_with(kReplicaReaderPrefix) && log.readers.contains(kStreamReader);
}

}  // namespace orrery::cluster
