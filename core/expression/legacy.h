#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/expression/condition.h"
#include "core/expression/key_condition.h"
#include "core/expression/projection.h"
#include "core/expression/update.h"
#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::expression {

// The parameters that expressions replaced (LegacyConditionalParameters), translated into the same
// trees. The caller has decoded the JSON and checked that ComparisonOperator, ConditionalOperator
// and Action have one of their enumerated values; the service's other errors are produced here.

/// One element of Expected.
struct ExpectedAttribute {
    std::string attribute;
    std::optional<std::string> comparisonOperator;
    std::optional<std::vector<types::AttributeValue>> valueList;
    std::optional<types::AttributeValue> value;
    std::optional<bool> exists;
};

/// One element of QueryFilter, ScanFilter or KeyConditions.
struct AttributeCondition {
    std::string attribute;
    std::string comparisonOperator;
    std::vector<types::AttributeValue> valueList;
};

/// One element of AttributeUpdates. The default action is PUT.
struct AttributeUpdate {
    std::string attribute;
    std::optional<std::string> action;
    std::optional<types::AttributeValue> value;
};

enum class ConditionalOperator { And, Or };

/// An empty list gives a condition that always holds.
ApiResult<Condition> conditionFromExpected(const std::vector<ExpectedAttribute>& expected,
                                           ConditionalOperator conditionalOperator);

/// QueryFilter and ScanFilter. An empty list gives a condition that always holds.
ApiResult<Condition> conditionFromFilter(const std::vector<AttributeCondition>& filter,
                                         ConditionalOperator conditionalOperator);

/// KeyConditions. bindKeyCondition takes the result.
ApiResult<KeyPredicates> predicatesFromKeyConditions(
    const std::vector<AttributeCondition>& conditions);

ApiResult<Update> updateFromAttributeUpdates(const std::vector<AttributeUpdate>& updates);

/// AttributesToGet: whole top-level attributes.
ApiResult<Projection> projectionFromAttributesToGet(const std::vector<std::string>& attributes);

}  // namespace orrery::expression
