#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/api/decode/fields.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_arguments.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// What Query and Scan have in common: which table or index, which items of a page are shown, and
// what of each.

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

    // Known once the request is bound.
    cluster::TablePtr table;
    bool fetchFromTable = false;

    /// The index that is read, or null for the table.
    const cluster::SecondaryIndex* index() const {
        return indexName.empty() ? nullptr : table->findIndex(indexName);
    }
    /// The key of what is read.
    const types::KeySchema& keys() const {
        const cluster::SecondaryIndex* found = index();
        return found == nullptr ? table->keys : found->keys;
    }
    KeySpaceId space() const {
        const cluster::SecondaryIndex* found = index();
        return found == nullptr ? table->space : found->space;
    }
};

/// The members that need neither expressions nor the catalog.
RangeArguments takeRangeArguments(const Fields& request);

/// ExclusiveStartKey, if there is one.
ApiResult<std::optional<types::Item>> takeStartKey(const Fields& request);

/// QueryFilter or ScanFilter, if there is one.
ApiResult<std::optional<expression::Condition>> takeLegacyFilter(const Fields& request,
                                                                 std::string_view member);

/// What Select allows together with a projection and an index. Query and Scan word one of its
/// errors differently.
ApiResult<void> checkSelect(const Fields& request, const RangeArguments& arguments,
                            std::string_view envelope);

/// Finds the table and the index.
ApiResult<void> bindTable(RangeArguments& arguments, const cluster::Catalog& catalog,
                          const cluster::Caller& caller);

/// Of Query alone: a filter on an index may only look at what the index projects, even if the rest
/// is fetched from the table.
ApiResult<void> checkFilterProjected(const RangeArguments& arguments);

/// Decides whether what is asked for is in the index, or must be fetched from the table.
ApiResult<void> bindSelect(RangeArguments& arguments);

/// The three things that the service says of ExclusiveStartKey, each at its own moment: how many
/// attributes it has (`mismatch` is the text of the operation), whether those of the key that is
/// read are there and of the right types, and whether the rest is a key of the table.
ApiResult<void> checkStartKeySize(const RangeArguments& arguments, std::string_view mismatch);
ApiResult<void> checkStartKeyType(const RangeArguments& arguments,
                                  const types::KeyAttribute& attribute);

/// Where the page begins: after this key.
struct StartPosition {
    types::Key key;  ///< Under RangeArguments::keys().
    std::string storageKey;
};
ApiResult<StartPosition> bindStartKey(const RangeArguments& arguments);

/// The page without its bounds.
cluster::ReadRange makeRange(const RangeArguments& arguments);

}  // namespace orrery::api
