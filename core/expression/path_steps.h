#pragma once

#include <string>
#include <variant>

#include "core/base/overloaded.h"
#include "core/expression/path.h"
#include "core/types/attribute_value.h"

namespace orrery::expression {

// One step along a document path.

/// The step as error texts and columns show it: "name" or "[3]".
std::string textOf(const PathElement& element);

/// The value one step below `value`, or null if there is none: an attribute of a map, an element of
/// a list. `Value` is `AttributeValue`, const or not.
template <typename Value>
Value* child(Value& value, const PathElement& element) {
    return std::visit(Overloaded{
                          [&](const std::string& name) -> Value* {
                              auto* map = value.template as<types::AttributeMap>();
                              return map ? map->find(name) : nullptr;
                          },
                          [&](std::uint32_t index) -> Value* {
                              auto* list = value.template as<types::List>();
                              return list && index < list->size() ? &(*list)[index] : nullptr;
                          },
                      },
                      element);
}

}  // namespace orrery::expression
