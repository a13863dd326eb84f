#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster/kernel/leader_requests.h"
#include "core/cluster/transactions/ledger_row.h"

namespace orrery::cluster {

/// A coordinator's request to the leader of one group.
struct Asked {
    Op op;
    std::vector<std::uint32_t> positions;  ///< Where its actions are in the transaction.
    std::uint32_t firstSending = 0;        ///< The number of the first sending.
};

/// A transaction, or the recovery of one, that a coordinator drives from phase to phase. In each
/// phase it asks some groups and waits for all of them. Lost with its zone.
struct Driven {
    enum class Phase : std::uint8_t {
        Begin,
        Prepare,
        Decide,
        Resolve,  ///< The partitions commit or cancel.
        Finish,
        FirstRead,
        SecondRead,
        Pause,  ///< Before the next attempt of a read.
    };
    enum class Purpose : std::uint8_t {
        Call,      ///< Of a router.
        Recovery,  ///< The transaction's coordinator is lost.
    };
    /// What the ledger has of the transaction.
    enum class Standing : std::uint8_t {
        Open,
        Repeated,   ///< The token's transaction was done before.
        Forgotten,  ///< Nothing, so there is nothing to finish in it.
    };
    RegionId region{};
    ZoneIndex zone{};  ///< The coordinator's.
    Purpose purpose = Purpose::Call;
    Phase phase{};
    /// The router's call, until it is answered.
    std::optional<CallNumber> call;
    std::shared_ptr<const Request> request;  ///< Of the call; null for a recovery.
    Instant deadline;                        ///< Of the phase.
    /// The client waits no longer. A transaction that is not wholly prepared by then is cancelled,
    /// so that it takes no effect after what the client does next.
    Instant patience;

    GroupId ledger{};
    std::string name;
    std::string id;
    std::string attempt;
    CalendarTime stamp;
    std::uint32_t attempts = 0;  ///< With a raised stamp, or rounds of reads.
    /// The coordinator's wish, and after Phase::Decide the ledger's decision.
    Outcome outcome = Outcome::Undecided;
    Standing standing = Standing::Open;

    std::vector<std::string> keys;        ///< Of all actions.
    std::vector<std::string> held;        ///< Prepared for it, as a recovery was told.
    std::vector<ActionResult> results;    ///< Of all actions.
    std::vector<std::uint64_t> versions;  ///< Seen in the first round of reads.
    std::map<GroupId, Lsn> readUpTo;      ///< What the leaders had applied in the last round.
    std::vector<std::uint32_t> itemBytes;
    std::optional<ApiError> error;  ///< The answer, unless it succeeds.

    std::vector<Asked> asked;
    Instant askedAt;          ///< When the phase began.
    std::uint32_t round = 0;  ///< Counts the phases.
    std::uint32_t askedLeft = 0;
    std::uint32_t sendings = 0;  ///< In all phases.
    storage::Ticket gate{};

    bool isRecovery() const { return purpose == Purpose::Recovery; }
    bool commits() const { return outcome == Outcome::Committed; }
};

}  // namespace orrery::cluster
