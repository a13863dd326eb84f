#include "core/api/tables/auto_scaling_rules.h"

#include <algorithm>
#include <utility>

#include "core/api/tables/global_tables.h"
#include "core/api/tables/table_settings.h"
#include "core/base/result.h"

// Unless a rule says otherwise, observed in October 2026 (ack-api-quirks DDB-TABLE-190, 253 and
// 255, and the error catalogue).

namespace orrery::api {
namespace {

using Of = ScalingChange::Of;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> refuseSettings(std::string_view table, const std::string& why) {
    return refuse("Failed to update settings for global table with name: ‘" + std::string(table) +
                  "’" + why);
}

// "'MaximumUnits', 'MinimumUnits'".
std::string quotedList(const std::vector<std::string_view>& names) {
    std::string list;
    for (const std::string_view name : names)
        list.append(list.empty() ? "'" : ", '").append(name).append("'");
    return list;
}

std::optional<double> targetIn(const Fields& update) {
    const auto policy = update.structure("ScalingPolicyUpdate");
    if (!policy) return std::nullopt;
    const auto tracking = policy->structure("TargetTrackingScalingPolicyConfiguration");
    return tracking ? tracking->real("TargetValue") : std::nullopt;
}

void addChange(const Fields& fields, std::string_view member, ScalingChange change,
               std::vector<ScalingChange>& changes) {
    const auto update = fields.structure(member);
    if (!update) return;
    change.minimumUnits = update->integer("MinimumUnits");
    change.maximumUnits = update->integer("MaximumUnits");
    change.target = targetIn(*update);
    change.disables = update->flag("AutoScalingDisabled");
    changes.push_back(std::move(change));
}

ScalingChange changeOf(Of of, const Fields& fields, std::string_view region = {}) {
    ScalingChange change;
    change.of = of;
    change.region = region;
    change.index = fields.textIfAny("IndexName");
    return change;
}

ApiResult<void> addReplicaChanges(const Fields& request, std::string_view table,
                                  std::vector<ScalingChange>& changes) {
    std::vector<std::string> regions;
    for (const Fields& replica : request.structures("ReplicaUpdates")) {
        const std::string region(replica.text("RegionName"));
        if (std::ranges::find(regions, region) != regions.end())
            return refuseSettings(
                table, " because the regions: ‘[" + region + "]’ were specified more than once.");
        regions.push_back(region);
        const std::size_t before = changes.size();
        addChange(replica, "ReplicaProvisionedReadCapacityAutoScalingUpdate",
                  changeOf(Of::ReplicaReads, replica, region), changes);
        for (const Fields& index : replica.structures("ReplicaGlobalSecondaryIndexUpdates"))
            addChange(index, "ProvisionedReadCapacityAutoScalingUpdate",
                      changeOf(Of::ReplicaIndexReads, index, region), changes);
        if (changes.size() == before)
            return refuseSettings(
                table, " because at least one update parameter must be specified for region: ‘" +
                           region + "’.");
    }
    return {};
}

ApiResult<void> checkBlankIfDisabled(const ScalingChange& change, std::string_view table) {
    std::vector<std::string_view> given;
    if (change.maximumUnits) given.push_back("MaximumUnits");
    if (change.target) given.push_back("ScalingPolicyUpdate");
    if (change.minimumUnits) given.push_back("MinimumUnits");
    if (!change.disables || given.empty()) return {};
    return refuseSettings(table, ": Parameters " + quotedList(given) +
                                     " must be left blank when disabling auto scaling.");
}

// Names of the first version's members. Those for indexes are not recorded.
std::string_view shownName(Of of) {
    switch (of) {
        case Of::TableWrites:
            return "GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate";
        case Of::IndexWrites:
            return "GlobalTableGlobalSecondaryIndexSettingsUpdate";
        case Of::ReplicaReads:
            return "ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate";
        case Of::ReplicaIndexReads:
            break;
    }
    return "ReplicaGlobalSecondaryIndexSettingsUpdate";
}

// The quotation marks are the service's.
ApiResult<void> checkProvisioned(const std::vector<ScalingChange>& changes,
                                 const cluster::TableDescription& table,
                                 const std::vector<std::string>& regions) {
    if (table.billing == cluster::BillingMode::Provisioned) return {};
    std::vector<std::string_view> names;
    for (const ScalingChange& change : changes) {
        const std::string_view name = shownName(change.of);
        if (!change.disables && std::ranges::find(names, name) == names.end())
            names.push_back(name);
    }
    if (names.empty()) return {};
    std::vector<std::string> capitals = regions;
    for (std::string& region : capitals)
        std::ranges::transform(region, region.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        });
    return refuse("Failed to update global table with name ‘" + table.name + "‘. Replicas " +
                  quotedList({capitals.begin(), capitals.end()}) +
                  " BillingMode is PayPerRequest. You must convert table's BillingMode to "
                  "PROVISIONED to set parameters: " +
                  quotedList(names) + ".");
}

// Not recorded: a Region without a replica, and an index that the table does not have.
ApiResult<void> checkExists(const ScalingChange& change, const cluster::TableDescription& table,
                            const std::vector<std::string>& regions) {
    const auto notFound = [](const std::string& what) {
        return std::unexpected(ApiError{ErrorType::ResourceNotFound,
                                        "Requested resource not found: " + what, nullptr});
    };
    if (!change.region.empty() && std::ranges::find(regions, change.region) == regions.end())
        return notFound("Replica in region " + change.region + " of table " + table.name);
    if (!change.index.empty() && table.findIndex(change.index) == nullptr)
        return notFound("Index " + change.index + " for table " + table.name);
    return {};
}

ApiResult<void> checkComplete(const ScalingChange& change, const std::string& table) {
    std::vector<std::string_view> missing;
    if (!change.maximumUnits) missing.push_back("MaximumUnits");
    if (!change.target) missing.push_back("ScalingPolicyUpdate");
    if (!change.minimumUnits) missing.push_back("MinimumUnits");
    if (missing.empty()) return {};
    return refuseSettings(table, ": Parameters " + quotedList(missing) +
                                     " are required unless auto scaling is being disabled.");
}

// The words of Application Auto Scaling. The service adds how it called that one.
ApiResult<void> checkRanges(const ScalingChange& change) {
    constexpr double kTargetMin = 10;
    constexpr double kTargetMax = 90;
    if (*change.maximumUnits < *change.minimumUnits)
        return refuse("Maximum capacity cannot be less than minimum capacity");
    if (*change.target >= kTargetMin && *change.target <= kTargetMax) return {};
    const bool isOfWrites = change.of == Of::TableWrites || change.of == Of::IndexWrites;
    std::string target;
    json::Writer(target).number(*change.target);
    return refuse("For predefined metric type DynamoDB" +
                  std::string(isOfWrites ? "Write" : "Read") +
                  "CapacityUtilization, target value must be between '10.0' and '90.0', but was '" +
                  target + "'.");
}

}  // namespace

