#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/expression/condition.h"
#include "core/expression/path.h"
#include "core/expression/update.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::partiql {

// A statement with its parameters, as conditions, updates and items like those of the operations on
// items (developer guide, ql-reference). It knows no table yet: which parts of a WHERE clause name
// a key, key_plan.h finds.

/// A column of a SELECT: an attribute or a part of one, shown under the last name of its path.
struct Column {
    std::string name;  ///< "k[0]" for the path m.k[0].
    expression::Path path;
};

struct OrderTerm {
    std::string attribute;
    bool descending = false;
};

struct Select {
    std::string table;
    std::string index;            ///< Empty: the table itself.
    std::vector<Column> columns;  ///< Empty: "*".
    /// What is wrong with the columns of a read from an index: the service looks at the keys of the
    /// index first.
    std::optional<ApiError> columnError;
    std::optional<expression::Condition> where;
    std::vector<OrderTerm> order;
};

struct Insert {
    std::string table;
    types::Item item;
};

/// What RETURNING asks for.
enum class Returning { Nothing, AllOld, AllNew, ModifiedOld, ModifiedNew };

struct Update {
    std::string table;
    expression::Update update;
    std::optional<expression::Condition> where;
    Returning returning = Returning::Nothing;
};

struct Delete {
    std::string table;
    std::optional<expression::Condition> where;
    Returning returning = Returning::Nothing;  ///< Nothing or AllOld.
};

/// EXISTS(SELECT …): a condition in a transaction.
struct Exists {
    Select select;
};

using Statement = std::variant<Select, Insert, Update, Delete, Exists>;

/// The values of the "?" in their order.
using Parameters = std::span<const expression::SharedValue>;

/// Parses a statement and puts its parameters in. The errors are those that the service finds
/// before it looks up the table.
ApiResult<Statement> parseStatement(std::string_view text, Parameters parameters);

/// The table that the statement names.
const std::string& tableOf(const Statement& statement);

/// True if the statement changes nothing: a SELECT.
bool isRead(const Statement& statement);

}  // namespace orrery::partiql
