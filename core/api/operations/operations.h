#pragma once

#include "core/api/operations/operation.h"

namespace orrery::api::operations {

// Every operation that is built, by the symbol of its row. Each is defined in the file of that name
// in the folder of its group.
#define OPERATION(service, name, symbol, plane, effect, ...) extern const Operation symbol;
#define LATER(service, name)
#include "core/api/operations.def"
#undef OPERATION
#undef LATER

}  // namespace orrery::api::operations
