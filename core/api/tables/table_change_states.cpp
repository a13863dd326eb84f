#include "core/api/tables/table_change_states.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::api {
namespace {

using cluster::SecondaryIndex;
using cluster::TableDescription;
using cluster::TableStatus;

/// What goes on in a table, or in one of its indexes.
enum class State {
    UnitsChange,
    BillingChanges,
    StreamChanges,
    ClassChanges,
    EncryptionChanges,
    IndexDeleted,
    IndexCreated,
    /// It is being created, but not backfilled yet.
    IndexAllocated,
};

/// What a request asks for.
enum class Asked {
    Iops,       ///< Units or a billing mode.
    OtherIops,  ///< The same, but not the present billing mode alone.
    OnDemand,
    Stream,
    Class,
    Encryption,
    Build,  ///< The creation or the deletion of an index.
};

struct Refusal {
    State state;
    Asked asked;
    std::string_view text;
};

// The first row that fits a request decides. Observed in October 2026 in us-west-2. Rows that are
// not recorded are worded like those that are; of rows "without the end", only the words before
// "Table:" are recorded.
constexpr Refusal kRefusals[] = {
    {State::UnitsChange, Asked::Iops, "Table IOPS are currently being updated. Table: {table}"},
    {State::UnitsChange, Asked::Stream,
     "Can't enable or disable stream while table IOPS are being updated. Table: {table}"},
    // Not recorded.
    {State::UnitsChange, Asked::Class,
     "Can't update table class while table IOPS are being updated. Table: {table}"},
    {State::UnitsChange, Asked::Build,
     "Can't create or delete indexes while table IOPS are being updated. Table: {table}"},

    {State::BillingChanges, Asked::Iops, "Table IOPS are currently being updated. Table: {table}"},
    {State::BillingChanges, Asked::OnDemand,
     "OnDemandThroughput cannot be updated while BillingMode update is in progress"},
    {State::BillingChanges, Asked::Stream,
     "Can't enable or disable stream while table IOPS are being updated. Table: {table}"},
    // Not recorded.
    {State::BillingChanges, Asked::Class,
     "Can't update table class while table IOPS are being updated. Table: {table}"},
    {State::BillingChanges, Asked::Build,
     "Can't create or delete indexes while table IOPS are being updated. Table: {table}"},

    {State::StreamChanges, Asked::OtherIops,
     "Can't change table IOPS when stream status is being updated. Table: {table} Stream: {stream} "
     "Operation: {operation}"},
    // Recorded without its end.
    {State::StreamChanges, Asked::OnDemand,
     "OnDemandThroughput cannot be updated while stream status update is in progress"},
    {State::StreamChanges, Asked::Stream,
     "A stream status change is currently in progress. Table: {table} Stream: {stream} Operation: "
     "{operation}"},
    // Recorded without its end.
    {State::StreamChanges, Asked::Class,
     "Can't update table class when stream status is being updated. Table: {table} Stream: "
     "{stream} Operation: {operation}"},
    // Recorded without its end.
    {State::StreamChanges, Asked::Build,
     "Can't create or delete an index when stream status is being updated. Table: {table} Stream: "
     "{stream} Operation: {operation}"},

    // Not recorded.
    {State::ClassChanges, Asked::OtherIops,
     "Can't change table IOPS when a table class update is in progress. Table: {table} "
     "TableClassUpdateInProgress: {class}"},
    {State::ClassChanges, Asked::OnDemand,
     "OnDemandThroughput cannot be updated while TableClass update is in progress. "
     "TableClassUpdateInProgress: {class}"},
    {State::ClassChanges, Asked::Stream,
     "Can't change stream status when a table class update is in progress. Table: {table} "
     "TableClassUpdateInProgress: {class}"},
    {State::ClassChanges, Asked::Class,
     "Can't update table class when a table class update is in progress. Table: {table} "
     "TableClassUpdateInProgress: {class}"},
    // Recorded without its end.
    {State::ClassChanges, Asked::Build,
     "Can't create or delete an index when a table class update is in progress. Table: {table} "
     "TableClassUpdateInProgress: {class}"},

    {State::EncryptionChanges, Asked::Encryption, "Server-Side Encryption is still being updated"},

    {State::IndexDeleted, Asked::OtherIops,
     "Can't change table IOPS when an index is being deleted. Table: {table} Indexes: [{deleted}]"},
    {State::IndexDeleted, Asked::OnDemand,
     "OnDemandThroughput cannot be updated while index deletion is in progress for indexes: "
     "[{deleted}]"},
    // Not recorded.
    {State::IndexDeleted, Asked::Stream,
     "Can't change stream status when an index is being deleted. Table: {table} Indexes: "
     "[{deleted}]"},
    // Not recorded.
    {State::IndexDeleted, Asked::Class,
     "Can't update table class when an index is being deleted. Table: {table} Indexes: "
     "[{deleted}]"},

    {State::IndexAllocated, Asked::OtherIops,
     "Can't change table IOPS when an index is being created. Table: {table} Indexes: [{created}]"},
    // Recorded without its end.
    {State::IndexAllocated, Asked::Stream,
     "Can't change stream status when an index is being created. Table: {table} Indexes: "
     "[{created}]"},
    // Not recorded.
    {State::IndexAllocated, Asked::Class,
     "Can't update table class when an index is being created. Table: {table} Indexes: "
     "[{created}]"},
    {State::IndexCreated, Asked::OnDemand,
     "OnDemandThroughput cannot be updated while index creation is in progress for indexes: "
     "[{created}]"},
};

struct IndexRefusal {
    State state;
    IndexChange::Kind asked;
    std::string_view text;
};

constexpr std::string_view kIndexDeleted = "Index is being deleted. Table: {table} Index: {index}";

// The same of an index that the request names; the two blanks are the service's.
constexpr IndexRefusal kIndexRefusals[] = {
    {State::IndexDeleted, IndexChange::Kind::Create, kIndexDeleted},
    {State::IndexDeleted, IndexChange::Kind::Update, kIndexDeleted},
    {State::IndexDeleted, IndexChange::Kind::Delete, kIndexDeleted},
    {State::IndexAllocated, IndexChange::Kind::Update,
     "Index is being created but is not backfilling yet.  Table: {table} Index: {index}"},
    {State::IndexAllocated, IndexChange::Kind::Delete,
     "Index creation is in resource allocation phase. Retry deletion during backfilling phase or "
     "when the index is active. Table: {table} Index: {index}"},
};

// Only in the first phase of its creation does an index keep its table UPDATING. All other changes
// that do so begin before that phase or after it.
bool isAllocating(const TableDescription& table) {
    const cluster::PendingChange& change = table.pending;
    const bool isOther = change.throughput || !change.lasting.empty();
    return table.status == TableStatus::Updating && !isOther;
}

bool isIn(const TableDescription& table, State state) {
    switch (state) {
        case State::UnitsChange:
            return table.pending.throughput.has_value();
        case State::BillingChanges:
            return table.pending.lasting.contains(cluster::LastingChange::Billing);
        case State::StreamChanges:
            return table.pending.lasting.contains(cluster::LastingChange::Stream);
        case State::ClassChanges:
            return table.pending.lasting.contains(cluster::LastingChange::TableClass);
        case State::EncryptionChanges:
            return table.pending.sseEnabled.has_value();
        case State::IndexDeleted:
            return table.hasIndexIn({TableStatus::Deleting});
        case State::IndexCreated:
            return table.hasIndexIn({TableStatus::Creating});
        case State::IndexAllocated:
            return table.hasIndexIn({TableStatus::Creating}) && isAllocating(table);
    }
    CHECK(false);
}

bool isIn(const TableDescription& table, const SecondaryIndex& index, State state) {
    if (state == State::IndexDeleted) return index.status == TableStatus::Deleting;
    return index.status == TableStatus::Creating && isAllocating(table);
}

bool asksFor(const TableChanges& changes, const TableDescription& table, Asked asked) {
    switch (asked) {
        case Asked::Iops:
            return changes.billing || changes.throughput;
        case Asked::OtherIops:
            return changes.throughput || (changes.billing && changes.billing != table.billing);
        case Asked::OnDemand:
            return changes.onDemandMax.has_value();
        case Asked::Stream:
            return changes.stream.has_value();
        case Asked::Class:
            return changes.tableClass.has_value();
        case Asked::Encryption:
            return changes.encryption.has_value();
        case Asked::Build:
            return changes.buildsIndexes();
    }
    CHECK(false);
}

std::string indexesIn(const TableDescription& table, TableStatus status) {
    std::string names;
    for (const SecondaryIndex& index : table.indexes) {
        if (index.status != status) continue;
        names += (names.empty() ? "" : ", ") + index.name;
    }
    return names;
}

std::unexpected<ApiError> inUse(std::string_view text, const TableDescription& table,
                                const std::string& index = {}) {
    const std::pair<std::string_view, std::string> values[] = {
        {"{table}", table.name},
        {"{index}", index},
        {"{created}", indexesIn(table, TableStatus::Creating)},
        {"{deleted}", indexesIn(table, TableStatus::Deleting)},
        {"{stream}", table.streamLabel},
        {"{operation}", table.stream ? "ENABLE" : "DISABLE"},
        {"{class}", table.tableClass}};
    std::string message = "Attempt to change a resource which is still in use: ";
    message += text;
    for (const auto& [place, value] : values) {
        const std::size_t at = message.find(place);
        if (at != std::string::npos) message.replace(at, place.size(), value);
    }
    return std::unexpected(ApiError{ErrorType::ResourceInUse, std::move(message), nullptr});
}

ApiResult<void> checkIndexes(const TableDescription& table, const TableChanges& changes) {
    for (const IndexChange& change : changes.indexes()) {
        const SecondaryIndex* const index = table.findIndex(change.index.name);
        if (index == nullptr) continue;
        for (const auto& [state, asked, text] : kIndexRefusals)
            if (asked == change.kind && isIn(table, *index, state))
                return inUse(text, table, index->name);
    }
    return {};
}

// An index that is being backfilled may be deleted (GSI.OnlineOps).
ApiResult<void> checkOneAtATime(const TableDescription& table, const TableChanges& changes) {
    for (const IndexChange& change : changes.indexes()) {
        const SecondaryIndex* const index = table.findIndex(change.index.name);
        const bool isCreated = index != nullptr && index->status == TableStatus::Creating;
        const bool endsCreation = change.kind == IndexChange::Kind::Delete && isCreated;
        const bool isBuilding = table.hasIndexIn({TableStatus::Creating, TableStatus::Deleting});
        if (change.builds() && isBuilding && !endsCreation)
            return std::unexpected(ApiError{ErrorType::LimitExceeded,
                                            "Subscriber limit exceeded: Only 1 online index can be "
                                            "created or deleted simultaneously per table",
                                            nullptr});
    }
    return {};
}

}  // namespace

ApiResult<void> checkNotInUse(const TableDescription& table, const TableChanges& changes) {
    if (table.status == TableStatus::Creating)
        return inUse("Table is being created: {table}", table);
    if (table.status == TableStatus::Deleting)
        return inUse("Table is being deleted: {table}", table);
    TRY(checkIndexes(table, changes));
    for (const auto& [state, asked, text] : kRefusals)
        if (isIn(table, state) && asksFor(changes, table, asked)) return inUse(text, table);
    return checkOneAtATime(table, changes);
}

}  // namespace orrery::api
