#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/model/conditions.h"

namespace orrery::test::model {

/// One action of an update. Set, IfNotExists and Append assign; `source` is the path that a value
/// is computed from.
struct Change {
    enum class Kind { Set, Copy, Plus, Minus, IfNotExists, Append, Remove, Add, Delete };
    Kind kind = Kind::Set;
    Path path = {};
    Path source = {};
    Value value = {};

    bool assigns() const { return kind < Kind::Remove; }
    /// An update of nothing but such changes makes no item.
    bool onlyTakes() const { return kind == Kind::Remove || kind == Kind::Delete; }
};
using Changes = std::vector<Change>;

/// The texts of what an update may be refused with.
inline constexpr std::string_view kInvalidPath =
    "The document path provided in the update expression is invalid for update";
inline constexpr std::string_view kNoAttribute =
    "The provided expression refers to an attribute that does not exist in the item";
inline constexpr std::string_view kWrongType =
    "An operand in the update expression has an incorrect data type";

inline constexpr std::string_view kLegacyWrongType = "Type mismatch for attribute to update";

struct Updated {
    std::vector<std::string_view> errors;  ///< Of each change that is refused.
    std::optional<Attributes> item;        ///< Where there is one afterwards, and no error.
};

/// `old` is null where there is no item; one that is made begins with `key`.
Updated applied(const Changes& update, const Attributes* old, const Attributes& key);

}  // namespace orrery::test::model
