#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "core/expression/path.h"
#include "core/expression/substitutions.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"
#include "core/types/key_schema.h"

namespace orrery::expression {

// Conditions and filters (Expressions.OperatorsAndFunctions). A Condition is a plain tree of
// values. It is parsed without the table and evaluated against one item at a time.

/// `size(path)` or `size(:value)`.
struct SizeOf {
    std::variant<Path, SharedValue> argument;
};

/// An operand of a comparison: an attribute, a value of the request, or a size.
using Operand = std::variant<Path, SharedValue, SizeOf>;

enum class Comparator { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

struct Comparison {
    Comparator comparator;
    Operand left;
    Operand right;
};

struct Between {
    Operand value;
    Operand lower;
    Operand upper;
};

struct In {
    Operand value;
    std::vector<Operand> candidates;
};

enum class ConditionFunction {
    AttributeExists,
    AttributeNotExists,
    AttributeType,
    BeginsWith,
    Contains,
};

struct FunctionCall {
    ConditionFunction function;
    std::vector<Operand> arguments;  // One for the first two, two for the others.
};

struct Condition;

struct And {
    std::vector<Condition> conditions;
};
struct Or {
    std::vector<Condition> conditions;
};
struct Not {
    std::vector<Condition> condition;  // Exactly one.
};

struct Condition {
    std::variant<Comparison, Between, In, FunctionCall, And, Or, Not> node;
};

/// The parameter in which a condition came, for its error texts.
enum class Kind { Condition, Filter };

/// Parses a ConditionExpression or FilterExpression. Reports the errors that the service finds
/// without the table, "Invalid FilterExpression: …".
ApiResult<Condition> parseCondition(std::string_view text, Kind kind, Substitutions& substitutions);

/// True if `item` meets the condition. A null item does not exist, so it has no attributes.
bool matches(const Condition& condition, const types::Item* item);

/// All paths of the condition, in its order. Valid while the condition lives.
std::vector<const Path*> paths(const Condition& condition);

/// Refuses a Query's filter that mentions the key of the table or index that the Query reads.
/// `parameter` is "Filter Expression" or "QueryFilter".
ApiResult<void> checkFilterAvoidsKey(const Condition& filter, const types::KeySchema& schema,
                                     std::string_view parameter = "Filter Expression");

}  // namespace orrery::expression
