#include "core/api/statements/statement_read.h"

#include <string>

#include "core/api/items/item_arguments.h"
#include "core/api/statements/statement_select.h"
#include "core/base/result.h"
#include "core/partiql/key_plan.h"

namespace orrery::api {
namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

}  // namespace

ApiResult<void> checkReadsByKey(const partiql::Select& select,
                                const cluster::TableDescription& table,
                                std::string_view operation) {
    const bool ofTable = select.index.empty();
    const cluster::SecondaryIndex* index = table.findIndex(select.index);
    if (index != nullptr) TRY(checkOneAttributeEach(*index));
    if (select.columnError) return std::unexpected(*select.columnError);
    if (ofTable && partiql::itemToRead(select.where, table.keys)) return {};
    // The service plans the reads before it looks for the key.
    if (ofTable) TRY(partiql::planReads(select, table.keys, table.space));
    return fail("Select statements within " + std::string(operation) +
                " must specify the primary key in the where clause.");
}

ApiResult<cluster::ReadItem> bindReadByKey(const partiql::Select& select,
                                           const cluster::TablePtr& table,
                                           std::string_view operation) {
    TRY(checkReadsByKey(select, *table, operation));
    const auto named = partiql::itemToRead(select.where, table->keys);
    TRY_ASSIGN(types::Key key, types::keyFromRequest(*named, table->keys));
    return cluster::ReadItem{table, std::move(key)};
}

ApiResult<void> checkExists(const partiql::Exists& exists, const cluster::TableDescription& table) {
    if (!exists.select.index.empty())
        return fail("Operations on indices are not supported in transactions");
    if (partiql::itemToCheck(exists.select.where, table.keys)) return {};
    return fail("EXISTS() must contain a single item read with additional condition");
}

ApiResult<cluster::ConditionCheck> bindExists(const partiql::Exists& exists,
                                              const cluster::TablePtr& table) {
    TRY(checkExists(exists, *table));
    auto named = partiql::itemToCheck(exists.select.where, table->keys);
    TRY_ASSIGN(types::Key key, types::keyFromRequest(named->key, table->keys));
    TRY(checkKeyPaths(*table, expression::paths(*named->rest)));
    return cluster::ConditionCheck{table, std::move(key), *std::move(named->rest)};
}

}  // namespace orrery::api
