#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/cluster/kernel/leader_requests.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/transactions/driven.h"

namespace orrery::cluster {

/// The coordinators of transactions at all nodes (sections 3.2 to 3.5 of the ATC 2023 paper). A
/// write transaction is noted in the ledger, prepared at the leaders of its partitions, decided in
/// the ledger, and then committed or cancelled at the partitions, after which the client is
/// answered. A read transaction reads all items twice, and answers if nothing has changed between.
class Coordinator {
public:
    /// Receives the answer to a router's call.
    using Ended = std::function<void(CallNumber, ApiResult<Reply>, storage::Ticket gate)>;
    /// A recovery ended, whether or not it succeeded.
    using Recovered = std::function<void(RegionId, const std::string& id)>;

    explicit Coordinator(WorldState& world)
        : m_world(world), m_requests(world, OpOwner::Coordinator) {}
    void setEnded(Ended ended) { m_ended = std::move(ended); }
    void setRecovered(Recovered recovered) { m_recovered = std::move(recovered); }
    /// The number of worlds opened on the store (catalog/starts.h): part of the names of attempts.
    void setStarts(std::uint64_t starts) { m_starts = starts; }

    /// A TransactWrite or TransactRead of the router in `zone`. The Region has a ledger.
    void start(CallNumber call, RegionId region, ZoneIndex zone,
               std::shared_ptr<const Request> request);
    /// Finishes a transaction whose coordinator is lost: commits it if that is decided, cancels it
    /// otherwise. `held` has the keys of items that are known to be prepared for it. Those that the
    /// ledger does not list were prepared too late and are cancelled. No effect if this zone
    /// already does so.
    void recover(RegionId region, ZoneIndex zone, GroupId ledger, const std::string& id,
                 std::vector<std::string> held);

    void on(OpAnswered& answered);
    void on(const OpRetry& retry);
    void on(const CallSweep& sweep);
    void on(const TransactionAgain& again);
    /// The zone lost power, and with it what its coordinator knew.
    void zoneLost(RegionId region, ZoneIndex zone);

private:
    using Parts = std::map<GroupId, std::vector<std::uint32_t>>;
    /// Where a transaction is driven, and its id.
    using Place = std::tuple<RegionId, ZoneIndex, std::string>;

    /// The ledger has named the transaction.
    void setId(CallNumber number, Driven& driven, std::string id);
    void forgetId(CallNumber number, const Driven& driven);

    // The phases; coordinator.cpp. Each may end the transaction, after which it is gone.
    Instant decidingDeadline() const;
    void begin(CallNumber number, Driven& driven);
    void prepare(CallNumber number, Driven& driven);
    void decide(CallNumber number, Driven& driven);
    void cancel(CallNumber number, Driven& driven);
    void resolve(CallNumber number, Driven& driven);
    void finish(CallNumber number, Driven& driven);
    void read(CallNumber number, Driven& driven, Driven::Phase round);

    // What follows the answers; coordinator_answers.cpp.
    void take(CallNumber number, Driven& driven, const Asked& asked, OpResult& result);
    void takeFromPartition(Driven& driven, const Asked& asked, PartitionResult& result);
    void takeFromLedger(CallNumber number, Driven& driven, LedgerResult& result);
    void phaseDone(CallNumber number, Driven& driven);
    void begun(CallNumber number, Driven& driven);
    void prepared(CallNumber number, Driven& driven);
    void resolved(CallNumber number, Driven& driven);
    void readDone(CallNumber number, Driven& driven);
    void readConflicts(CallNumber number, Driven& driven, const std::vector<bool>& conflicts);
    void tooLate(CallNumber number, Driven& driven);
    void refused(CallNumber number, Driven& driven, ApiError error);
    void answer(Driven& driven);
    void end(CallNumber number);

    // Asking leaders; coordinator_sending.cpp.
    Parts partitionsOf(const std::vector<std::string>& keys) const;
    TransactionOp opOf(const Driven& driven, TransactionStep step) const;
    void addToLedger(Driven& driven, TransactionOp op) const;
    void addToPartitions(Driven& driven, TransactionStep step,
                         const std::vector<std::string>& keys) const;
    void ask(CallNumber number, Driven& driven, Driven::Phase phase, Instant deadline);
    void send(CallNumber number, Driven& driven, std::uint32_t part);
    ZoneIndex chooseReplica(const Driven& driven, const Op& op, const Group& group) const;
    void partDone(CallNumber number, Driven& driven, Asked& asked);

    WorldState& m_world;
    std::uint64_t m_starts = 1;
    Ended m_ended;
    Recovered m_recovered;
    LeaderRequests m_requests;
    std::map<CallNumber, Driven> m_driven;
    std::multimap<Place, CallNumber> m_byId;  ///< Those of `m_driven` whose id is known.
    CallNumber m_next{1};
};

}  // namespace orrery::cluster
