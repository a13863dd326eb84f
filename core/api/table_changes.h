#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/fields.h"
#include "core/api/table_arguments.h"
#include "core/cluster/table_description.h"

namespace orrery::api {

// What UpdateTable asks for, and the rules for it: those that the request alone can break, and
// those that depend on the table.

/// One element of GlobalSecondaryIndexUpdates.
struct IndexChange {
    enum class Kind { None, Create, Update, Delete };
    Kind kind = Kind::None;
    IndexDefinition index;  ///< Update: name and throughput; Delete: the name alone.
};

struct TableChanges {
    std::optional<cluster::BillingMode> billing;
    std::optional<cluster::Throughput> throughput;
    /// As given: kAbsentLimit where a member is absent.
    std::optional<cluster::Throughput> onDemandMax;
    std::vector<types::KeyAttribute> attributes;
    std::vector<IndexChange> indexes;
};

TableChanges takeTableChanges(const Fields& request);

/// What can be said without the table.
ApiResult<void> checkChanges(const TableChanges& changes);

/// What depends on the table.
ApiResult<void> checkChangesOf(const cluster::TableDescription& table, const TableChanges& changes);

}  // namespace orrery::api
