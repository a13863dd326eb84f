#include "core/api/tables/replica_change_rules.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "core/api/tables/table_arguments.h"
#include "core/api/tables/table_settings.h"
#include "core/base/region_name.h"
#include "core/base/result.h"

// Unless a rule says otherwise, observed in October 2026 in us-west-2 (ack-api-quirks, replicas and
// global tables).

namespace orrery::api {
namespace {

using cluster::GlobalConsistency;
using cluster::ReplicaChange;

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> invalid(const std::string& text) {
    return refuse("One or more parameter values were invalid: " + text);
}

std::unexpected<ApiError> noActions() {
    return refuse("There are no actions specified in the Replica Update Action of the request.");
}

bool changesAnythingElse(const Fields& request) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{
            "ProvisionedThroughput", "BillingMode", "TableThroughputMode",
            "GlobalSecondaryIndexUpdates", "StreamSpecification", "SSESpecification", "TableClass",
            "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput",
            "GlobalTableSettingsReplicationMode", "DisassociationProtectionEnabled",
            "VectorIndexUpdates"},
        [&](std::string_view member) { return request.has(member); });
}

ApiResult<void> checkAlone(const Fields& request) {
    const bool isOfStrong =
        request.has("MultiRegionConsistency") || request.has("GlobalTableWitnessUpdates");
    if (!isOfStrong && !request.has("ReplicaUpdates")) return {};
    if (!changesAnythingElse(request)) return {};
    return invalid(
        isOfStrong ? "Requests that modify replicas or witnesses must not also modify other fields"
                   : "Replica modification must be the only operation in the request");
}

std::optional<std::int64_t> unitsIn(const Fields& fields, std::string_view member,
                                    std::string_view units) {
    const auto override = fields.structure(member);
    return override ? override->integer(units) : std::nullopt;
}

cluster::IndexOverrides takeOverrides(const Fields& fields) {
    return {unitsIn(fields, "ProvisionedThroughputOverride", "ReadCapacityUnits"),
            unitsIn(fields, "OnDemandThroughputOverride", "MaxReadRequestUnits")};
}

ApiResult<ReplicaChange> takeChange(ReplicaChange::Kind kind, const Fields& fields) {
    ReplicaChange change;
    change.kind = kind;
    change.region = fields.text("RegionName");
    const cluster::IndexOverrides units = takeOverrides(fields);
    change.overrides.readUnits = units.readUnits;
    change.overrides.maxReadRequestUnits = units.maxReadRequestUnits;
    change.overrides.kmsKey = fields.text("KMSMasterKeyId");
    if (const auto tableClass = fields.optionalText("TableClassOverride")) {
        TRY(checkTableClass(*tableClass));
        change.overrides.tableClass = std::string(*tableClass);
    }
    for (const Fields& index : fields.structures("GlobalSecondaryIndexes")) {
        const cluster::IndexOverrides overrides = takeOverrides(index);
        if (overrides != cluster::IndexOverrides())
            change.overrides.indexes[std::string(index.text("IndexName"))] = overrides;
    }
    return change;
}

// An Update that names nothing to change is none.
bool isAction(const ReplicaChange& change) {
    return change.kind != ReplicaChange::Kind::Update ||
           change.overrides != cluster::ReplicaOverrides();
}

constexpr std::pair<std::string_view, ReplicaChange::Kind> kActions[] = {
    {"Create", ReplicaChange::Kind::Create},
    {"Update", ReplicaChange::Kind::Update},
    {"Delete", ReplicaChange::Kind::Delete}};

void addOnce(ReplicaChange change, std::vector<ReplicaChange>& changes) {
    const bool isRepeated = std::ranges::any_of(changes, [&](const ReplicaChange& other) {
        return change.kind == ReplicaChange::Kind::Create && other.kind == change.kind &&
               other.region == change.region && other.overrides == change.overrides;
    });
    if (!isRepeated) changes.push_back(std::move(change));
}

ApiResult<std::vector<ReplicaChange>> takeReplicas(const Fields& request) {
    std::vector<ReplicaChange> changes;
    for (const Fields& update : request.structures("ReplicaUpdates")) {
        if (update.has("Disassociate")) return std::unexpected(notBuiltYet("Disassociate"));
        bool hasAction = false;
        for (const auto& [name, kind] : kActions) {
            const auto fields = update.structure(name);
            if (!fields) continue;
            TRY_ASSIGN(ReplicaChange change, takeChange(kind, *fields));
            hasAction = hasAction || isAction(change);
            addOnce(std::move(change), changes);
        }
        if (!hasAction) return noActions();
    }
    return changes;
}

