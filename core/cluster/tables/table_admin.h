#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/catalog/request.h"
#include "core/cluster/global/global_replication.h"
#include "core/cluster/indexes/global_indexes.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/streams/streams.h"
#include "core/cluster/tables/table_replicas.h"
#include "core/cluster/tables/table_resets.h"
#include "core/cluster/tables/table_store.h"
#include "core/cluster/tables/transient_states.h"
#include "core/cluster/ttl/expiry_filler.h"
#include "core/cluster/ttl/expiry_sweeper.h"

namespace orrery::cluster {

/// Handles requests about tables, and takes tables through the transient states in between.
class TableAdmin {
public:
    /// The parts that are told when a table gains or loses indexes, streams or a time to live. All
    /// must outlive the admin.
    struct Parts {
        GlobalIndexes& indexes;
        Streams& streams;
        ExpirySweeper& expiries;
        ExpiryFiller& expiryFiller;
        GlobalReplication& replication;
    };

    TableAdmin(WorldState& world, Replicator& replicator, Jobs& jobs, const Parts& parts)
        : m_world(world),
          m_replicator(replicator),
          m_indexes(parts.indexes),
          m_streams(parts.streams),
          m_expiries(parts.expiries),
          m_expiryFiller(parts.expiryFiller),
          m_states(world),
          m_tables(world, replicator, jobs,
                   {parts.indexes, parts.expiries, parts.expiryFiller, m_states}),
          m_replicas(world, {m_tables, m_states, parts.streams, parts.expiries, parts.replication}),
          m_resets(world, m_tables, parts.streams, m_replicas) {}
    TableAdmin(const TableAdmin&) = delete;
    TableAdmin& operator=(const TableAdmin&) = delete;

    ApiResult<Reply> request(const Request& request, const Caller& caller);
    void on(const TableSettles& settles);
    /// The backfill of a new index is complete.
    void indexFilled(KeySpaceId table, KeySpaceId index);

    /// The index by expiry of a table is complete.
    void expiryFilled(KeySpaceId table);

    /// See TableResets::reset.
    std::size_t reset(std::string_view accountId, std::size_t countMax) {
        return m_resets.reset(accountId, countMax);
    }

    /// Loads the Regions first, since faults need them, then tables and their groups.
    storage::StorageResult<void> reopenRegions() { return m_tables.reopenRegions(); }
    storage::StorageResult<void> reopenTables();
    /// What was repaired when the tables were opened, one sentence each.
    const std::vector<std::string>& notes() const { return m_notes; }

    /// Makes the ledger of a Region, which has none.
    void addLedger(RegionId region) { m_tables.addLedger(region); }
    /// See TableStore::reclaimDropped.
    void reclaimDropped(storage::Ticket synced) { m_tables.reclaimDropped(synced); }

    /// The description with the current counts.
    TableReply describe(const TablePtr& table) const;

private:
    ApiResult<Reply> create(const CreateTable& create, const Caller& caller);
    ApiResult<Reply> update(const UpdateTable& update);
    ApiResult<Reply> changeReplicas(const UpdateTable& update);
    /// Makes the changes, which are allowed.
    TableReply change(const UpdateTable& update);
    ApiResult<Reply> updateTimeToLive(const UpdateTimeToLive& update);
    void setTimeToLive(TableDescription table, const UpdateTimeToLive& update);
    ApiResult<Reply> remove(const DeleteTable& remove);
    Reply names(const ListTables& list, const Caller& caller) const;

    /// At once if transient states take no time.
    void settleInTime(const TableDescription& table);
    void settle(TableDescription table);
    std::pair<std::int64_t, std::int64_t> localIndexCounts(KeySpaceId table,
                                                           std::size_t place) const;

    WorldState& m_world;
    Replicator& m_replicator;
    GlobalIndexes& m_indexes;
    Streams& m_streams;
    ExpirySweeper& m_expiries;
    ExpiryFiller& m_expiryFiller;
    TransientStates m_states;
    TableStore m_tables;       // Uses the states.
    TableReplicas m_replicas;  // Uses the tables.
    TableResets m_resets;
    std::vector<std::string> m_notes;
};

}  // namespace orrery::cluster
