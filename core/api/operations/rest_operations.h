#pragma once

#include "core/api/rest/rest_operation.h"

namespace orrery::api::operations {

// Every operation of a REST service that is built, by the symbol of its row; see operations.h.
#define OPERATION(...)
#define LATER(...)
#define REST(service, name, symbol, method, path, effect) extern const RestOperation symbol;
#include "core/api/operations.def"
#undef OPERATION
#undef LATER

}  // namespace orrery::api::operations
