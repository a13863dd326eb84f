// CreateGlobalTable. API reference: API_CreateGlobalTable.html. The service creates no global
// tables of the first version any more. Observed in October 2026 in six Regions (ack-api-quirks
// DDB-GLOBALTABLE-002 and 003): it says so before it looks for the tables.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/global_tables.h"

namespace orrery::api::operations {
namespace {

constexpr Member kReplicaMembers[] = {{"RegionName", &shapes::kText}};
constexpr Shape kReplica = structure("Replica", kReplicaMembers);
constexpr Shape kReplicationGroup = listOf(kReplica);
constexpr Member kMembers[] = {
    {"GlobalTableName", &shapes::kIndexName, Presence::NotNull},
    {"ReplicationGroup", &kReplicationGroup, Presence::NotNull},
};
constexpr Shape kInput = structure("CreateGlobalTableInput", kMembers);

ApiResult<cluster::Request> bind(MissingResource&, const cluster::Catalog&,
                                 const cluster::Caller& caller) {
    return std::unexpected(firstVersionNotSupported(caller.regionName));
}

}  // namespace

const Operation create_global_table = operation<takeGlobalTable, bind, replyMissing>(kInput);

}  // namespace orrery::api::operations
