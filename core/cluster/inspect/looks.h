#pragma once

#include "core/cluster/inspect/look.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// Looks read what one replica has applied, whatever its role, and change nothing: see look.h.

LookResult<ItemsLook> lookItems(const WorldState& world, const ItemsLookRequest& request);
LookResult<ItemLook> lookItem(const WorldState& world, const ItemLookRequest& request);
/// Read at once, however long that takes, if `scanned`; ChecksumLooks cuts it into steps.
LookResult<std::vector<PartitionChecksums>> lookChecksums(const WorldState& world,
                                                          std::string_view table,
                                                          std::string_view region, bool scanned);

/// The turn that wrote last what a look at this table shows: whether it is there, and what its
/// replicas hold. Of all Regions' tables of that name the first, where none is given.
storage::Ticket lookGate(const WorldState& world, std::string_view table, std::string_view region);

// For looks that take several steps.

LookResult<TablePtr> findTable(const WorldState& world, std::string_view region,
                               std::string_view name);
/// The partitions of a table, then those of its global indexes.
std::vector<GroupId> partitionsOf(const WorldState& world, const TableDescription& table);
/// Without what a scan would add.
std::vector<PartitionChecksums> keptChecksums(const WorldState& world,
                                              const TableDescription& table);
std::string readProblem(const storage::StorageError& error);

}  // namespace orrery::cluster
