#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/named_type.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/kernel/transaction_op.h"
#include "core/storage/store.h"

namespace orrery::cluster {

// The messages between routers and replicas.

/// Identifies a call in progress in a world. Numbers increase in order of admission and are never
/// reused.
using CallNumber = NamedType<std::uint64_t, struct CallNumberTag>;

/// Who waits for the answer to an operation.
enum class OpOwner : std::uint8_t { Router, Coordinator };

/// One operation of a call; a batch has several. For a coordinator the call is a transaction.
struct OpId {
    CallNumber call{};
    std::uint32_t part = 0;
    std::uint32_t sending = 0;  ///< A repeated op has a new number.
    ZoneIndex router{};  ///< The zone of the router or coordinator that waits for the answer.
    OpOwner owner = OpOwner::Router;
    bool operator==(const OpId&) const = default;
};

/// The kind of a request, which determines the replicas that may serve it.
enum class Access : std::uint8_t {
    Eventual,  ///< A read, at any replica that has caught up.
    Strong,    ///< A read, at the leader.
    Write,     ///< A write, at the leader.
};

/// A router's request to one replica. It is the complete payload of the message: the replica never
/// reads the router's memory. Immutable and shared, never copied.
struct OpRequest {
    std::shared_ptr<const Request> call;  ///< The whole call; `part` selects one of a batch.
    std::uint32_t part = 0;
    std::string key;  ///< The storage key of an item, or where a page continues.
    Access access = Access::Eventual;
    /// For a page: its remaining limits.
    std::uint64_t itemsLeft = 0;
    std::uint64_t bytesLeft = 0;
    Instant deadline;  ///< The router stops waiting for an answer then.
    /// Set if a coordinator asks. `call` is then the transaction's, or null.
    std::shared_ptr<const TransactionOp> transaction;

    bool needsLeader() const { return access != Access::Eventual; }
    bool isWrite() const { return access == Access::Write; }
};
using OpRequestPtr = std::shared_ptr<const OpRequest>;

/// A replica's answer to one request of a router.
struct OpResult {
    enum class Kind : std::uint8_t {
        Done,      ///< `reply` or `error`.
        Redirect,  ///< Not served here: try `leader`, or any other replica if it is unknown.
    };
    Kind kind = Kind::Done;
    std::optional<ZoneIndex> leader;
    ItemView item;                                   ///< For a read.
    WriteReply write;                                ///< For a write.
    RangeReply range;                                ///< For a page.
    std::unique_ptr<TransactionResult> transaction;  ///< For a coordinator.
    StreamReply stream;
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