ApiResult<std::vector<WitnessChange>> takeWitnesses(const Fields& request) {
    std::vector<WitnessChange> changes;
    for (const Fields& update : request.structures("GlobalTableWitnessUpdates")) {
        for (const auto& [name, kind] : kActions)
            if (const auto fields = update.structure(name))
                changes.push_back({kind, std::string(fields->text("RegionName"))});
        // Not recorded.
        if (changes.empty()) return noActions();
    }
    return changes;
}

bool isMixed(const ReplicaChanges& changes, const std::vector<WitnessChange>& witnesses) {
    const ReplicaChange::Kind kind = changes.replicas.front().kind;
    return std::ranges::any_of(changes.replicas,
                               [&](const ReplicaChange& change) { return change.kind != kind; }) ||
           std::ranges::any_of(witnesses,
                               [&](const WitnessChange& change) { return change.kind != kind; });
}

// The Regions in which a replica or a witness of a strongly consistent global table can be.
constexpr std::string_view kStrongRegions[] = {
    "us-east-1", "us-east-2",    "us-west-2",      "eu-west-1",      "eu-west-2",
    "eu-west-3", "eu-central-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"};

std::vector<std::string_view> regionsOf(const ReplicaChanges& changes) {
    std::vector<std::string_view> regions;
    for (const ReplicaChange& change : changes.replicas)
        regions.push_back(change.region);
    if (changes.witness) regions.push_back(changes.witness->region);
    return regions;
}

ApiResult<void> checkStrong(const ReplicaChanges& changes) {
    const bool isStrong = changes.consistency == GlobalConsistency::Strong;
    const bool creates = changes.replicas.front().kind == ReplicaChange::Kind::Create;
    if (changes.consistency && !creates)
        return refuse(
            "Only Replica Create actions are supported when MultiRegionConsistency parameter is "
            "provided.");
    if (changes.witness && creates && !isStrong)
        return refuse(
            "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter "
            "is present.");
    if (!isStrong) return {};
    const std::vector<std::string_view> regions = regionsOf(changes);
    constexpr std::size_t kOtherRegions = 2;
    if (regions.size() != kOtherRegions)
        return refuse(
            "Unsupported replica count for global tables with MultiRegionConsistency set to "
            "STRONG.");
    const bool isSame = regions.front() == regions.back();
    std::string unsupported;
    for (const std::string_view region : isSame ? std::vector{regions.front()} : regions) {
        if (std::ranges::find(kStrongRegions, region) != std::end(kStrongRegions)) continue;
        unsupported.append(unsupported.empty() ? "" : ", ").append(region);
    }
    if (!unsupported.empty())
        return refuse(
            "Unsupported Region(s) specified for global tables with MultiRegionConsistency set to "
            "STRONG: [" +
            unsupported + "].");
    if (isSame) return refuse("Cannot target multiple regions with the same action");
    return {};
}

std::unexpected<ApiError> moreThanOne() {
    return refuse(
        "Update table operation with more than one create or delete replica actions not allowed");
}

// A strongly consistent global table is created and deleted as a whole. Whether this is one that is
// deleted, the table says.
ApiResult<void> checkOneAtATime(const ReplicaChanges& changes) {
    const bool isOfStrong = changes.witness || changes.consistency == GlobalConsistency::Strong;
    const bool creates = changes.replicas.front().kind == ReplicaChange::Kind::Create;
    if (isOfStrong || !creates || changes.replicas.size() == 1) return {};
    return moreThanOne();
}

// Not recorded: the service lists the Regions in which it has global tables; here they may be in
// every Region.
ApiResult<void> checkRegionNames(const ReplicaChanges& changes) {
    for (const std::string_view region : regionsOf(changes))
        if (!isRegionName(region))
            return refuse("Region " + std::string(region) +
                          " is not supported. The name of a Region has small letters, digits and "
                          "hyphens, and at most " +
                          std::to_string(kRegionNameBytesMax) + " of them.");
    return {};
}

std::unexpected<ApiError> keyMissing() {
    return invalid("KMSMasterKeyId must be specified for each replica.");
}

// Not even the present key may be set by an Update.
ApiResult<void> checkNoKeyChanges(const ReplicaChanges& changes) {
    for (const ReplicaChange& change : changes.replicas)
        if (change.kind == ReplicaChange::Kind::Update && !change.overrides.kmsKey.empty())
            return keyMissing();
    return {};
}

