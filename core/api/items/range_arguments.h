#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/api/decode/fields.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_arguments.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// What Query and Scan share: the table or index that they read, and which items and attributes of a
// page they show.

enum class Select { Default, AllAttributes, AllProjected, Specific, Count };

struct RangeArguments {
    std::string tableName;
    std::string indexName;  ///< Empty: the table itself.
    Select select = Select::Default;
    bool consistent = false;
    std::uint64_t limit = UINT64_MAX;
    std::optional<types::Item> startKey;
    std::optional<expression::Condition> filter;
    std::optional<expression::Projection> projection;
    CapacityDetail capacity = CapacityDetail::None;

    // Set when the request is bound.
    cluster::TablePtr table;
    bool fetchFromTable = false;

    /// The index to read, or null for the table.
    const cluster::SecondaryIndex* index() const {
        return indexName.empty() ? nullptr : table->findIndex(indexName);
    }
    /// The key of the table or index to read.
    const types::KeySchema& keys() const {
        const cluster::SecondaryIndex* found = index();
        return found == nullptr ? table->keys : found->keys;
    }
    KeySpaceId space() const {
        const cluster::SecondaryIndex* found = index();
        return found == nullptr ? table->space : found->space;
    }
};

/// Takes the members that need neither expressions nor the catalog.
RangeArguments takeRangeArguments(const Fields& request);

/// ExclusiveStartKey, if there is one.
ApiResult<std::optional<types::Item>> takeStartKey(const Fields& request);

/// AttributesToGet, unless the request has a ProjectionExpression.
ApiResult<void> takeAttributesToGet(const Fields& request, RangeArguments& arguments);
/// FilterExpression and ProjectionExpression, if the request has them.
ApiResult<void> takeFilterAndProjection(const Fields& request,
                                        expression::Substitutions& substitutions,
                                        RangeArguments& arguments);

/// QueryFilter or ScanFilter, if there is one.
ApiResult<std::optional<expression::Condition>> takeLegacyFilter(const Fields& request,
                                                                 std::string_view member);

/// Checks Select against the projection and the index.
ApiResult<void> checkSelect(const Fields& request, const RangeArguments& arguments);

/// Finds the table and the index.
ApiResult<void> bindTable(RangeArguments& arguments, const cluster::Catalog& catalog,
                          const cluster::Caller& caller);

/// True if the entries of the index have the attribute.
bool isProjected(const cluster::TableDescription& table, const cluster::SecondaryIndex& index,
                 const std::string& name);

/// For Query only: a filter on an index may use only attributes that the index projects, even if
/// the others are fetched from the table.
ApiResult<void> checkFilterProjected(const RangeArguments& arguments);

/// Decides whether the index has all requested attributes, or the table must supply them.
ApiResult<void> bindSelect(RangeArguments& arguments);

/// The three checks of ExclusiveStartKey, which the service makes at different moments: the number
/// of its attributes (the older layer of validation ends its text with `olderEnd`), the presence
/// and types of the attributes of the key that is read, and whether the rest is a key of the table.
ApiResult<void> checkStartKeySize(const RangeArguments& arguments, std::string_view olderEnd);
ApiResult<void> checkStartKeyType(const RangeArguments& arguments,
                                  const types::KeyAttribute& attribute);

/// The page begins after this key.
struct StartPosition {
    types::Key key;  ///< Under RangeArguments::keys().
    std::string storageKey;
};
ApiResult<StartPosition> bindStartKey(const RangeArguments& arguments);

/// The range without its bounds.
cluster::ReadRange makeRange(const RangeArguments& arguments);

}  // namespace orrery::api
