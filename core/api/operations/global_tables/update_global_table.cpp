// UpdateGlobalTable. API reference: API_UpdateGlobalTable.html. There are no global tables of the
// first version. Observed in October 2026 (ack-api-quirks DDB-GLOBALTABLE-004): the version of a
// new replica is refused before the table is looked for.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/global_tables.h"

namespace orrery::api::operations {
namespace {

constexpr Member kActionMembers[] = {{"RegionName", &shapes::kText, Presence::NotNull}};
constexpr Shape kCreate = structure("CreateReplicaAction", kActionMembers);
constexpr Shape kDelete = structure("DeleteReplicaAction", kActionMembers);
constexpr Member kUpdateMembers[] = {{"Create", &kCreate}, {"Delete", &kDelete}};
constexpr Shape kUpdate = structure("ReplicaUpdate", kUpdateMembers);
constexpr Shape kUpdates = listOf(kUpdate);
constexpr Member kMembers[] = {
    {"GlobalTableName", &shapes::kIndexName, Presence::NotNull},
    {"ReplicaUpdates", &kUpdates, Presence::NotNull},
};
constexpr Shape kInput = structure("UpdateGlobalTableInput", kMembers);

struct Parsed {
    MissingResource table;
    bool createsReplica = false;
};

ApiResult<Parsed> parse(const Fields& request) {
    const std::vector<Fields> updates = request.structures("ReplicaUpdates");
    if (updates.empty())
        return std::unexpected(ApiError::validation("One or more parameter values were invalid"));
    Parsed parsed{{std::string(request.text("GlobalTableName"))}, false};
    for (const Fields& update : updates)
        parsed.createsReplica = parsed.createsReplica || update.has("Create");
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    if (parsed.createsReplica) return std::unexpected(firstVersionNotSupported(caller.regionName));
    return refuseGlobalTable(parsed.table, catalog, caller);
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    replyMissing(parsed.table, reply, out);
}

}  // namespace

const Operation update_global_table = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
