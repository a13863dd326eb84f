#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/cluster/catalog/request.h"

namespace orrery::cluster {

// The messages between a transaction's coordinator and the leaders of its partitions and of the
// ledger. Each may arrive twice or late; the answer to a repeated one is that to the first.

/// The steps that a coordinator requests.
enum class TransactionStep : std::uint8_t {
    // Of the ledger.
    Begin,   ///< Notes the transaction, unless its client token is known.
    Decide,  ///< Notes the outcome, unless there is one.
    Finish,  ///< All partitions know the outcome.
    // Of a partition.
    Prepare,
    Commit,
    Cancel,
    Read,
};

struct TransactionOp {
    TransactionStep step{};
    std::string name;  ///< Of the transaction's row in the ledger.
    std::string id;    ///< The name and a number that the ledger gave at Begin; empty before.
    GroupId ledger{};
    CalendarTime stamp;
    /// Storage keys: of all items for Begin, of those in the partition otherwise.
    std::vector<std::string> keys;
    /// The position in the call of the action on each key; empty for a recovery, which has no call.
    std::vector<std::uint32_t> actions;

    /// For the second round of Read: what the first one read was applied up to here.
    Lsn since{};

    // For Begin.
    std::string attempt;  ///< Identifies a repeated request of the coordinator.
    std::string parametersHash;
    /// A token that is not younger is forgotten: a reset has dropped what its transaction wrote.
    std::optional<CalendarTime> resetAt;

    // For Decide.
    bool commits = false;
    /// For a later call with the same token: the size of each item.
    std::vector<std::uint32_t> itemBytes;
};

/// The result of one action at its partition.
struct ActionResult {
    CancellationReason reason;
    /// If not 0, the action failed only because its stamp is not above this one.
    CalendarTime blockedBy;
    WriteReply write;  ///< For Read: the item is in `before`.

    // For Read.
    std::uint64_t version = 0;  ///< Of the item; 0 if there is none.
    bool isBeingWritten = false;
    bool hasChanged = false;  ///< It is missing, and some record after `since` has its key.
};

enum class LedgerAnswer : std::uint8_t {
    Begun,       ///< `id` is the transaction's.
    Repeated,    ///< The token's transaction is committed and finished: `itemBytes`.
    Known,       ///< It is committed, but perhaps some partition has not been told.
    InProgress,  ///< It is undecided.
    Mismatch,    ///< The token belongs to other parameters.
    Decided,     ///< `commits` is the outcome, this call's or an earlier one.
    Forgotten,   ///< The transaction has finished, or never began.
};

/// The answer of a partition's leader.
struct PartitionResult {
    std::vector<ActionResult> actions;  ///< In the order of the keys asked about.
    Lsn applied{};                      ///< For Read: the leader had applied up to here.
    /// Of a prepare: nothing was prepared, for no reason of an action's own.
    std::optional<ApiError> refusal;
};

/// The answer of the ledger's leader.
struct LedgerResult {
    LedgerAnswer answer{};
    std::string id;
    bool commits = false;
    CalendarTime stamp;
    std::vector<std::string> keys;
    std::vector<std::uint32_t> itemBytes;
};

using TransactionResult = std::variant<PartitionResult, LedgerResult>;

/// A leader's answer to a coordinator's request.
struct Transacted {
    std::unique_ptr<TransactionResult> result = std::make_unique<TransactionResult>();
    std::optional<ApiError> error;
    /// The answer leaves once this record is committed; 0 if it depends only on committed ones.
    Lsn restsOn{};
    bool isAccepted = false;  ///< Of a prepare: all actions.
    /// Items have changed: the answer waits for the global indexes where writes do.
    bool changesItems = false;
    /// Nothing was done: the collection of this storage key must be counted first.
    std::optional<std::string> countFirst;
};

}  // namespace orrery::cluster
