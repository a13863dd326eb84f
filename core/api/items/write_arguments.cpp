#include "core/api/items/write_arguments.h"

#include <algorithm>

#include "core/api/items/item_json.h"
#include "core/base/result.h"
#include "core/types/item_size.h"

namespace orrery::api {
namespace {

ReturnValues takeReturnValues(const Fields& request) {
    const std::string_view text = request.text("ReturnValues");
    if (text == "ALL_OLD") return ReturnValues::AllOld;
    if (text == "ALL_NEW") return ReturnValues::AllNew;
    if (text == "UPDATED_OLD") return ReturnValues::UpdatedOld;
    return text == "UPDATED_NEW" ? ReturnValues::UpdatedNew : ReturnValues::None;
}

}  // namespace

WriteArguments takeWriteArguments(const Fields& request) {
    WriteArguments arguments;
    arguments.tableName = request.text("TableName");
    arguments.returnValues = takeReturnValues(request);
    arguments.capacity = takeCapacityDetail(request);
    arguments.wantsMetrics = request.text("ReturnItemCollectionMetrics") == "SIZE";
    arguments.itemOnConditionFailure =
        request.text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
    return arguments;
}

ApiResult<std::optional<expression::Condition>> takeWriteCondition(
    const Fields& request, expression::Substitutions& substitutions) {
    if (request.has("ConditionExpression"))
        return takeCondition(request, "ConditionExpression", expression::Kind::Condition,
                             substitutions);
    return takeExpected(request);
}

ApiResult<void> checkConditionStyle(const Fields& request) {
    constexpr std::string_view kExpressions[] = {"ConditionExpression"};
    constexpr std::string_view kLegacy[] = {"Expected", "ConditionalOperator"};
    return checkExpressionStyle(request, kExpressions, kLegacy);
}

ApiResult<void> checkReturnsOldAtMost(const WriteArguments& arguments) {
    const ReturnValues values = arguments.returnValues;
    if (values == ReturnValues::None || values == ReturnValues::AllOld) return {};
    return std::unexpected(ApiError::validation("ReturnValues can only be ALL_OLD or NONE"));
}

ApiResult<std::optional<expression::Condition>> takeOnlyCondition(const Fields& request) {
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(request));
    TRY_ASSIGN(auto condition, takeWriteCondition(request, substitutions));
    TRY(substitutions.checkAllUsed());
    return condition;
}

void writeOldItemReply(json::Writer& out, const WriteArguments& arguments,
                       const cluster::WriteReply& reply) {
    out.beginObject();
    if (arguments.returnValues == ReturnValues::AllOld && reply.before)
        writeItem(out.name("Attributes"), reply.before, std::nullopt);
    writeWriteReply(out, arguments, reply);
    out.endObject();
}

ApiResult<void> checkItemSize(const types::Item& item) {
    if (types::itemBytes(item) <= types::kItemBytesMax) return {};
    return std::unexpected(
        ApiError::neverPrefixedValidation("Item size has exceeded the maximum allowed size"));
}

ApiResult<void> checkStatementSize(const expression::Update& update) {
    if (update.style == expression::UpdateStyle::Legacy ||
        expression::statementBytes(update) <= types::kItemBytesMax)
        return {};
    return std::unexpected(
        ApiError::validation("Item size to update has exceeded the maximum allowed size"));
}

std::vector<const cluster::SecondaryIndex*> indexesByName(const cluster::TableDescription& table) {
    std::vector<const cluster::SecondaryIndex*> indexes;
    for (const cluster::SecondaryIndex& index : table.indexes)
        indexes.push_back(&index);
    std::ranges::sort(indexes, {}, &cluster::SecondaryIndex::name);
    return indexes;
}

ApiResult<void> checkItemForTable(const types::Item& item, const cluster::TableDescription& table) {
    const bool fits = std::ranges::all_of(table.indexes, [&](const auto& index) {
        return types::checkIndexKeys(item, index.keys, index.name).has_value();
    });
    if (fits) return {};
    for (const cluster::SecondaryIndex* index : indexesByName(table))
        TRY(types::checkIndexKeys(item, index->keys, index->name));
    return {};
}

ApiResult<void> checkUpdateForTable(const expression::Update& update,
                                    const cluster::TableDescription& table) {
    TRY(expression::checkKeyUntouched(update, table.keys));
    std::vector<expression::NamedKeySchema> indexes;
    for (const cluster::SecondaryIndex* index : indexesByName(table))
        indexes.push_back({index->name, &index->keys});
    TRY(expression::checkIndexKeyTypes(update, indexes));
    return checkKeyPaths(table, expression::paths(update));
}

ApiResult<cluster::WriteItem> makeWrite(WriteArguments& arguments, cluster::TablePtr table,
                                        types::Key key,
                                        std::optional<expression::Condition> condition) {
    if (condition) TRY(checkKeyPaths(*table, expression::paths(*condition)));
    arguments.table = table;
    arguments.partition = key.partition;
    cluster::WriteItem write;
    write.wantsCollectionBytes = arguments.wantsMetrics && table->hasLocalIndexes();
    write.table = std::move(table);
    write.key = std::move(key);
    write.condition = std::move(condition);
    write.itemOnConditionFailure = arguments.itemOnConditionFailure;
    return write;
}

void writeWriteReply(json::Writer& out, const WriteArguments& arguments,
                     const cluster::WriteReply& reply) {
    if (arguments.capacity != CapacityDetail::None)
        writeConsumedMember(out, arguments.capacity, arguments.tableName,
                            writeCost(*arguments.table, reply));
    if (!reply.collectionBytes) return;
    out.name("ItemCollectionMetrics");
    writeCollectionMetrics(out, arguments.table->keys.partition, arguments.partition,
                           *reply.collectionBytes);
}

}  // namespace orrery::api
