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
// update, so the order of the actions has no meaning.

enum class UpdateFunction { Plus, Minus, IfNotExists, ListAppend };

struct UpdateCall;

/// The value that a SET assigns: an attribute, a value of the request, or a function of these.
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

/// The form of the request. Legacy AttributeUpdates and statements of PartiQL differ in one error
/// text each, and the ADD of the former appends to lists.
enum class UpdateStyle { Expression, Legacy, Statement };

struct Update {
    std::vector<UpdateStep> steps;  // No path is a prefix of another.
    UpdateStyle style = UpdateStyle::Expression;
};

ApiResult<Update> parseUpdate(std::string_view text, Substitutions& substitutions);

/// Refuses an update of an attribute of the primary key.
ApiResult<void> checkKeyUntouched(const Update& update, const types::KeySchema& schema);

/// The key of an index with the index's name, for error texts.
struct NamedKeySchema {
    std::string_view name;
    const types::KeySchema* schema;
};

/// Refuses an update that gives a key attribute of an index another type, whatever the item.
ApiResult<void> checkIndexKeyTypes(const Update& update, std::span<const NamedKeySchema> indexes);

/// The same check for the updated item, whose values may come from other attributes. It also
/// refuses key values that are empty or too long.
ApiResult<void> checkUpdatedIndexKeys(const Update& update, const types::Item& updated,
                                      std::span<const NamedKeySchema> indexes);

/// The size that the newer layer of the service's validation charges for an UpdateExpression, with
/// the limit of an item's size: what the statement writes and a fixed cost for each clause,
/// whatever the item holds. AttributeUpdates have no such size.
std::size_t statementBytes(const Update& update);

/// True if the update creates an item that does not exist. An update that only removes does not.
bool createsItem(const Update& update);

/// The item after the update. `old` holds at least the primary key; for an item that does not
/// exist, it holds only the key. Errors: paths that lead nowhere, missing operands or operands of a
/// wrong type, numbers out of range, an item that is too large or nested too deeply.
ApiResult<types::Item> apply(const Update& update, const types::Item& old);

/// The attributes of `item` that the update touches, nested ones in their places: UPDATED_OLD for
/// the old item, UPDATED_NEW for the new one. May be empty.
types::Item updatedAttributes(const Update& update, const types::Item& item);

/// All paths of the update, targets and operands. Valid while the update lives.
std::vector<const Path*> paths(const Update& update);

}  // namespace orrery::expression