/// Who manages the key of an encrypted table.
enum class KeyOwner { Service, Account, Customer };

KeyOwner ownerOf(const std::string& arn, const cluster::Caller& caller) {
    if (arn.empty()) return KeyOwner::Service;
    return arn == keyArn(caller, {}) ? KeyOwner::Account : KeyOwner::Customer;
}

// All replicas have keys of one kind, each a key of its own Region. For the account's own key, its
// alias may be given.
ApiResult<std::string> keyOfReplica(const ReplicaChange& change,
                                    const cluster::TableDescription& table,
                                    const cluster::Caller& caller) {
    const KeyOwner owner = ownerOf(table.sseEnabled ? table.sseKeyArn : std::string(), caller);
    const std::string& asked = change.overrides.kmsKey;
    if (owner == KeyOwner::Service && asked.empty()) return std::string();
    if (owner == KeyOwner::Service || (owner == KeyOwner::Customer && asked.empty()))
        return keyMissing();
    cluster::Caller there = caller;
    there.regionName = change.region;
    const std::string arn = keyArn(there, asked == "alias/aws/dynamodb" ? std::string() : asked);
    if (ownerOf(arn, there) != owner)
        return invalid("All replica keys must either be Customer Managed CMK or AWS Managed CMK.");
    return arn;
}

}  // namespace

ApiResult<ReplicaChanges> takeReplicaChanges(const Fields& request) {
    ReplicaChanges changes;
    TRY(checkAlone(request));
    TRY_ASSIGN(changes.replicas, takeReplicas(request));
    TRY_ASSIGN(const std::vector<WitnessChange> witnesses, takeWitnesses(request));
    if (changes.replicas.empty()) return changes;
    if (isMixed(changes, witnesses))
        return refuse(
            "Update table operation with more than one type of replica actions not allowed.");
    if (!witnesses.empty()) changes.witness = witnesses.front();
    if (const auto consistency = request.optionalText("MultiRegionConsistency"))
        changes.consistency =
            *consistency == "STRONG" ? GlobalConsistency::Strong : GlobalConsistency::Eventual;
    TRY(checkStrong(changes));
    TRY(checkOneAtATime(changes));
    TRY(checkNoKeyChanges(changes));
    TRY(checkRegionNames(changes));
    return changes;
}

ApiResult<void> checkOtherRegions(const ReplicaChanges& changes, const cluster::Caller& caller) {
    // Of an Update, not recorded.
    for (const ReplicaChange& change : changes.replicas)
        if (change.region == caller.regionName)
            return refuse(
                "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, "
                "DeleteTable, or UpdateTable as required.");
    if (changes.witness && changes.witness->kind == ReplicaChange::Kind::Create &&
        changes.witness->region == caller.regionName)
        return refuse(
            "Cannot add a witness in the same region as an existing replica when creating a global "
            "table with MultiRegionConsistency set to STRONG.");
    return {};
}

ApiResult<void> bindReplicaChanges(const ReplicaChanges& changes,
                                   const cluster::TableDescription& table,
                                   const cluster::Catalog& catalog, const cluster::Caller& caller,
                                   cluster::UpdateTable& update) {
    const cluster::GlobalTablePtr global = catalog.globals().ofTable(table.space);
    if (changes.consistency && global != nullptr)
        return refuse("MultiRegionConsistency parameter is unsupported on existing global table");
    const bool deletes = changes.replicas.front().kind == ReplicaChange::Kind::Delete;
    const bool isStrong = global != nullptr && global->isStrong();
    if (deletes && !isStrong && !changes.witness && changes.replicas.size() > 1)
        return moreThanOne();
    const std::string witness = isStrong ? global->journal->witness : std::string();
    if (deletes && changes.witness && changes.witness->region != witness)
        return refuse(
            "Update global table operation failed because one or more witnesses were not part of "
            "the global table. Please retry the request without these witnesses: [" +
            changes.witness->region + "].");
    if (changes.consistency == GlobalConsistency::Strong || (deletes && isStrong))
        update.strong.emplace().witness = changes.witness ? changes.witness->region : "";
    update.replicas = changes.replicas;
    for (ReplicaChange& change : update.replicas) {
        if (change.kind != ReplicaChange::Kind::Create) continue;
        TRY_ASSIGN(change.overrides.kmsKey, keyOfReplica(change, table, caller));
    }
    return {};
}

}  // namespace orrery::api
