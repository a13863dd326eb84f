// DescribeGlobalTableSettings. API reference: API_DescribeGlobalTableSettings.html. There are no
// global tables of the first version, so it finds none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/global_tables.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"GlobalTableName", &shapes::kIndexName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeGlobalTableSettingsInput", kMembers);

}  // namespace

const Operation describe_global_table_settings =
    operation<takeGlobalTable, refuseGlobalTableSettings, replyMissing>(kInput);

}  // namespace orrery::api::operations
