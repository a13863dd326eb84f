#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/global/global_replication.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/jobs.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Makes the part of a snapshot about global tables and the links between Regions. It is made anew
/// for each snapshot: the cost depends on the global tables and their partitions, and not on the
/// tables that are not global.
class GlobalViews {
public:
    /// All must outlive this object.
    GlobalViews(const WorldState& world, const GlobalReplication& replication, const Jobs& jobs)
        : m_world(world), m_replication(replication), m_jobs(jobs) {}

    /// A table was created, changed or deleted, or the global table of which it is or was a
    /// replica.
    void tableChanged(KeySpaceId table);
    /// All tables are told of again.
    void forgetAll() { m_replicas.clear(); }
    void show(observe::Snapshot& snapshot) const;

private:
    /// By account, name and id.
    using Globals = std::map<std::tuple<std::string, std::string, std::uint64_t>, GlobalTablePtr>;

    Globals globals() const;
    observe::RegionLinkView link(const RegionState& from, const RegionState& to) const;
    observe::ReplicationPairView pair(const TableDescription& from,
                                      const TableDescription& to) const;
    void addFill(const TableDescription& from, const TableDescription& to,
                 observe::ReplicationPairView& view) const;
    void addTable(const GlobalTable& global, observe::Snapshot& snapshot) const;

    const WorldState& m_world;
    const GlobalReplication& m_replication;
    const Jobs& m_jobs;
    std::set<KeySpaceId> m_replicas;  ///< Tables that are replicas of global tables.
};

}  // namespace orrery::cluster
