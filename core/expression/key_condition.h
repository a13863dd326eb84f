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

// The key condition of a Query goes through three steps: parseKeyCondition, keyPredicates,
// bindKeyCondition. The service reports errors of the first before those of the other expressions,
// of the second before it looks up the table, and of the third once it knows the key.

/// A parsed KeyConditionExpression. It can contain anything that a filter can.
struct KeyCondition {
    Condition condition;
};

/// Syntax, functions and operand types: "Invalid KeyConditionExpression: …".
ApiResult<KeyCondition> parseKeyCondition(std::string_view text, Substitutions& substitutions);

/// The operators of conditions on keys. Only legacy KeyConditions can yield the last one, which
/// stands for all operators that cannot search a key.
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

/// One condition on one attribute, whose role in the key is not known yet.
struct KeyPredicate {
    std::string attribute;
    KeyOperator op = KeyOperator::Equal;
    std::vector<SharedValue> values;  // Two for Between.
};

/// The predicates of a key condition, on different attributes: one or two, more for an index of
/// several HASH or RANGE attributes.
using KeyPredicates = std::vector<KeyPredicate>;

ApiResult<KeyPredicates> keyPredicates(const KeyCondition& condition);

/// The condition on a sort key.
struct SortCondition {
    KeyOperator op = KeyOperator::Equal;  // Never NotIndexable.
    types::AttributeValue value;
    types::AttributeValue upper;  // Between only; at least `value`.
};

/// The range that a Query reads: one item collection, or a part of it.
struct KeyRange {
    types::AttributeValue partition;
    std::optional<SortCondition> sort;
    // For an index of several HASH or RANGE attributes: the HASH values after the first, and the
    // values of the RANGE attributes before that of `sort`.
    std::vector<types::AttributeValue> morePartition = {};
    std::vector<types::AttributeValue> sortPrefix = {};
};

/// Assigns the attributes to their roles in the key of a table or index. Checks the type and size
/// of values.
ApiResult<KeyRange> bindKeyCondition(const KeyPredicates& predicates,
                                     const types::KeySchema& schema);
/// keyPredicates and bindKeyCondition in one call, for callers that have the schema already.
ApiResult<KeyRange> bindKeyCondition(const KeyCondition& condition, const types::KeySchema& schema);

/// True if `key` is in the range; its values must have the schema's types.
bool contains(const KeyRange& range, const types::Key& key);
/// True if `sortKey` is in the range. The value must have the schema's type.
bool contains(const SortCondition& condition, const types::AttributeValue& sortKey);

}  // namespace orrery::expression
