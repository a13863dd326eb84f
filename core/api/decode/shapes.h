#pragma once

#include <string_view>

#include "core/api/decode/shape.h"

namespace orrery::api::shapes {

// Shapes that several operations share, after the service's model. Enumerations have the order of
// the service's error texts.

inline constexpr Shape kText = string();
inline constexpr Shape kFlag = boolean();
inline constexpr Shape kLong = scalar(ShapeType::Long);
inline constexpr Shape kTimestamp = scalar(ShapeType::Timestamp);

// --- names

/// The name or ARN of a table in a request about items.
inline constexpr Shape kTableName =
    string().lengths(1, 255).matching(Pattern::Name).as(Role::Table);
/// The same in the operations that write one item.
inline constexpr Shape kWrittenTableName = kTableName.lengthAlone();
/// As a key of a map, it has the length limit of a new table's name.
inline constexpr Shape kTableKey = string().lengths(3, 255).matching(Pattern::Name).as(Role::Table);
/// The name of a new table.
inline constexpr Shape kNewTableName =
    string().lengths(3, 255).matching(Pattern::Name).as(Role::Table);
/// The name or ARN of a table in a request about the table itself.
inline constexpr Shape kDescribedTableName = kNewTableName.lengthBeforePattern();
inline constexpr Shape kIndexName = string().lengths(3, 255).matching(Pattern::Name);

/// The name of an attribute (Constraints.html: "Attribute names"; 65,536 bytes are too many).
inline constexpr Shape kAttributeName = string().lengths(kNoLimit, 65'535).as(Role::Attribute);

inline constexpr Shape kLimit = integer().range(1, kNoLimit);

}  // namespace orrery::api::shapes