ApiResult<std::vector<ScalingChange>> takeScalingChanges(const Fields& request) {
    const std::string_view table = tableNameOf(request.text("TableName"));
    std::vector<ScalingChange> changes;
    addChange(request, "ProvisionedWriteCapacityAutoScalingUpdate",
              changeOf(Of::TableWrites, request), changes);
    for (const Fields& index : request.structures("GlobalSecondaryIndexUpdates"))
        addChange(index, "ProvisionedWriteCapacityAutoScalingUpdate",
                  changeOf(Of::IndexWrites, index), changes);
    TRY(addReplicaChanges(request, table, changes));
    if (changes.empty())
        return refuseSettings(table, " because at least one update parameter must be specified.");
    for (const ScalingChange& change : changes)
        TRY(checkBlankIfDisabled(change, table));
    return changes;
}

ApiResult<void> checkScalingAgainst(const std::vector<ScalingChange>& changes,
                                    const cluster::TableDescription& table,
                                    const cluster::GlobalTable& global,
                                    const cluster::Catalog& catalog) {
    const std::vector<std::string> regions = replicaRegions(global, catalog);
    for (const ScalingChange& change : changes)
        TRY(checkExists(change, table, regions));
    TRY(checkProvisioned(changes, table, regions));
    for (const ScalingChange& change : changes) {
        if (change.disables) continue;
        TRY(checkComplete(change, table.name));
        TRY(checkRanges(change));
        return refuse(
            "UpdateTableReplicaAutoScaling cannot enable auto scaling: this endpoint does not "
            "scale tables yet.");
    }
    return {};
}

}  // namespace orrery::api
