#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/replication/durable_state.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// One change of one entry of a global index.
struct IndexChange {
    enum class Origin : std::uint8_t {
        Record,  ///< A record of the base partition.
        Item,    ///< An item that existed before the index.
    };
    Origin origin = Origin::Record;
    /// The base record. For an item, the last record that the sender had read when it read the
    /// item; every change up to there has been sent before.
    Lsn position{};
    table::LogRecord record;
};

/// The payload of a message from a base partition to a partition of a global index. Immutable and
/// shared; the receiver reads nothing else of the sender. A batch never ends amid the changes of
/// one record.
struct IndexBatch {
    GroupId base{};
    ZoneIndex sender{};  ///< The zone of the base partition's leader, which gets the answer.
    replication::Term term{};
    std::uint64_t number = 0;  ///< In the order of sending; one that is repeated keeps its number.
    std::vector<IndexChange> changes;
};

}  // namespace orrery::cluster
