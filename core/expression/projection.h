#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/expression/path.h"
#include "core/expression/substitutions.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::expression {

/// Which parts of an item a reply holds. No path is a beginning of another.
struct Projection {
    std::vector<Path> paths;  // As they stand in the expression.
};

ApiResult<Projection> parseProjection(std::string_view text, Substitutions& substitutions);

/// The parts of `item` that the projection names, in their places. Elements of a list move
/// together and keep their order. What the item does not have is left out, and so are maps and
/// lists of which nothing is left.
types::Item project(const types::Item& item, const Projection& projection);

/// The top-level attributes that the projection needs, sorted, each once.
std::vector<std::string> topLevelNames(const Projection& projection);

/// Every path, for checkKeyPaths. Valid while the projection lives.
std::vector<const Path*> paths(const Projection& projection);

}  // namespace orrery::expression
