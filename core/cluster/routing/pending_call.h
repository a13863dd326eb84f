#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/cluster/catalog/catalog.h"
#include "core/cluster/kernel/calls.h"
#include "core/cluster/kernel/leader_requests.h"

namespace orrery::cluster {

/// A call between its admission and its answer.
struct PendingCall {
    CallId id{};  ///< The submitter's.
    std::unique_ptr<Call> call;
    Caller caller;
    RegionId region{};
    ZoneIndex zone{};                        ///< The zone of its router.
    std::shared_ptr<const Request> request;  ///< Null if its names could not be bound to tables.
    Instant admittedAt;
    std::vector<Op> ops;  ///< One for each part.
    std::uint32_t opsLeft = 0;
    Duration patience{};  ///< The call fails after this time.
    /// For a page: its remaining limits.
    std::uint64_t itemsLeft = 0;
    std::uint64_t bytesLeft = 0;
    Reply reply;
    std::optional<ApiError> error;
    Served served;
    storage::Ticket gate{};
};

}  // namespace orrery::cluster
