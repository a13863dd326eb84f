#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/catalog/request.h"
#include "core/cluster/indexes/global_indexes.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/streams/streams.h"
#include "core/cluster/tables/space_reclaimer.h"
#include "core/cluster/tables/stored_table.h"
#include "core/cluster/ttl/expiry_filler.h"
#include "core/cluster/ttl/expiry_sweeper.h"

namespace orrery::cluster {

/// Handles requests about tables: the catalog, partitions, and the transient states in between. The
/// turn that changes the catalog also stores the change.
class TableAdmin {
public:
    /// The parts that are told when a table gains or loses indexes, streams or a time to live. All
    /// must outlive the admin.
    struct Parts {
        GlobalIndexes& indexes;
        Streams& streams;
        ExpirySweeper& expiries;
        ExpiryFiller& expiryFiller;
    };

    TableAdmin(WorldState& world, Replicator& replicator, Jobs& jobs, const Parts& parts)
        : m_world(world),
          m_replicator(replicator),
          m_indexes(parts.indexes),
          m_streams(parts.streams),
          m_expiries(parts.expiries),
          m_expiryFiller(parts.expiryFiller),
          m_reclaimer(world, jobs) {}

    ApiResult<Reply> request(const Request& request, const Caller& caller);
    void on(const TableSettles& settles);
    /// The backfill of a new index is complete.
    void indexFilled(KeySpaceId table, KeySpaceId index);

    /// The index by expiry of a table is complete.
    void expiryFilled(KeySpaceId table);

    /// Drops tables of an account, or of all if the id is empty, with their streams, and streams of
    /// tables that were deleted before; at most `countMax` in all. Returns how many: if fewer, none
    /// is left.
    std::size_t reset(std::string_view accountId, std::size_t countMax);

    /// Loads the Regions first, since faults need them, then tables and their groups.
    storage::StorageResult<void> reopenRegions();
    storage::StorageResult<void> reopenTables();

    /// Makes the ledger of a Region, which has none.
    void addLedger(RegionId region);

    /// What was repaired when the tables were opened, one sentence each.
    const std::vector<std::string>& notes() const { return m_notes; }

    /// Starts reclaiming the keys of deleted tables once their deletion is synced. Before a turn
    /// ends.
    void reclaimDropped(storage::Ticket synced) { m_reclaimer.turnEnds(synced); }

    /// The description with the current counts.
    TableReply describe(const TablePtr& table) const;

private:
    ApiResult<Reply> create(const CreateTable& create, const Caller& caller);
    ApiResult<Reply> update(const UpdateTable& update);
    ApiResult<Reply> updateTimeToLive(const UpdateTimeToLive& update);
    ApiResult<Reply> remove(const DeleteTable& remove);
    Reply names(const ListTables& list, const Caller& caller) const;

    /// Sets the stream of `table`, and returns the creation of a new one.
    std::optional<CalendarTime> setStream(const std::optional<StreamView>& enabled,
                                          TableDescription& table) const;

    storage::StorageResult<std::vector<StoredTable>> stored(std::string_view prefix) const;
    storage::StorageResult<void> reopenLedgers(const std::vector<StoredTable>& ledgers);
    storage::StorageResult<void> skipUsedIds(const std::vector<StoredTable>& stored);
    /// `lost` are spaces whose groups are of no use any more.
    storage::StorageResult<void> checkOwners(const std::vector<StoredTable>& ledgers,
                                             const std::vector<StoredTable>& tables,
                                             const std::set<KeySpaceId>& lost) const;
    /// Everything of the table that is in a transient state leaves it then: an earlier change waits
    /// for the latest one.
    void settleLater(const TableDescription& table);
    /// At once if transient states take no time.
    void settleInTime(const TableDescription& table);
    /// Resumes the change that the table was in when the world stopped.
    storage::StorageResult<void> resume(const TableDescription& table,
                                        const std::set<KeySpaceId>& lost);
    static std::set<GroupId> groupsOf(const std::vector<StoredTable>& stored,
                                      const std::set<KeySpaceId>& spaces);
    storage::StorageResult<std::set<KeySpaceId>> takeIndexesToRebuild();
    storage::StorageResult<void> rebuildIndex(const StoredTable& stored, KeySpaceId lost,
                                              std::string_view why);

    std::shared_ptr<const table::ApplySchema> schemaOf(const TableDescription& table, GroupId group,
                                                       KeySpaceId space) const;
    RegionState& regionOf(const std::string& name);
    KeySpaceId newSpace();
    /// The zones from which the leader of a new partition may be appointed.
    std::vector<ZoneIndex> zonesToLead(const RegionState& region) const;
    void addPartitions(const TableDescription& table, KeySpaceId space, std::uint64_t count);
    /// `more` are groups beside those of the space that have private keys of it.
    void dropSpace(KeySpaceId space, std::string subject, const std::vector<GroupId>& more = {});
    void dropIndex(const TableDescription& table, const SecondaryIndex& index);
    void settle(TableDescription table);
    /// Removes the table and its indexes from the catalog and drops their keys.
    void erase(const TableDescription& table);
    /// Those of all accounts: PlantedBug::NamesakesDropped.
    void eraseNamed(std::string_view name);
    void noteReset(std::string_view accountId);
    storage::StorageResult<void> reopenResets();
    void store(TablePtr table);
    std::string encodeStored(const TableDescription& table,
                             const std::vector<GroupId>& groups) const;
    void saveCounters();
    std::string newTableId(KeySpaceId space) const;
    std::pair<std::int64_t, std::int64_t> countsOf(KeySpaceId space) const;
    std::pair<std::int64_t, std::int64_t> localIndexCounts(KeySpaceId table,
                                                           std::size_t place) const;

    WorldState& m_world;
    Replicator& m_replicator;
    GlobalIndexes& m_indexes;
    Streams& m_streams;
    ExpirySweeper& m_expiries;
    ExpiryFiller& m_expiryFiller;
    SpaceReclaimer m_reclaimer;
    std::uint32_t m_nextSpace = 1;
    KeySpaceId m_usedAgain{};  ///< The last one, for PlantedBug::SpaceUsedAgain.
    std::uint64_t m_nextGroup = 1;
    std::map<KeySpaceId, Instant> m_settlesAt;  ///< By table that is in a transient state.
    std::vector<std::string> m_notes;
};

/// The initial number of partitions of a table or index: four for on-demand, by throughput
/// otherwise (3,000 read units or 1,000 write units each).
std::uint64_t initialPartitions(BillingMode billing, const Throughput& throughput);

}  // namespace orrery::cluster
