#pragma once

#include <string_view>

#include "core/cluster/catalog/catalog.h"
#include "core/json/json.h"

namespace orrery::api {

// What the service offers: here one action, and the type of resource on which it acts. Each writes
// one object.

enum class Details { Summary, All };

void writePauseAction(const cluster::Caller& caller, Details details, json::Writer& out);
void writePauseType(Details details, json::Writer& out);

}  // namespace orrery::api
