#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/cluster/kernel/calls.h"
#include "core/cluster/kernel/leader_requests.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/routing/pending_call.h"
#include "core/cluster/transactions/coordinator.h"

namespace orrery::cluster {

/// The request routers of all zones. They accept calls, find the partition and replica of each
/// part, retry if a replica is not the leader or does not answer, and assemble replies. A failure
/// of the simulated world becomes an ApiError here.
class Router {
public:
    /// Answers a request about tables at once.
    using TableRequests = std::function<ApiResult<Reply>(const Request&, const Caller&)>;

    /// Makes the ledger of a Region at its first transaction.
    using LedgerMaker = std::function<void(RegionId)>;

    Router(WorldState& world, Coordinator& coordinator, TableRequests tables,
           LedgerMaker makeLedger);

    void admit(CallId id, std::unique_ptr<Call> call, Caller caller);
    /// Counts and traces a request that got an error before it was a call.
    void recordRefused(observe::RequestServed event);
    /// Sends a replica's answer to the router of the call.
    void answer(Group& group, ZoneIndex from, OpId op, std::unique_ptr<OpResult> result);

    /// A coordinator's answer to a transaction; without effect if the call has been answered.
    void transactionEnded(CallNumber number, ApiResult<Reply> result, storage::Ticket gate);

    void on(OpAnswered& answered);
    void on(const OpRetry& retry);
    void on(const CallSweep& sweep);

    /// The zone lost power, and with it its router's hints.
    void zoneLost(RegionId region, ZoneIndex zone);
    /// Fails the first call of this router at or after `from`; returns where to continue.
    CallNumber failCall(RegionId region, ZoneIndex zone, CallNumber from);
    /// The number of the next call.
    CallNumber nextCall() const { return m_next; }

    /// The number of calls in progress.
    std::size_t pendingCalls() const { return m_calls.size(); }
    /// Counted since the world was opened.
    struct Totals {
        std::uint64_t requests = 0;
        std::uint64_t clientErrors = 0;
        std::uint64_t serverErrors = 0;
        std::uint64_t staleReads = 0;
        /// Reads that a replica served while it lagged, but whose items were the newest.
        std::uint64_t laggingReads = 0;
        /// Requests on items that were refused because of a transaction.
        std::uint64_t transactionConflicts = 0;
    };
    const Totals& totals() const { return m_totals; }
    std::vector<Answered> takeAnswers() {
        std::vector<Answered> next;
        next.reserve(m_answers.size());  // Turns are alike, and growing would move the answers.
        return std::exchange(m_answers, std::move(next));
    }

private:
    /// Creates the parts of a call; false if there are none and the call has been answered.
    bool plan(PendingCall& call);
    /// False if a partition does not exist.
    bool planParts(PendingCall& call);
    /// Hands a transaction to the coordinator in the router's zone.
    void transact(CallNumber number, PendingCall& call);
    std::optional<ApiError> refusal(const Request& request) const;
    /// For requests about tables, which need no replica.
    void answerAtOnce(PendingCall& call);
    bool planItem(PendingCall& call, const TablePtr& table, const types::Key& key, Access access);
    /// False if no partition holds the page.
    bool planPage(PendingCall& call, const ReadRange& range, GroupId group);
    void planStream(PendingCall& call, const ReadStream& read);
    void addOp(PendingCall& call, GroupId group, OpRequest asked);
    /// True if other Regions have to agree to what the leader of this partition serves.
    bool isStrong(GroupId group) const;
    Lsn committedIn(GroupId group) const;
    std::optional<ZoneIndex> routerZone(const RegionState& region, ZoneIndex wanted) const;
    /// For a part whose partition does not exist: true if that decides its outcome. Otherwise the
    /// part may have another partition now.
    bool endsWithoutPartition(PendingCall& call, Op& op);
    std::optional<ApiError> goneError(KeySpaceId space, const std::string& indexName) const;
    void send(CallNumber number, PendingCall& call, std::uint32_t part);
    ZoneIndex chooseReplica(const PendingCall& call, const Op& op, const Group& group);

    // Answers; router_answers.cpp.
    /// True if the part has succeeded. Otherwise it was refused, or its page continues elsewhere.
    bool take(CallNumber number, PendingCall& call, std::uint32_t part, OpResult& result);
    void refused(CallNumber number, PendingCall& call, std::uint32_t part, Refused& refusal);
    bool takePage(CallNumber number, PendingCall& call, RangeReply& taken);
    void partDone(CallNumber number, PendingCall& call, std::uint32_t part);
    void giveUp(CallNumber number, PendingCall& call, std::uint32_t part);
    static void limitBatch(const std::vector<Op>& ops, BatchReadReply& reads);
    void finish(CallNumber number, PendingCall& call);
    void countConflicts(const ApiError& error);

    /// Adds the parts of a call that must be sent again, or that have waited too long.
    void findLate(CallNumber number, const PendingCall& call, std::vector<OpId>& late) const;
    void sendLate(const OpId& op);
    bool isTooLate(const PendingCall& call) const;
    void countError(int httpStatus);
    void traceServed(const PendingCall& call, const Answered& answered);

    WorldState& m_world;
    Coordinator& m_coordinator;
    TableRequests m_tables;
    LedgerMaker m_makeLedger;
    Prng m_prng;
    std::map<CallNumber, PendingCall> m_calls;  ///< In order of admission.
    LeaderRequests m_requests;
    CallNumber m_next{1};
    std::vector<Answered> m_answers;
    Totals m_totals;
};

}  // namespace orrery::cluster
