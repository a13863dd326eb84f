#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/api/tables/table_arguments.h"
#include "core/api/tables/table_settings.h"
#include "core/cluster/catalog/table_description.h"

namespace orrery::api {

// The changes of an UpdateTable, and their rules: those that depend on the request alone, and those
// that depend on the table.

/// One element of GlobalSecondaryIndexUpdates.
struct IndexChange {
    enum class Kind { None, Create, Update, Delete };
    Kind kind = Kind::None;
    bool several = false;    ///< The element has more than one action.
    bool warmEmpty = false;  ///< WarmThroughput without members.
    IndexDefinition index;   ///< Update: name and throughput; Delete: only the name.

    bool builds() const { return kind == Kind::Create || kind == Kind::Delete; }
};

struct TableChanges {
    std::optional<cluster::BillingMode> billing;
    std::optional<cluster::Throughput> throughput;
    /// As sent; kAbsentUnits for an absent member.
    std::optional<cluster::Throughput> onDemandMax;
    std::optional<cluster::Throughput> warm;
    std::optional<StreamSpecification> stream;
    std::optional<bool> deletionProtection;
    std::optional<std::string> tableClass;
    std::optional<Encryption> encryption;
    std::vector<types::KeyAttribute> attributes;
    std::optional<std::vector<IndexChange>> indexList;

    const std::vector<IndexChange>& indexes() const;
    /// True if the changes create or delete an index.
    bool buildsIndexes() const;
};

/// Takes the changes from the request, and checks all rules that do not need the table.
ApiResult<TableChanges> takeTableChanges(const Fields& request);

/// Checks the rules that depend on the table: whether it can be changed now, and in this way.
ApiResult<void> checkChangesAgainst(const cluster::TableDescription& table,
                                    const TableChanges& changes, const cluster::Caller& caller);

/// The attribute definitions for a new index: those of the request, except that attributes defined
/// by the table keep their types.
std::vector<types::KeyAttribute> definitionsFor(const cluster::TableDescription& table,
                                                const TableChanges& changes);

/// Refuses the deletion of a table that cannot be deleted now.
ApiResult<void> checkDeletable(const cluster::TableDescription& table);

}  // namespace orrery::api
