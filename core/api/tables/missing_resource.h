#pragma once

#include <string>

#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

// Requests about one resource of a kind that is not built yet: `bind` never finds it.

struct MissingResource {
    std::string name;
};

/// Never called, since `bind` always fails.
void replyMissing(const MissingResource& parsed, const cluster::Reply& reply, json::Writer& out);

}  // namespace orrery::api
