#pragma once

#include <cstddef>
#include <string_view>

#include "core/cluster/streams/streams.h"
#include "core/cluster/tables/table_replicas.h"
#include "core/cluster/tables/table_store.h"

namespace orrery::cluster {

/// Resets drop tables at once, in whatever state they are, with their streams. Their times are
/// stored, since client tokens from before a reset are void.
class TableResets {
public:
    TableResets(WorldState& world, TableStore& tables, Streams& streams, TableReplicas& replicas)
        : m_world(world), m_tables(tables), m_streams(streams), m_replicas(replicas) {}

    /// Drops tables of an account, or of all if the id is empty, with their streams, and streams of
    /// tables that were deleted before; at most `countMax` in all. Returns how many: if fewer, none
    /// is left.
    std::size_t reset(std::string_view accountId, std::size_t countMax);
    /// Loads the times of resets.
    storage::StorageResult<void> reopen();

private:
    /// Drops a table, and the replicas that are being filled from it, with their streams. No other
    /// replica is told of what it has.
    void drop(const TableDescription& table);
    /// Erases the tables of this name of all accounts: PlantedBug::NamesakesDropped.
    void eraseNamed(std::string_view name);
    void noteReset(std::string_view accountId);

    WorldState& m_world;
    TableStore& m_tables;
    Streams& m_streams;
    TableReplicas& m_replicas;
};

}  // namespace orrery::cluster
