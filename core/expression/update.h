#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/expression/path.h"
#include "core/expression/substitutions.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"
#include "core/types/key_schema.h"

namespace orrery::expression {

// Updates (Expressions.UpdateExpressions). All values are read from the item as it was before the
// update; the order of the actions has no meaning.

enum class UpdateFunction { Plus, Minus, IfNotExists, ListAppend };

struct UpdateCall;

/// What a SET assigns: an attribute, a value of the request, or a function of such.
using UpdateValue = std::variant<Path, SharedValue, UpdateCall>;

struct UpdateCall {
    UpdateFunction function;
    std::vector<UpdateValue> arguments;  // Two. The first of IfNotExists is a Path.
};

enum class UpdateAction { Set, Remove, Add, Delete };

struct UpdateStep {
    UpdateAction action;
    Path path;
    UpdateValue value;  // Remove: unused. Add, Delete: a SharedValue.
};

/// How an update was asked for. Legacy AttributeUpdates differ in one error text, and their ADD
/// appends to lists.
enum class UpdateStyle { Expression, Legacy };

struct Update {
    std::vector<UpdateStep> steps;  // No path is a beginning of another.
    UpdateStyle style = UpdateStyle::Expression;
};

ApiResult<Update> parseUpdate(std::string_view text, Substitutions& substitutions);

/// Refuses an update of an attribute of the primary key.
ApiResult<void> checkKeyUntouched(const Update& update, const types::KeySchema& schema);

/// An index by its name, for the words of its errors.
struct NamedKeySchema {
    std::string_view name;
    const types::KeySchema* schema;
};

/// Refuses an update that, whatever the item, gives a key attribute of an index another type.
ApiResult<void> checkIndexKeyTypes(const Update& update, std::span<const NamedKeySchema> indexes);

/// The same for the item that came out, whose values may have come from other attributes; nor may
/// such a value be empty or too long for a key.
ApiResult<void> checkUpdatedIndexKeys(const Update& update, const types::Item& updated,
                                      std::span<const NamedKeySchema> indexes);

/// Whether the update brings an item into being that does not exist. One that only removes does
/// not.
bool createsItem(const Update& update);

/// The item after the update. `old` holds at least the primary key: for an item that does not
/// exist, its key and nothing else. Errors: paths that lead nowhere, operands that are missing or
/// of a wrong type, numbers out of range, an item that is too large or nested too deeply.
ApiResult<types::Item> apply(const Update& update, const types::Item& old);

/// The attributes of `item` that the update touches, nested ones in their places: UPDATED_OLD for
/// the item before, UPDATED_NEW for the item after. May be empty.
types::Item updatedAttributes(const Update& update, const types::Item& item);

/// Every path of the update, targets and operands. Valid while the update lives.
std::vector<const Path*> paths(const Update& update);

}  // namespace orrery::expression
