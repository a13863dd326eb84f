#pragma once

#include <string>

#include "core/expression/path.h"
#include "core/expression/substitutions.h"
#include "core/partiql/statement.h"
#include "core/partiql/syntax.h"

namespace orrery::partiql {

// Terms as values and paths.

/// True for a literal or a parameter; anything else has no value without an item.
bool isValue(const Node& node);

/// The value of a literal or parameter. Errors name the place in the value ("under root.x").
ApiResult<expression::SharedValue> valueOf(const Node& node, Parameters parameters);

/// Refuses what is no name of an attribute in a literal: an empty one too, as in every other
/// operation. `place` says where in the whole value the name stands.
ApiResult<void> checkAttributeName(const Node& name, const std::string& place);

/// Refuses an empty component of a path or of a table's name.
ApiResult<void> checkComponent(const std::string& component);

/// The path of a name or of a path node.
ApiResult<expression::Path> pathOf(const Node& node);

/// The service's word for a node that it does not take.
std::string nodeName(const Node& node);

}  // namespace orrery::partiql
