#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/expression/condition.h"
#include "core/expression/key_condition.h"
#include "core/types/key_schema.h"

namespace orrery::partiql {

// A WHERE clause as a choice of branches, in which conditions on the key stand alone.

/// One branch: all of it must hold.
struct Branch {
    std::vector<types::AttributeValue> partitions;  ///< The values that the partition key equals.
    std::vector<expression::SortCondition> sorts;
    bool negatesSort = false;           ///< Has "NOT sk = …" or "sk <> …", which limits no range.
    std::vector<std::string> filtered;  ///< The attributes of all other conditions.
};

/// True if every branch has a value of the partition key.
bool isKeyed(const expression::Condition& where, const types::KeySchema& schema);

/// The number of branches, without making them. May be as large as the clause makes it.
std::size_t branchCount(const expression::Condition& where, const types::KeySchema& schema);

/// The branches in the order of the clause. Only for a clause with few of them.
std::vector<Branch> branchesOf(const expression::Condition& where, const types::KeySchema& schema);

/// `attribute = value` if the condition is that, in either order.
struct Equality {
    const std::string* attribute = nullptr;
    const types::AttributeValue* value = nullptr;
};
std::optional<Equality> equalityOf(const expression::Condition& condition);
/// The same for `attribute IN [value]`.
std::optional<Equality> onlyCandidateOf(const expression::Condition& condition);

}  // namespace orrery::partiql
