#pragma once

#include "core/api/decode/shape.h"
#include "core/api/items/item_shapes.h"

namespace orrery::api::shapes {

// Shapes of the operations that run PartiQL statements.

inline constexpr Shape kStatement = string().lengths(1, 8192);
inline constexpr Shape kParameters = listOf(kAttributeValue).lengths(1, kNoLimit);

}  // namespace orrery::api::shapes
