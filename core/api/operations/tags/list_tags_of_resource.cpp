// ListTagsOfResource. API reference: API_ListTagsOfResource.html. All tags fit into one page.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"ResourceArn", &shapes::kResourceArn, Presence::NotNull},
    {"NextToken", &shapes::kText},
};
constexpr Shape kInput = structure("ListTagsOfResourceInput", kMembers);

struct Parsed {
    std::string arn;
    Resource resource;  ///< Set when the request is bound.
};

ApiResult<Parsed> parse(const Fields& request) {
    TRY(checkResourceArn(request.text("ResourceArn"), ArnUse::Tags));
    return Parsed{std::string(request.text("ResourceArn")), {}};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.resource, findResource(catalog, caller, parsed.arn, ArnUse::Tags));
    return cluster::ReadNothing{};
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("Tags").beginArray();
    for (const cluster::Tag& tag : parsed.resource.tags()) {
        out.beginObject().name("Key").string(tag.key);
        out.name("Value").string(tag.value).endObject();
    }
    out.endArray().endObject();
}

}  // namespace

const Operation list_tags_of_resource = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
