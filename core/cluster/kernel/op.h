#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/named_type.h"
#include "core/cluster/catalog/request.h"
#include "core/storage/store.h"

namespace orrery::cluster {

// What goes between a router and a replica, and back.

/// Names a call that is under way in a world; in order of admission, never used again.
using CallNumber = NamedType<std::uint64_t, struct CallNumberTag>;

/// One of the requests that a call is made of: a batch has several.
struct OpId {
    CallNumber call{};
    std::uint32_t part = 0;
    std::uint32_t sending = 0;  ///< The router sends an op again under a new number.
    ZoneIndex router{};         ///< The zone whose router waits for the answer.
    bool operator==(const OpId&) const = default;
};

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

/// A request at a replica that cannot serve it yet.
struct ParkedOp {
    OpId op;
    ZoneIndex zone{};
    OpRequestPtr request;
};

}  // namespace orrery::cluster
