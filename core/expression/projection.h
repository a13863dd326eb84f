#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/expression/path.h"
#include "core/expression/substitutions.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::expression {

/// The parts of an item that a reply contains. No path is a prefix of another.
struct Projection {
    std::vector<Path> paths;  // In the order of the expression.
};

ApiResult<Projection> parseProjection(std::string_view text, Substitutions& substitutions);

/// The parts of `item` that the projection selects, in their places. The selected elements of a
/// list close up and keep their order. Attributes that the item does not have are omitted, and so
/// are maps and lists of which nothing is selected.
types::Item project(const types::Item& item, const Projection& projection);

/// The top-level attributes that the projection needs, sorted, without duplicates.
std::vector<std::string> topLevelNames(const Projection& projection);

/// All paths, for checkKeyPaths. Valid while the projection lives.
std::vector<const Path*> paths(const Projection& projection);

}  // namespace orrery::expression
