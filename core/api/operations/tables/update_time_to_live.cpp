// UpdateTimeToLive. API reference: API_UpdateTimeToLive.html. The errors were observed in October
// 2026: what the request asks for is checked before the time since the last change.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_settings.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kSpecificationMembers[] = {
    {"AttributeName", &shapes::kKeyAttributeName, Presence::NotNull},
    {"Enabled", &shapes::kFlag, Presence::NotNull},
};
constexpr Shape kSpecification = structure("TimeToLiveSpecification", kSpecificationMembers);
constexpr Member kMembers[] = {
    {"TableName", &shapes::kDescribedTableName, Presence::Required},
    {"TimeToLiveSpecification", &kSpecification, Presence::NotNull},
};
constexpr Shape kInput = structure("UpdateTimeToLiveInput", kMembers);

struct Parsed {
    std::string tableName;
    bool isEnabled = false;
    std::string attribute;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.tableName = request.text("TableName");
    const Fields specification = *request.structure("TimeToLiveSpecification");
    parsed.isEnabled = specification.flag("Enabled");
    parsed.attribute = specification.text("AttributeName");
    return parsed;
}

ApiResult<void> checkChange(const cluster::TableDescription& table, const Parsed& parsed) {
    const std::string& attribute = table.timeToLive.attribute;
    const auto refuse = [](std::string text) -> ApiResult<void> {
        return std::unexpected(ApiError::validation(std::move(text)));
    };
    if (attribute.empty() && !parsed.isEnabled) return refuse("TimeToLive is already disabled");
    if (!attribute.empty() && attribute != parsed.attribute)
        return refuse(
            "TimeToLive is active on a different AttributeName: current AttributeName is " +
            attribute);
    if (!attribute.empty() && parsed.isEnabled) return refuse("TimeToLive is already enabled");
    return {};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findAnyTable(catalog, caller, parsed.tableName));
    // A new table is not found yet; one that is being deleted is still changed.
    if (table->status == cluster::TableStatus::Creating)
        return std::unexpected(ApiError::tableNotFound(table->name));
    TRY(checkChange(*table, parsed));
    return cluster::UpdateTimeToLive{std::move(table), parsed.isEnabled, parsed.attribute};
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("TimeToLiveSpecification").beginObject();
    out.name("AttributeName").string(parsed.attribute);
    out.name("Enabled").boolean(parsed.isEnabled);
    out.endObject().endObject();
}

}  // namespace

const Operation update_time_to_live = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
