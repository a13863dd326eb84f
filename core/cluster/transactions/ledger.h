#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/transactions/ledger_row.h"
#include "core/cluster/writes/write_evaluation.h"

namespace orrery::cluster {

/// What the leader of a ledger does: notes how each transaction of the Region stands, and remembers
/// client tokens for ten minutes. It knows the transactions that are not finished, and reads
/// through its rows in bounded steps: once when it becomes leader, to find those, and from time to
/// time, to remove tokens that have expired.
class Ledger {
public:
    Ledger(WorldState& world, Replicator& replicator) : m_world(world), m_replicator(replicator) {}

    /// The transaction has not been finished for long enough: another coordinator takes over.
    using Stalled = std::function<void(Group& ledger, ZoneIndex leader, const std::string& id)>;
    void setStalled(Stalled stalled) { m_stalled = std::move(stalled); }
    /// The number of worlds opened on the store (catalog/starts.h): attempts of earlier ones have
    /// no coordinator any more.
    void setStarts(std::uint64_t starts) { m_starts = starts; }

    /// Begin, Decide or Finish, at the leader in `zone`, which serves.
    Transacted serve(Group& ledger, ZoneIndex zone, const TransactionOp& op);
    /// Its replicas have advanced.
    void moved(Group& ledger);
    /// Resumes after a restart: looks for unfinished transactions, unless the ledger is empty.
    void resume(Group& ledger);
    void on(const LedgerStep& step);

    /// The number of unfinished transactions that the leader knows to have stalled.
    std::size_t stalled(const Group& ledger) const;

private:
    struct Unfinished {
        std::string id;
        Instant since;
        /// An earlier process began it, so its coordinator is gone.
        bool isOrphan = false;
    };
    /// What one leader knows.
    struct Known {
        ZoneIndex zone{};
        replication::Term term{};
        std::map<std::string, Unfinished> unfinished;  ///< By name.
        std::optional<std::string> next;    ///< The key at which the scan in progress continues.
        Instant readAt;                     ///< When the next scan begins.
        Instant stepAt = Instant::never();  ///< Of the queued step.
        std::uint32_t waits = 0;            ///< Steps in a row that found no leader.
    };

    /// What the leader knows. A new one begins to read through its rows.
    Known& knownTo(Group& ledger, ZoneIndex zone);
    storage::StorageResult<std::optional<NamedRow>> rowOf(const Group& ledger, ZoneIndex zone,
                                                          const std::string& name,
                                                          LatestItem& latest) const;
    void begin(Group& ledger, ZoneIndex zone, const TransactionOp& op,
               const std::optional<NamedRow>& row, const LatestItem& latest, Transacted& out);
    void decide(Group& ledger, ZoneIndex zone, const TransactionOp& op, std::optional<NamedRow> row,
                const LatestItem& latest, Transacted& out);
    void finish(Group& ledger, ZoneIndex zone, const TransactionOp& op, std::optional<NamedRow> row,
                const LatestItem& latest, Transacted& out);
    void write(Group& ledger, ZoneIndex zone, const std::string& name, const LedgerRow* row,
               const LatestItem& latest, Transacted& out);
    bool isExpired(const LedgerRow& row) const;
    /// True if a scan of the rows removes it.
    bool isRemoved(const LedgerRow& row) const;

    void stepLater(Group& ledger, Known& known, Duration after);
    /// Reads some rows; true if it has come to the end.
    bool readOn(Group& ledger, ZoneIndex zone, Known& known);
    void takeRow(Group& ledger, ZoneIndex zone, Known& known, const std::string& name);
    bool isStalled(const Unfinished& one) const;
    void reportStalled(Group& ledger, Known& known);

    WorldState& m_world;
    Replicator& m_replicator;
    std::uint64_t m_starts = 1;
    Stalled m_stalled;
    PerGroup<Known> m_ledgers;
};

}  // namespace orrery::cluster
