#pragma once

#include <string>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

// Requests about one resource of a kind that is not built yet: `bind` never finds it.

struct MissingResource {
    std::string name;
};

/// Never called, since `bind` always fails.
void replyMissing(const MissingResource& parsed, const cluster::Reply& reply, json::Writer& out);

/// For the operations on a global table of the first version (2017.11.29).
ApiResult<MissingResource> takeGlobalTable(const Fields& request);
ApiResult<cluster::Request> refuseGlobalTable(MissingResource& parsed,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);

}  // namespace orrery::api
