#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_arguments.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// What PutItem, UpdateItem and DeleteItem have in common.

enum class ReturnValues { None, AllOld, AllNew, UpdatedOld, UpdatedNew };

/// The members of a write that do not say what is written.
struct WriteArguments {
    std::string tableName;
    ReturnValues returnValues = ReturnValues::None;
    CapacityDetail capacity = CapacityDetail::None;
    bool wantsMetrics = false;            ///< ReturnItemCollectionMetrics=SIZE.
    bool itemOnConditionFailure = false;  ///< ReturnValuesOnConditionCheckFailure=ALL_OLD.

    // Known once the request is bound.
    cluster::TablePtr table;
    types::AttributeValue partition;
};

WriteArguments takeWriteArguments(const Fields& request);

/// ConditionExpression or Expected, whichever the request has. `substitutions` belong to the
/// expressions of the request.
ApiResult<std::optional<expression::Condition>> takeWriteCondition(
    const Fields& request, expression::Substitutions& substitutions);

/// The service names the first of several indexes that could not hold an attribute by name,
/// whatever their kinds.
std::vector<const cluster::SecondaryIndex*> indexesByName(const cluster::TableDescription& table);

/// An indexed attribute must be of its index's type and not empty; nor may the item be too large.
ApiResult<void> checkItemForTable(const types::Item& item, const cluster::TableDescription& table);
ApiResult<void> checkItemSize(const types::Item& item);

/// The request for the world; remembers in `arguments` what the reply needs.
cluster::WriteItem makeWrite(WriteArguments& arguments, cluster::TablePtr table, types::Key key,
                             std::optional<expression::Condition> condition);

/// ConsumedCapacity and ItemCollectionMetrics of the reply.
void writeWriteReply(json::Writer& out, const WriteArguments& arguments,
                     const cluster::WriteReply& reply);

}  // namespace orrery::api
