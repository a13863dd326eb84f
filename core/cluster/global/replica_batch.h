#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/replication/durable_state.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// A change of one item on its way to another replica of its table, where versions decide whether
/// it takes effect.
struct ReplicatedChange {
    /// The record of the source for which it stands, or the first of several: changes of one item
    /// are combined while they wait. 0: an item or a tombstone that was there before the replica.
    Lsn first{};
    /// As the source committed it, but under the key of the destination.
    table::LogRecord record;
};

/// The payload of a message from a partition of a global table to one of another replica. Immutable
/// and shared; the receiver reads nothing else of the sender.
struct ReplicaBatch {
    GroupId source{};
    RegionId region{};   ///< That of the source.
    ZoneIndex sender{};  ///< The zone of its leader, which gets the answer.
    replication::Term term{};
    std::uint64_t number = 0;  ///< In the order of sending; one that is repeated keeps its number.
    std::vector<ReplicatedChange> changes;
};

}  // namespace orrery::cluster
