#pragma once

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/catalog/table_description.h"

namespace orrery::cluster {

// Settings in which a replica of a global table differs from the others. The description of its
// table in the catalog has the common ones.

/// What a replica with these overrides has after an action of UpdateTable's ReplicaUpdates. A value
/// that `table` has anyway ends the override.
ReplicaOverrides changedOverrides(ReplicaOverrides overrides, const ReplicaOverrides& change,
                                  const TableDescription& table);

/// Without those that the billing mode of the table or its indexes rule out by now.
ReplicaOverrides fittingOverrides(ReplicaOverrides overrides, const TableDescription& table);

/// The table with these settings: what is shown, and in force, in the Region of the replica.
TablePtr withOverrides(const TablePtr& table, const ReplicaOverrides& overrides);

/// The ARN of a key in another Region: a key of several Regions has the same id in each.
std::string keyArnIn(std::string_view region, std::string_view arn);

}  // namespace orrery::cluster
