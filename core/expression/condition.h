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
// values; it is parsed without knowing the table and evaluated against one item at a time.

/// `size(path)` or `size(:value)`.
struct SizeOf {
    std::variant<Path, SharedValue> argument;
};

/// What is compared: an attribute, a value of the request, or a size.
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

/// Which parameter a condition came in, for the words of its errors.
enum class Kind { Condition, Filter };

/// Parses a ConditionExpression or FilterExpression. Errors are those that the service reports
/// without looking at the table, "Invalid FilterExpression: …".
ApiResult<Condition> parseCondition(std::string_view text, Kind kind, Substitutions& substitutions);

/// True if `item` meets the condition. A null item is one that does not exist: it has no attribute.
bool matches(const Condition& condition, const types::Item* item);

/// Every path of the condition, in its order. Valid while the condition lives.
std::vector<const Path*> paths(const Condition& condition);

/// A Query's filter must not mention the key of the table or index that it reads; `parameter` is
/// "Filter Expression" or "QueryFilter".
ApiResult<void> checkFilterAvoidsKey(const Condition& filter, const types::KeySchema& schema,
                                     std::string_view parameter = "Filter Expression");

}  // namespace orrery::expression
