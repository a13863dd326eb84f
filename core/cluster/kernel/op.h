#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/cluster/catalog/request.h"
#include "core/cluster/kernel/group.h"

namespace orrery::cluster {

// What goes between a router and a replica, and back.

/// What a request does, and so which replica may serve it.
enum class Access : std::uint8_t {
    Eventual,  ///< Reads, at any replica that has caught up.
    Strong,    ///< Reads, at the leader.
    Write,     ///< At the leader.
};

/// What a router asks of one replica: the payload of its message, which the replica reads instead
/// of the router's memory. Immutable and shared, never copied.
struct OpRequest {
    std::shared_ptr<const Request> call;  ///< The whole call; `part` says which of a batch.
    std::uint32_t part = 0;
    std::string key;  ///< Storage key of an item; where a page goes on.
    Access access = Access::Eventual;
    /// A page: what it may still take.
    std::uint64_t itemsLeft = 0;
    std::uint64_t bytesLeft = 0;
    Instant deadline;  ///< From then on the router no longer waits for an answer.

    bool needsLeader() const { return access != Access::Eventual; }
    bool isWrite() const { return access == Access::Write; }
};
using OpRequestPtr = std::shared_ptr<const OpRequest>;

/// How a replica answers one request of a router.
struct OpResult {
    enum class Kind : std::uint8_t {
        Done,      ///< `reply` or `error`.
        Redirect,  ///< Not here: try `leader`, or any other if it is not known.
    };
    Kind kind = Kind::Done;
    std::optional<ZoneIndex> leader;
    ItemView item;     ///< A read.
    WriteReply write;  ///< A write.
    RangeReply range;  ///< A page.
    std::optional<ApiError> error;
    Served served;
    storage::Ticket gate{};
};

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
