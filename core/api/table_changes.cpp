#include "core/api/table_changes.h"

#include <algorithm>

#include "core/api/table_rules.h"
#include "core/base/result.h"

namespace orrery::api {
namespace {

using cluster::BillingMode;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> invalid(const std::string& text) {
    return refuse("One or more parameter values were invalid: " + text);
}

IndexChange takeIndexChange(const Fields& fields) {
    if (const auto create = fields.structure("Create"))
        return {IndexChange::Kind::Create, takeIndex(*create)};
    if (const auto update = fields.structure("Update"))
        return {IndexChange::Kind::Update, takeIndex(*update)};
    if (const auto erase = fields.structure("Delete"))
        return {IndexChange::Kind::Delete, takeIndex(*erase)};
    return {};
}

ApiResult<void> checkIndexChanges(const std::vector<IndexChange>& changes) {
    std::vector<std::string_view> names;
    std::size_t built = 0;
    for (const IndexChange& change : changes) {
        if (change.kind == IndexChange::Kind::None)
            return invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null");
        if (std::ranges::find(names, change.index.name) != names.end())
            return invalid(
                "Only one global secondary index update per index is allowed simultaneously. "
                "Index: " +
                change.index.name);
        names.push_back(change.index.name);
        if (change.kind != IndexChange::Kind::Update) ++built;
    }
    if (built > 1)
        return std::unexpected(ApiError{ErrorType::LimitExceeded,
                                        "Subscriber limit exceeded: Only 1 online index can be "
                                        "created or deleted simultaneously per table",
                                        nullptr});
    return {};
}

ApiResult<void> checkUnchanged(const cluster::Throughput& now, const cluster::Throughput& wanted) {
    if (now != wanted) return {};
    return refuse(
        "The provisioned throughput for the table will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for the table: " +
        std::to_string(now.readUnits) +
        ". Requested ReadCapacityUnits: " + std::to_string(wanted.readUnits) +
        ". Current WriteCapacityUnits provisioned for the table: " +
        std::to_string(now.writeUnits) +
        ". Requested WriteCapacityUnits: " + std::to_string(wanted.writeUnits) +
        ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request "
        "higher limits.");
}

// A table that becomes provisioned needs the throughput of each of its global indexes.
ApiResult<void> checkIndexesProvisioned(const cluster::TableDescription& table,
                                        const TableChanges& changes) {
    std::string missing;
    for (const cluster::SecondaryIndex& index : table.indexes) {
        const bool given = std::ranges::any_of(changes.indexes, [&](const IndexChange& change) {
            return change.index.name == index.name && change.index.throughput.has_value();
        });
        if (!index.global || given) continue;
        if (!missing.empty()) missing += ",";
        missing += index.name;
    }
    if (missing.empty()) return {};
    return invalid("ProvisionedThroughput must be specified for index: " + missing);
}

ApiResult<void> checkCreate(const cluster::TableDescription& table, const TableChanges& changes,
                            const IndexDefinition& index, BillingMode billing) {
    if (table.findIndex(index.name) != nullptr)
        return refuse("Attempting to create an index which already exists");
    // The request must define the index's keys itself, even those that the table defines.
    TRY(checkKeySchema(index.keys, changes.attributes));
    TRY(checkProjection(index));
    if (billing == BillingMode::Provisioned && !index.throughput)
        return invalid("ProvisionedThroughput must be specified for index: " + index.name);
    if (billing == BillingMode::PayPerRequest && index.throughput)
        return invalid("ProvisionedThroughput should not be specified for index: " + index.name +
                       " when BillingMode is PAY_PER_REQUEST");
    if (index.throughput) TRY(checkBounds(*index.throughput));
    const auto globals =
        std::ranges::count_if(table.indexes, [](const auto& existing) { return existing.global; });
    if (static_cast<std::size_t>(globals) >= kGlobalIndexesMax)
        return invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20");
    std::size_t nonKeys = index.nonKeyAttributes ? index.nonKeyAttributes->size() : 0;
    for (const cluster::SecondaryIndex& existing : table.indexes)
        nonKeys += existing.projection.attributes.size();
    return checkNonKeyAttributes(nonKeys);
}

ApiResult<void> checkIndexChange(const cluster::TableDescription& table,
                                 const TableChanges& changes, const IndexChange& change,
                                 BillingMode billing) {
    if (change.kind == IndexChange::Kind::Create)
        return checkCreate(table, changes, change.index, billing);
    const cluster::SecondaryIndex* index = table.findIndex(change.index.name);
    const bool there = index != nullptr && index->global;
    if (change.kind == IndexChange::Kind::Delete) {
        if (!there) return std::unexpected(ApiError::resourceNotFound());
        return {};
    }
    if (!there)
        return refuse(
            "This operation cannot be performed with given input values. Please contact DynamoDB "
            "service team for more info: Action Blocked: IndexUpdate");
    if (!change.index.throughput) return {};
    TRY(checkBounds(*change.index.throughput));
    // A table that becomes provisioned gives its indexes throughput for the first time.
    if (table.billing != billing) return {};
    return checkUnchanged(index->throughput, *change.index.throughput);
}

}  // namespace

TableChanges takeTableChanges(const Fields& request) {
    TableChanges changes;
    if (const auto billing = request.optionalText("BillingMode"))
        changes.billing =
            *billing == "PAY_PER_REQUEST" ? BillingMode::PayPerRequest : BillingMode::Provisioned;
    changes.throughput = takeThroughput(request);
    changes.onDemandMax = takeOnDemand(request);
    changes.attributes = takeAttributeDefinitions(request);
    for (const Fields& fields : request.structures("GlobalSecondaryIndexUpdates"))
        changes.indexes.push_back(takeIndexChange(fields));
    return changes;
}

ApiResult<void> checkChanges(const TableChanges& changes) {
    if (changes.billing == BillingMode::Provisioned && !changes.throughput)
        return invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
    if (changes.billing == BillingMode::PayPerRequest && changes.throughput)
        return invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST");
    if (changes.throughput) TRY(checkBounds(*changes.throughput));
    return checkIndexChanges(changes.indexes);
}

ApiResult<void> checkChangesOf(const cluster::TableDescription& table,
                               const TableChanges& changes) {
    const BillingMode billing = changes.billing.value_or(table.billing);
    if (billing == BillingMode::PayPerRequest && changes.throughput)
        return invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST");
    if (changes.onDemandMax)
        TRY(checkOnDemand(*changes.onDemandMax, billing, OnDemandUse::UpdateTable));
    if (changes.throughput && billing == table.billing)
        TRY(checkUnchanged(table.throughput, *changes.throughput));
    if (billing == BillingMode::Provisioned && table.billing != billing)
        TRY(checkIndexesProvisioned(table, changes));
    for (const IndexChange& change : changes.indexes)
        TRY(checkIndexChange(table, changes, change, billing));
    return {};
}

}  // namespace orrery::api
