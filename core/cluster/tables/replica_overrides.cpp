#include "core/cluster/tables/replica_overrides.h"

#include <string>
#include <utility>

#include "core/base/account_id.h"

namespace orrery::cluster {
namespace {

constexpr std::int64_t kNoMaximum = -1;
constexpr std::string_view kStandardClass = "STANDARD";

/// Takes the value of a change. The value of the table itself overrides nothing.
template <typename T>
void take(std::optional<T>& override, const std::optional<T>& change, const T& own) {
    if (change) override = change;
    if (override == own) override.reset();
}

std::int64_t maxReads(const std::optional<Throughput>& onDemandMax) {
    return onDemandMax ? onDemandMax->readUnits : kNoMaximum;
}

void setMaxReads(std::optional<Throughput>& onDemandMax, std::int64_t units) {
    if (!onDemandMax) onDemandMax = Throughput{kNoMaximum, kNoMaximum};
    onDemandMax->readUnits = units;
}

std::string arnOf(const TableDescription& table, const std::string& key) {
    if (key.starts_with("arn:")) return key;
    std::string arn = "arn:aws:kms:" + table.regionName + ":";
    arn.append(accountDigits(table.accountId)).append(":");
    return arn + (key.starts_with("alias/") ? "" : "key/") + key;
}

}  // namespace

ReplicaOverrides changedOverrides(ReplicaOverrides overrides, const ReplicaOverrides& change,
                                  const TableDescription& table) {
    take(overrides.readUnits, change.readUnits, table.throughput.readUnits);
    take(overrides.maxReadRequestUnits, change.maxReadRequestUnits, maxReads(table.onDemandMax));
    const std::string own =
        table.tableClass.empty() ? std::string(kStandardClass) : table.tableClass;
    take(overrides.tableClass, change.tableClass, own);
    if (!change.kmsKey.empty()) overrides.kmsKey = change.kmsKey;
    for (const SecondaryIndex& index : table.indexes) {
        const auto changed = change.indexes.find(index.name);
        if (!index.isGlobal() || changed == change.indexes.end()) continue;
        IndexOverrides& one = overrides.indexes[index.name];
        take(one.readUnits, changed->second.readUnits, index.throughput.readUnits);
        take(one.maxReadRequestUnits, changed->second.maxReadRequestUnits,
             maxReads(index.onDemandMax));
        if (one == IndexOverrides{}) overrides.indexes.erase(index.name);
    }
    return overrides;
}

ReplicaOverrides fittingOverrides(ReplicaOverrides overrides, const TableDescription& table) {
    const auto fit = [&](auto& one) {
        if (table.billing == BillingMode::PayPerRequest) one.readUnits.reset();
        if (table.billing == BillingMode::Provisioned) one.maxReadRequestUnits.reset();
    };
    fit(overrides);
    for (auto& [name, index] : overrides.indexes)
        fit(index);
    std::erase_if(overrides.indexes, [&](const auto& index) {
        return index.second == IndexOverrides{} || table.findIndex(index.first) == nullptr;
    });
    return overrides;
}

TablePtr withOverrides(const TablePtr& table, const ReplicaOverrides& overrides) {
    if (overrides == ReplicaOverrides{}) return table;
    const ReplicaOverrides fitting = fittingOverrides(overrides, *table);
    TableDescription shown = *table;
    if (fitting.readUnits) shown.throughput.readUnits = *fitting.readUnits;
    if (fitting.maxReadRequestUnits) setMaxReads(shown.onDemandMax, *fitting.maxReadRequestUnits);
    if (fitting.tableClass) shown.tableClass = *fitting.tableClass;
    if (!fitting.kmsKey.empty()) shown.sseKeyArn = arnOf(shown, fitting.kmsKey);
    for (SecondaryIndex& index : shown.indexes) {
        const auto found = fitting.indexes.find(index.name);
        if (found == fitting.indexes.end()) continue;
        if (found->second.readUnits) index.throughput.readUnits = *found->second.readUnits;
        if (found->second.maxReadRequestUnits)
            setMaxReads(index.onDemandMax, *found->second.maxReadRequestUnits);
    }
    return std::make_shared<const TableDescription>(std::move(shown));
}

// arn:aws:kms:<region>:<account>:key/<id>
std::string keyArnIn(std::string_view region, std::string_view arn) {
    constexpr std::string_view kPrefix = "arn:aws:kms:";
    const std::size_t end = arn.find(':', kPrefix.size());
    if (!arn.starts_with(kPrefix) || end == std::string_view::npos) return std::string(arn);
    return std::string(kPrefix).append(region).append(arn.substr(end));
}

}  // namespace orrery::cluster
