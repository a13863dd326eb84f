#pragma once

#include <string>
#include <vector>

#include "core/cluster/kernel/transaction_op.h"
#include "core/cluster/writes/prepared_items.h"
#include "core/cluster/writes/write_evaluation.h"

namespace orrery::cluster {

/// What the leader of a table's partition does for transactions: prepares their actions, applies or
/// drops what is prepared, and reads for them (section 3 of the ATC 2023 paper). Only while the
/// leader serves.
class Participant {
public:
    Participant(WorldState& world, Replicator& replicator, PreparedItems& prepared)
        : m_world(world), m_replicator(replicator), m_prepared(prepared) {}

    /// `call` is null for a recovery.
    Transacted serve(Group& group, ZoneIndex zone, const Request* call, const TransactionOp& op,
                     CollectionSizes& sizes);

private:
    /// One action of a prepare, evaluated.
    struct Planned {
        std::string_view key;
        Evaluation evaluation;
        table::TransactionAction action{};
        bool isRepeated = false;                 ///< It is prepared already, with this stamp.
        std::optional<table::OldItem> replaced;  ///< It is prepared already, with a lower one.
    };

    storage::StorageResult<void> prepare(Group& group, ZoneIndex zone, const TransactWrite& call,
                                         const TransactionOp& op, CollectionSizes& sizes,
                                         Transacted& out);
    storage::StorageResult<Planned> plan(Group& group, ZoneIndex zone,
                                         const TransactWriteAction& action, const TransactionOp& op,
                                         const std::string& key, const CollectionSizes& sizes,
                                         ActionResult& result);
    void propose(Group& group, ZoneIndex zone, const TransactionOp& op,
                 std::vector<Planned>& planned, Transacted& out);
    storage::StorageResult<void> resolve(Group& group, ZoneIndex zone, const Request* call,
                                         const TransactionOp& op, CollectionSizes& sizes,
                                         Transacted& out);
    storage::StorageResult<void> repeat(const Group& group, ZoneIndex zone, const Request* call,
                                        const TransactionOp& op, std::size_t at,
                                        const CollectionSizes& sizes, Transacted& out) const;
    storage::StorageResult<table::LogRecord> commitRecord(const Group& group, ZoneIndex zone,
                                                          const TransactionOp& op,
                                                          const std::string& key,
                                                          table::PreparedItem prepared) const;
    storage::StorageResult<void> read(Group& group, ZoneIndex zone, const TransactionOp& op,
                                      Transacted& out) const;
    void findChanges(Group& group, ZoneIndex zone, const TransactionOp& op,
                     PartitionResult& result) const;
    CalendarTime stampInTheWay(const Group& group, ZoneIndex zone, const std::string& key,
                               const LatestItem& latest) const;

    WorldState& m_world;
    Replicator& m_replicator;
    PreparedItems& m_prepared;
};

}  // namespace orrery::cluster
