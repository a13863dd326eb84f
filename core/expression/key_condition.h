#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/condition.h"
#include "core/expression/substitutions.h"
#include "core/types/api_error.h"
#include "core/types/key_schema.h"

namespace orrery::expression {

// The key condition of a Query goes through three steps, since the service reports the errors of
// the first before those of the other expressions, of the second before it looks for the table, and
// of the third once it knows the key: parseKeyCondition, keyPredicates, bindKeyCondition.

/// A KeyConditionExpression that has been parsed; anything a filter may say can stand in it.
struct KeyCondition {
    Condition condition;
};

/// Syntax, functions and operand types: "Invalid KeyConditionExpression: …".
ApiResult<KeyCondition> parseKeyCondition(std::string_view text, Substitutions& substitutions);

/// The operators of conditions on keys. Only legacy KeyConditions can name the last one, for all
/// operators that no key can be searched by.
enum class KeyOperator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    BeginsWith,
    NotIndexable,
};

/// One condition on one attribute, whose role is not known yet.
struct KeyPredicate {
    std::string attribute;
    KeyOperator op = KeyOperator::Equal;
    std::vector<SharedValue> values;  // Two for Between.
};

/// What a key condition says of each attribute: one or two predicates on different attributes.
using KeyPredicates = std::vector<KeyPredicate>;

ApiResult<KeyPredicates> keyPredicates(const KeyCondition& condition);

/// The condition on a sort key.
struct SortCondition {
    KeyOperator op = KeyOperator::Equal;  // Never NotIndexable.
    types::AttributeValue value;
    types::AttributeValue upper;  // Between only; not less than `value`.
};

/// What a Query reads: one item collection and a part of it.
struct KeyRange {
    types::AttributeValue partition;
    std::optional<SortCondition> sort;
};

/// Finds the roles of the attributes under the key of a table or index. Values are checked for
/// type and size.
ApiResult<KeyRange> bindKeyCondition(const KeyPredicates& predicates,
                                     const types::KeySchema& schema);
/// keyPredicates and bindKeyCondition in one, for callers that have the schema at once.
ApiResult<KeyRange> bindKeyCondition(const KeyCondition& condition, const types::KeySchema& schema);

/// True if `sortKey` lies in the range. The type of the value is the schema's.
bool contains(const SortCondition& condition, const types::AttributeValue& sortKey);

}  // namespace orrery::expression
