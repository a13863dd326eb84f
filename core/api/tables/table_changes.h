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

// What UpdateTable asks for, and the rules for it: those that the request alone can break, and
// those that depend on the table.

/// One element of GlobalSecondaryIndexUpdates.
struct IndexChange {
    enum class Kind { None, Create, Update, Delete };
    Kind kind = Kind::None;
    bool several = false;    ///< The element has more than one action.
    bool warmEmpty = false;  ///< WarmThroughput without a member.
    IndexDefinition index;   ///< Update: name and throughput; Delete: the name alone.

    bool builds() const { return kind == Kind::Create || kind == Kind::Delete; }
};

struct StreamChange {
    bool enabled = false;
    bool hasViewType = false;
};

struct TableChanges {
    std::optional<cluster::BillingMode> billing;
    std::optional<cluster::Throughput> throughput;
    /// As given: kAbsentUnits where a member is absent.
    std::optional<cluster::Throughput> onDemandMax;
    std::optional<cluster::Throughput> warm;
    std::optional<StreamChange> stream;
    std::optional<bool> deletionProtection;
    std::optional<std::string> tableClass;
    std::optional<Encryption> encryption;
    std::vector<types::KeyAttribute> attributes;
    std::optional<std::vector<IndexChange>> indexList;

    const std::vector<IndexChange>& indexes() const;
    /// Whether an index is made or deleted.
    bool buildsIndexes() const;
};

/// The changes that a request asks for, once they have passed all that can be said of them without
/// the table.
ApiResult<TableChanges> takeTableChanges(const Fields& request);

/// What depends on the table: whether it can be changed now, and whether it can be changed so.
ApiResult<void> checkChangesOf(const cluster::TableDescription& table, const TableChanges& changes,
                               const cluster::Caller& caller);

/// The definitions for a new index: those of the request, but an attribute that the table defines
/// already keeps its type.
std::vector<types::KeyAttribute> definitionsFor(const cluster::TableDescription& table,
                                                const TableChanges& changes);

/// Whether a table can be deleted now.
ApiResult<void> checkDeletable(const cluster::TableDescription& table);

}  // namespace orrery::api
