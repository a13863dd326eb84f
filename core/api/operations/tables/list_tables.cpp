// ListTables. API reference: API_ListTables.html. Names in order, a hundred a page.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kLimit = integer().range(1, 100);
constexpr Shape kStartName = string().lengths(3, 255).matching(Pattern::Name);
constexpr Member kMembers[] = {
    {"Limit", &kLimit},
    {"ExclusiveStartTableName", &kStartName},
};
constexpr Shape kInput = structure("ListTablesInput", kMembers);

constexpr std::int64_t kPage = 100;

struct Parsed {
    std::string after;
    std::int64_t limit = kPage;
};

ApiResult<Parsed> parse(const Fields& request) {
    return Parsed{std::string(request.text("ExclusiveStartTableName")),
                  request.integer("Limit").value_or(kPage)};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog&, const cluster::Caller&) {
    return cluster::ListTables{parsed.after, static_cast<std::uint64_t>(parsed.limit)};
}

void reply(const Parsed&, const cluster::Reply& reply, json::Writer& out) {
    const auto& page = std::get<cluster::NamesReply>(reply);
    out.beginObject().name("TableNames").beginArray();
    for (const std::string& name : page.names)
        out.string(name);
    out.endArray();
    if (page.more && !page.names.empty())
        out.name("LastEvaluatedTableName").string(page.names.back());
    out.endObject();
}

}  // namespace

const Operation list_tables = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
