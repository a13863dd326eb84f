#include <algorithm>

#include "core/api/tables/table_change_states.h"
#include "core/api/tables/table_changes.h"
#include "core/api/tables/table_rules.h"
#include "core/api/tables/throughput_rules.h"
#include "core/base/result.h"

// The rules for changes that depend on the table.

namespace orrery::api {
namespace {

using cluster::BillingMode;
using cluster::SecondaryIndex;
using cluster::TableDescription;
using cluster::TableStatus;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> invalid(const std::string& text) {
    return refuse("One or more parameter values were invalid: " + text);
}

std::unexpected<ApiError> inUse(const std::string& text) {
    return std::unexpected(ApiError{ErrorType::ResourceInUse,
                                    "Attempt to change a resource which is still in use: " + text,
                                    nullptr});
}

std::unexpected<ApiError> limitExceeded(const std::string& text) {
    return std::unexpected(
        ApiError{ErrorType::LimitExceeded, "Subscriber limit exceeded: " + text, nullptr});
}

// A table that becomes provisioned needs throughput for each of its global indexes.
ApiResult<void> checkIndexesProvisioned(const TableDescription& table,
                                        const TableChanges& changes) {
    std::string missing;
    for (const SecondaryIndex& index : table.indexes) {
        const bool given = std::ranges::any_of(changes.indexes(), [&](const IndexChange& change) {
            return change.index.name == index.name && change.index.throughput.has_value();
        });
        if (!index.isGlobal() || given) continue;
        if (!missing.empty()) missing += ",";
        missing += index.name;
    }
    if (missing.empty()) return {};
    return invalid("ProvisionedThroughput must be specified for index: " + missing);
}

std::string schemaText(const types::KeySchema& keys) {
    const auto element = [](const types::KeyAttribute& attribute, std::string_view role) {
        return "SchemaElement: key{" + attribute.name + ":" +
               std::string(types::wireName(attribute.type)) + ":" + std::string(role) + "}";
    };
    std::string text = "Schema:[";
    const auto add = [&](const types::KeyAttribute& attribute, std::string_view role) {
        if (text.back() != '[') text += ", ";
        text += element(attribute, role);
    };
    for (const types::KeyAttribute& attribute : keys.partitionAttributes())
        add(attribute, "HASH");
    for (const types::KeyAttribute& attribute : keys.sortAttributes())
        add(attribute, "RANGE");
    return text + "]";
}

// A new index may not give an attribute of another key another type. (One that the request merely
// repeats keeps its type, whatever the request says: definitionsFor.) The text is recorded in
// test_gsi_updatetable.py of ScyllaDB's suite.
ApiResult<void> checkNotRedefined(const TableDescription& table, const TableChanges& changes,
                                  const IndexDefinition& index) {
    const types::KeySchema wanted = makeKeys(index.keys, changes.attributes);
    const auto redefinedIn = [&](const types::KeySchema& keys) {
        for (const types::KeyAttribute& known : keys.attributes())
            for (const types::KeyAttribute& attribute : wanted.attributes())
                if (known.name == attribute.name && known.type != attribute.type) return true;
        return false;
    };
    const auto check = [&](const types::KeySchema& keys) -> ApiResult<void> {
        if (!redefinedIn(keys)) return {};
        return invalid(
            "Attributes cannot be redefined. Please check that your attribute has the same type as "
            "previously defined. Existing schema: " +
            schemaText(keys) + " New schema: " + schemaText(wanted));
    };
    TRY(check(table.keys));
    for (const SecondaryIndex& existing : table.indexes)
        TRY(check(existing.keys));
    return {};
}

ApiResult<void> checkCreateThroughput(const IndexDefinition& index, BillingMode billing) {
    if (billing == BillingMode::Provisioned && !index.throughput)
        return invalid(
            "Both ReadCapacityUnits and WriteCapacityUnits must be specified for "
            "index: " +
            index.name);
    if (billing == BillingMode::PayPerRequest && index.throughput)
        return invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for "
            "index: " +
            index.name + " when BillingMode is PAY_PER_REQUEST");
    if (index.throughput) TRY(checkBounds(*index.throughput));
    if (index.onDemandMax)
        TRY(checkOnDemand(*index.onDemandMax, billing, ThroughputUse::UpdateTable, index.name));
    return checkNewWarm(index.warm, billing, index.throughput, index.name);
}

ApiResult<void> checkCreate(const TableDescription& table, const TableChanges& changes,
                            const IndexDefinition& index, BillingMode billing) {
    if (table.findIndex(index.name) != nullptr)
        return refuse("Attempting to create an index which already exists");
    // The request must define the index's keys itself, even if the table defines them.
    if (changes.attributes.empty())
        return invalid("AttributeDefinitions is not specified for index: " + index.name);
    TRY(checkIndexKeySchema(index.keys, changes.attributes));
    TRY(checkNotRedefined(table, changes, index));
    TRY(checkProjection(index));
    TRY(checkCreateThroughput(index, billing));
    const auto globals = std::ranges::count_if(table.indexes, &SecondaryIndex::isGlobal);
    if (static_cast<std::size_t>(globals) >= kGlobalIndexesMax)
        return limitExceeded("Number of global secondary indexes exceeds per-table limit of 20");
    std::size_t nonKeys = index.nonKeyAttributes ? index.nonKeyAttributes->size() : 0;
    for (const SecondaryIndex& existing : table.indexes)
        nonKeys += existing.projection.attributes.size();
    return checkNonKeyAttributes(nonKeys);
}

ApiResult<void> checkUpdate(const TableDescription& table, const SecondaryIndex& index,
                            const IndexDefinition& wanted, BillingMode billing) {
    if (index.status == TableStatus::Updating)
        return inUse("Index is being updated. Table: " + table.name + " Index: " + index.name);
    const bool asksNothing = !wanted.throughput && !wanted.onDemandMax && !wanted.warm;
    if (billing == BillingMode::PayPerRequest && (wanted.throughput || asksNothing))
        return invalid("The only Updates for index: " + index.name +
                       " when TableThroughputMode is PAY_PER_REQUEST can be to "
                       "OnDemandThroughput, WarmThroughput");
    if (wanted.throughput) {
        TRY(checkBounds(*wanted.throughput));
        // For a table that becomes provisioned, this is the first throughput of its indexes.
        if (table.billing == billing)
            TRY(checkUnchanged(index.throughput, *wanted.throughput, index.name));
    }
    if (wanted.onDemandMax)
        TRY(checkOnDemand(*wanted.onDemandMax, billing, ThroughputUse::UpdateTable, index.name));
    if (wanted.warm) {
        const auto now = cluster::warmNow(table.billing, index.warmAsked(), index.throughput);
        TRY(raisedWarm(now, *wanted.warm, index.name));
    }
    return {};
}

ApiResult<void> checkIndexChange(const TableDescription& table, const TableChanges& changes,
                                 const IndexChange& change, BillingMode billing) {
    if (change.kind == IndexChange::Kind::Create)
        return checkCreate(table, changes, change.index, billing);
    const bool erases = change.kind == IndexChange::Kind::Delete;
    const SecondaryIndex* index = table.findIndex(change.index.name);
    if (index == nullptr)
        return std::unexpected(ApiError{
            ErrorType::ResourceNotFound,
            "Requested resource not found: Index " + change.index.name + " for table " + table.name,
            nullptr});
    if (!index->isGlobal())
        return refuse("Cannot " + std::string(erases ? "delete" : "update") +
                      " an index that is not a GlobalSecondaryIndex: " + index->name);
    if (erases) return {};
    return checkUpdate(table, *index, change.index, billing);
}

}  // namespace

