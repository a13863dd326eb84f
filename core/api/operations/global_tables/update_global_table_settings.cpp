// UpdateGlobalTableSettings. API reference: API_UpdateGlobalTableSettings.html. There are no global
// tables of the first version, so it finds none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/global_tables.h"
#include "core/api/tables/table_shapes.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"GlobalTableName", &shapes::kIndexName, Presence::NotNull},
    {"GlobalTableBillingMode", &shapes::kBillingMode},
    {"GlobalTableProvisionedWriteCapacityUnits", &shapes::kCapacityUnits},
    {"GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate", &shapes::kAnyStructure},
    {"GlobalTableGlobalSecondaryIndexSettingsUpdate", &shapes::kAnyList},
    {"ReplicaSettingsUpdate", &shapes::kAnyList},
};
constexpr Shape kInput = structure("UpdateGlobalTableSettingsInput", kMembers);

}  // namespace

const Operation update_global_table_settings =
    operation<takeGlobalTable, refuseGlobalTableSettings, replyMissing>(kInput);

}  // namespace orrery::api::operations
