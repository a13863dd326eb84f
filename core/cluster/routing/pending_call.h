#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/cluster/catalog/catalog.h"
#include "core/cluster/kernel/op.h"

namespace orrery::cluster {

/// The state of one part of a call.
struct Op {
    enum class State : std::uint8_t {
        Unsent,  ///< Not sent, or to be sent again.
        Sent,    ///< Sent and not answered.
        Done,
    };
    GroupId group{};
    OpRequestPtr request;
    State state = State::Unsent;
    ZoneIndex target{};
    Instant sentAt;
    std::uint32_t attempts = 0;  ///< At the current partition.
    std::uint32_t sendings = 0;  ///< In all; identifies the one that counts.
    EventId sent{};              ///< The trace event of the last sending.

    /// True if `id` names the last sending and that is unanswered.
    bool awaits(const OpId& id) const { return state == State::Sent && id.sending == sendings; }
};

/// A call between its admission and its answer.
struct PendingCall {
    std::uint64_t id = 0;  ///< The submitter's CallId.
    std::unique_ptr<Call> call;
    Caller caller;
    RegionId region{};
    ZoneIndex zone{};                        ///< The zone of its router.
    std::shared_ptr<const Request> request;  ///< Null if its names could not be bound to tables.
    Instant admittedAt;
    std::vector<Op> ops;
    std::uint32_t opsLeft = 0;
    /// For a page: its remaining limits.
    std::uint64_t itemsLeft = 0;
    std::uint64_t bytesLeft = 0;
    Reply reply;
    std::optional<ApiError> error;
    Served served;
    storage::Ticket gate{};
};

}  // namespace orrery::cluster