ApiResult<void> checkChangesAgainst(const TableDescription& table, const TableChanges& changes,
                                    const cluster::Caller& caller) {
    TRY(checkNotInUse(table, changes));
    const BillingMode billing = changes.billing.value_or(table.billing);
    if (billing == BillingMode::PayPerRequest && changes.throughput)
        return invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST");
    if (changes.onDemandMax)
        TRY(checkOnDemand(*changes.onDemandMax, billing, ThroughputUse::UpdateTable));
    if (changes.throughput && billing == table.billing)
        TRY(checkUnchanged(table.throughput, *changes.throughput));
    if (changes.warm) {
        const auto now = cluster::warmNow(table.billing, table.warmAsked(), table.throughput);
        TRY(raisedWarm(now, *changes.warm));
    }
    if (changes.stream && changes.stream->isEnabled && table.stream)
        return refuse("Table already has an enabled stream: TableName: " + table.name);
    if (changes.stream && !changes.stream->isEnabled && !table.stream)
        return refuse("Table has no stream to disable: TableName: " + table.name);
    if (changes.encryption) TRY(checkEncryptionChange(table, caller, *changes.encryption));
    if (billing == BillingMode::Provisioned && table.billing != billing)
        TRY(checkIndexesProvisioned(table, changes));
    for (const IndexChange& change : changes.indexes())
        TRY(checkIndexChange(table, changes, change, billing));
    return {};
}

std::vector<types::KeyAttribute> definitionsFor(const TableDescription& table,
                                                const TableChanges& changes) {
    std::vector<types::KeyAttribute> definitions = changes.attributes;
    for (types::KeyAttribute& definition : definitions) {
        const auto known =
            std::ranges::find(table.attributes, definition.name, &types::KeyAttribute::name);
        if (known != table.attributes.end()) definition.type = known->type;
    }
    return definitions;
}

ApiResult<void> checkDeletable(const TableDescription& table) {
    if (table.hasIndexIn({TableStatus::Creating, TableStatus::Updating, TableStatus::Deleting}) &&
        table.status != TableStatus::Creating && table.status != TableStatus::Deleting)
        return inUse("Cannot delete table while indexes are being created, updated, or deleted.");
    if (table.pending.lasting.contains(cluster::LastingChange::Stream))
        return inUse("Cannot delete table while stream is being enabled/disabled.");
    if (table.status == TableStatus::Updating)
        return inUse("Table: " + table.name + " is in the process of being updated.");
    return checkNotInUse(table, {});
}

}  // namespace orrery::api
