#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/cluster/catalog/catalog.h"
#include "core/cluster/kernel/op.h"

namespace orrery::cluster {

/// What one part of a call still needs, and whom it was sent to.
struct Op {
    enum class State : std::uint8_t {
        Unsent,  ///< Or it is to be sent again.
        Sent,    ///< And not answered yet.
        Done,
    };
    GroupId group{};
    OpRequestPtr request;
    State state = State::Unsent;
    ZoneIndex target{};
    Instant sentAt;
    std::uint32_t attempts = 0;  ///< At the present partition.
    std::uint32_t sendings = 0;  ///< In all: names the one that counts.
    EventId sent{};              ///< The last of them, in the trace.

    /// What is named by `id` is what was sent last and is not answered yet.
    bool awaits(const OpId& id) const { return state == State::Sent && id.sending == sendings; }
};

/// A call between its admission and its answer.
struct PendingCall {
    std::uint64_t id = 0;  ///< The submitter's CallId.
    std::unique_ptr<Call> call;
    Caller caller;
    RegionId region{};
    ZoneIndex zone{};                        ///< The router that has it.
    std::shared_ptr<const Request> request;  ///< Null if names could not become tables.
    Instant admittedAt;
    std::vector<Op> ops;
    std::uint32_t opsLeft = 0;
    /// A page: what it may still take.
    std::uint64_t itemsLeft = 0;
    std::uint64_t bytesLeft = 0;
    Reply reply;
    std::optional<ApiError> error;
    Served served;
    storage::Ticket gate{};
};

}  // namespace orrery::cluster
