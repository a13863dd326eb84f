#pragma once

#include "core/cluster/inspect/look.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// Looks read what one replica has applied, whatever its role, and change nothing; see look.h.

LookResult<ItemsLook> lookItems(const WorldState& world, const ItemsLookRequest& request);
LookResult<ItemLook> lookItem(const WorldState& world, const ItemLookRequest& request);
/// With `scanned`, reads everything at once, however long that takes; ChecksumLooks works in steps.
LookResult<std::vector<PartitionChecksums>> lookChecksums(const WorldState& world,
                                                          std::string_view table,
                                                          std::string_view region, bool scanned,
                                                          std::string_view accountId = {});

/// The turn that last wrote what a look at this table shows: its existence and the contents of its
/// replicas. Without a Region, it is the first table of that name in any Region.
storage::Ticket lookGate(const WorldState& world, std::string_view table, std::string_view region,
                         std::string_view accountId = {});

// For scans in several steps.

LookResult<TablePtr> findTable(const WorldState& world, std::string_view region,
                               std::string_view name, std::string_view accountId = {});
/// The partitions of a table, then those of its global indexes.
std::vector<GroupId> partitionsOf(const WorldState& world, const TableDescription& table);
/// Only the maintained checksums.
std::vector<PartitionChecksums> maintainedChecksums(const WorldState& world,
                                                    const TableDescription& table);
std::string readProblem(const storage::StorageError& error);

}  // namespace orrery::cluster
