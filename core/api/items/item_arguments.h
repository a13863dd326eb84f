#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/catalog.h"
#include "core/expression/condition.h"
#include "core/expression/legacy.h"
#include "core/expression/path.h"
#include "core/expression/projection.h"
#include "core/expression/substitutions.h"
#include "core/types/attribute_value.h"

namespace orrery::api {

// What operations on items share: tables, keys and expressions.

/// Refuses a request that mixes expressions with the parameters that they replaced, or has names or
/// values without an expression that could use them. Both lists name members in the order of the
/// error text.
ApiResult<void> checkExpressionStyle(const Fields& request,
                                     std::span<const std::string_view> expressions,
                                     std::span<const std::string_view> legacy);

/// ExpressionAttributeNames and ExpressionAttributeValues.
ApiResult<expression::Substitutions> takeSubstitutions(const Fields& request);

/// An item, a key or any other map of attribute values; empty if absent.
ApiResult<types::Item> takeItem(const Fields& request, std::string_view member);

ApiResult<types::Item> takeItem(const json::Value& map);

/// ConditionExpression, if there is one.
ApiResult<std::optional<expression::Condition>> takeCondition(
    const Fields& request, std::string_view member, expression::Kind kind,
    expression::Substitutions& substitutions);

/// ProjectionExpression or AttributesToGet, if there is one.
ApiResult<std::optional<expression::Projection>> takeProjection(
    const Fields& request, expression::Substitutions& substitutions);

/// Expected with its ConditionalOperator, if there is one.
ApiResult<std::optional<expression::Condition>> takeExpected(const Fields& request);

/// QueryFilter, ScanFilter or KeyConditions, still as conditions on attributes.
ApiResult<std::vector<expression::AttributeCondition>> takeConditions(const Fields& request,
                                                                      std::string_view member);
/// AND if absent.
expression::ConditionalOperator takeConditionalOperator(const Fields& request);
/// Refuses a ConditionalOperator without at least two conditions in `member`.
ApiResult<void> checkConditionalOperator(const Fields& request, std::string_view member);

/// Finds the table for a request on items. A table that is being created or deleted counts as
/// missing.
ApiResult<cluster::TablePtr> findTable(const cluster::Catalog& catalog,
                                       const cluster::Caller& caller, std::string_view nameOrArn);

/// Refuses paths into a key attribute of the table or of one of its indexes.
ApiResult<void> checkKeyPaths(const cluster::TableDescription& table,
                              std::span<const expression::Path* const> paths);

}  // namespace orrery::api
