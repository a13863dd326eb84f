// DescribeGlobalTableSettings. API reference: API_DescribeGlobalTableSettings.html. There are no
// global tables of the first version, so none is found.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"GlobalTableName", &shapes::kIndexName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeGlobalTableSettingsInput", kMembers);

struct Parsed {
    std::string name;
};

ApiResult<Parsed> parse(const Fields& request) {
    return Parsed{std::string(request.text("GlobalTableName"))};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog&, const cluster::Caller&) {
    return std::unexpected(ApiError{
        ErrorType::GlobalTableNotFound,
        "Global table not found: Global table with name: '" + parsed.name + "' does not exist.",
        nullptr});
}

// Never reached: there is nothing to find.
void reply(const Parsed&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().endObject();
}

}  // namespace

const Operation describe_global_table_settings = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
