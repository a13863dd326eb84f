// DeleteTable. API reference: API_DeleteTable.html.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_changes.h"
#include "core/api/tables/table_json.h"
#include "core/api/tables/table_request.h"
#include "core/api/tables/table_settings.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kDescribedTableName, Presence::Required},
};
constexpr Shape kInput = structure("DeleteTableInput", kMembers);

// The texts for replicas of global tables: observed in October 2026 in us-east-1 (ack-api-quirks
// DDB-TABLE-297 and 298).

std::unexpected<ApiError> refuseNewReplica(const cluster::TableDescription& table) {
    return std::unexpected(ApiError{ErrorType::ResourceInUse,
                                    "Attempt to change a resource which is still in use: Table: " +
                                        table.name + " is being used.",
                                    nullptr});
}

std::unexpected<ApiError> refuseProtected(const cluster::TableDescription& table, bool isReplica) {
    return std::unexpected(ApiError::validation(
        isReplica
            ? "Cannot delete table " + table.name + " in region " + table.regionName +
                  " because it has deletion protection enabled. Disable deletion protection first."
            : "Resource cannot be deleted as it is currently protected against deletion. Disable "
              "deletion protection first."));
}

ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findAnyTable(catalog, caller, parsed.tableName));
    if (isNewReplica(*table, catalog)) return refuseNewReplica(*table);
    TRY(checkDeletable(*table));
    if (table->deletionProtection)
        return refuseProtected(*table, catalog.globals().ofTable(table->space) != nullptr);
    return cluster::DeleteTable{std::move(table)};
}

void reply(const TableRequest&, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("TableDescription");
    writeDeletedTable(out, std::get<cluster::TableReply>(reply));
    out.endObject();
}

}  // namespace

const Operation delete_table = operation<takeTableRequest, bind, reply>(kInput);

}  // namespace orrery::api::operations
