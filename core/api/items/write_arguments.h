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

// What PutItem, UpdateItem and DeleteItem share.

enum class ReturnValues { None, AllOld, AllNew, UpdatedOld, UpdatedNew };

/// The members of a write other than the write itself.
struct WriteArguments {
    std::string tableName;
    ReturnValues returnValues = ReturnValues::None;
    CapacityDetail capacity = CapacityDetail::None;
    bool wantsMetrics = false;            ///< ReturnItemCollectionMetrics=SIZE.
    bool itemOnConditionFailure = false;  ///< ReturnValuesOnConditionCheckFailure=ALL_OLD.

    // Set when the request is bound.
    cluster::TablePtr table;
    types::AttributeValue partition;
};

WriteArguments takeWriteArguments(const Fields& request);

/// ConditionExpression or Expected, whichever the request has. `substitutions` are those of the
/// request's expressions.
ApiResult<std::optional<expression::Condition>> takeWriteCondition(
    const Fields& request, expression::Substitutions& substitutions);

// For PutItem and DeleteItem, which have no expression but their condition and return at most the
// old item.

ApiResult<void> checkConditionStyle(const Fields& request);
ApiResult<void> checkReturnsOldAtMost(const WriteArguments& arguments);
ApiResult<std::optional<expression::Condition>> takeOnlyCondition(const Fields& request);
void writeOldItemReply(json::Writer& out, const WriteArguments& arguments,
                       const cluster::WriteReply& reply);

/// All indexes, ordered by name. If several could not hold an attribute, the service reports the
/// first by name, whatever its kind.
std::vector<const cluster::SecondaryIndex*> indexesByName(const cluster::TableDescription& table);

/// Checks that indexed attributes have their index's type and are not empty, and that the item is
/// not too large.
ApiResult<void> checkItemForTable(const types::Item& item, const cluster::TableDescription& table);
ApiResult<void> checkItemSize(const types::Item& item);
/// The limit that the newer layer of validation sets for an UpdateExpression, whatever the item and
/// the condition. The leader measures the item itself.
ApiResult<void> checkStatementSize(const expression::Update& update);
/// Refuses an update of a key attribute, and one that sets an indexed attribute to a type that its
/// index cannot hold.
ApiResult<void> checkUpdateForTable(const expression::Update& update,
                                    const cluster::TableDescription& table);

/// The request for the world, without its action. Refuses a condition on a path into a key. Stores
/// in `arguments` what the reply needs.
ApiResult<cluster::WriteItem> makeWrite(WriteArguments& arguments, cluster::TablePtr table,
                                        types::Key key,
                                        std::optional<expression::Condition> condition);

/// Writes ConsumedCapacity and ItemCollectionMetrics.
void writeWriteReply(json::Writer& out, const WriteArguments& arguments,
                     const cluster::WriteReply& reply);

}  // namespace orrery::api
