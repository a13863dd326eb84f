#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/indexes/global_indexes.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/tables/space_reclaimer.h"
#include "core/cluster/tables/stored_table.h"
#include "core/cluster/tables/transient_states.h"
#include "core/cluster/ttl/expiry_filler.h"
#include "core/cluster/ttl/expiry_sweeper.h"
#include "core/types/api_error.h"

namespace orrery::cluster {

/// Keeps tables in the catalog and in the store: descriptions, key spaces, partitions, the next
/// ids, Regions, and ledgers. The turn that changes the catalog also stores the change.
class TableStore {
public:
    /// The parts that are told when a table changes or is erased. All must outlive this one.
    struct Parts {
        GlobalIndexes& indexes;
        ExpirySweeper& expiries;
        ExpiryFiller& expiryFiller;
        TransientStates& states;
    };

    TableStore(WorldState& world, Replicator& replicator, Jobs& jobs, const Parts& parts)
        : m_world(world),
          m_replicator(replicator),
          m_indexes(parts.indexes),
          m_expiries(parts.expiries),
          m_expiryFiller(parts.expiryFiller),
          m_states(parts.states),
          m_reclaimer(world, jobs) {}

    /// Loads the Regions and the next ids; call it before anything else.
    storage::StorageResult<void> reopenRegions();
    /// Loads the key spaces that have still to be reclaimed.
    storage::StorageResult<void> reopenDropped() { return m_reclaimer.reopen(); }

    // --- ids; `saveCounters` stores the next ones

    KeySpaceId newSpace();
    /// Random like the service's, but the same in a repeated run.
    std::string newTableId(KeySpaceId space) const;
    void saveCounters();
    /// Later ids are greater than these.
    void passSpace(KeySpaceId space);
    void passGroup(GroupId group);
    /// False if a group that was passed has an id that no group can have.
    bool hasValidIds() const { return m_nextGroup <= kGroupIdMax.value() + 1; }

    // --- tables

    /// The error if a table in this Region needs one more Region than there can be.
    ApiResult<void> checkRegion(const std::string& name) const { return checkRegions({name}); }
    ApiResult<void> checkRegions(const std::vector<std::string>& names) const;
    /// The Region of this name; added if it is new.
    RegionState& regionOf(const std::string& name);
    /// Adds or replaces the table in the catalog and in the store.
    void put(TablePtr table);
    /// Removes the table and its indexes from the catalog and drops their keys.
    void erase(const TableDescription& table);
    /// Makes the ledger of a Region, which has none.
    void addLedger(RegionId region);

    // --- global tables

    /// Adds or replaces it in the catalog and in the store. With one replica left it is erased: the
    /// table of that replica is a regional one from then on, with the settings that it had.
    void putGlobal(GlobalTable global);
    /// The tables of all replicas are regional ones from then on.
    void endGlobal(const GlobalTable& global);
    void eraseGlobal(const GlobalTable& global);

    // --- partitions

    /// Creates the partitions of a key space with equal shares of the hash space.
    void addPartitions(const TableDescription& table, GroupKind kind, KeySpaceId space,
                       std::uint64_t count);
    /// Creates as many as another key space has, with the same bounds.
    void addPartitionsLike(const TableDescription& table, GroupKind kind, KeySpaceId space,
                           KeySpaceId like);
    /// Creates the journals of a global table whose replicas have partitions like `like`.
    void addJournals(GlobalJournal& journal, KeySpaceId like);
    /// Adds a journal that the store has. The caller opens its replicas.
    Group& addStoredJournal(const GlobalJournal& journal, const JournalPartition& partition);
    /// Adds a partition that the store has. The caller opens its replicas.
    Group& addStored(const TableDescription& table, GroupKind kind,
                     const StoredPartition& partition);
    /// `more` are groups beside those of the space that have private keys of it.
    void dropSpace(KeySpaceId space, std::string subject, const std::vector<GroupId>& more = {});
    void dropIndex(const TableDescription& table, const SecondaryIndex& index);
    /// Starts reclaiming the keys of deleted tables once their deletion is synced. Before a turn
    /// ends.
    void reclaimDropped(storage::Ticket synced) { m_reclaimer.turnEnds(synced); }
    /// The key spaces whose keys have not been reclaimed yet.
    const std::deque<SpaceReclaimer::Dropped>& dropped() const { return m_reclaimer.dropped(); }
    /// The number of items or entries, and their bytes.
    std::pair<std::int64_t, std::int64_t> countsOf(KeySpaceId space) const;

private:
    std::shared_ptr<const table::ApplySchema> schemaOf(const TableDescription& table, GroupId group,
                                                       KeySpaceId space) const;
    /// The zones from which the leader of a new partition may be appointed.
    std::vector<ZoneIndex> zonesToLead(const RegionState& region) const;
    /// Each begins at one of `begins`, which are in order and start with an empty one.
    void addPartitions(const TableDescription& table, GroupKind kind, KeySpaceId space,
                       std::vector<std::string> begins);
    std::string encodeStored(const TableDescription& table,
                             const std::vector<GroupId>& groups) const;

    WorldState& m_world;
    Replicator& m_replicator;
    GlobalIndexes& m_indexes;
    ExpirySweeper& m_expiries;
    ExpiryFiller& m_expiryFiller;
    TransientStates& m_states;
    SpaceReclaimer m_reclaimer;
    std::uint32_t m_nextSpace = 1;
    KeySpaceId m_usedAgain{};  ///< The last one, for PlantedBug::SpaceUsedAgain.
    std::uint64_t m_nextGroup = 1;
};

/// The initial number of partitions of a table or index: four for on-demand, by throughput
/// otherwise (3,000 read units or 1,000 write units each).
std::uint64_t initialPartitions(BillingMode billing, const Throughput& throughput);

}  // namespace orrery::cluster
