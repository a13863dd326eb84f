#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

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
    std::shared_ptr<const Request> call;  ///< The whole call.
    std::uint32_t part = 0;               ///< One of a batch, or the range where a page continues.
    std::string key;  ///< The storage key of an item, or where a page continues.
    Access access = Access::Eventual;
    /// For an eventual read: what was committed when it began. No replica serves by it; it only
    /// tells whether the answer was stale.
    Lsn committedBefore{};
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

/// The answer of a replica that does not serve the request.
struct Redirect {
    std::optional<ZoneIndex> leader;  ///< The zone to try; if unknown, any other replica.
};
/// The request failed.
struct Refused {
    ApiError error;
    /// For a write that its item refused: the item. It determines what the attempt costs.
    ItemView item;
};

/// A replica's answer to one request of a router or a coordinator: one kind for each kind of
/// request, and two for those that are not served.
struct OpResult {
    std::variant<Redirect, Refused, ItemView, WriteReply, RangeReply, StreamReply,
                 std::unique_ptr<TransactionResult>>
        answer;
    Served served;
    storage::Ticket gate{};
};

/// A request at a replica that cannot serve it yet.
struct ParkedOp {
    OpId op;
    ZoneIndex zone{};
    OpRequestPtr request;
};

struct Group;
/// Sends an answer from the replica in `from` to whoever waits for the operation.
using OpAnswer = std::function<void(Group&, ZoneIndex from, OpId, std::unique_ptr<OpResult>)>;

}  // namespace orrery::cluster
