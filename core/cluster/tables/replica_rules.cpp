#include "core/cluster/tables/replica_rules.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "core/base/result.h"
#include "core/cluster/streams/streams.h"

namespace orrery::cluster {
namespace {

/// After a replica was filled from a table, that table stays for so long.
constexpr Duration kSourceStays = std::chrono::hours(24);

// Not recorded.
constexpr std::string_view kOnlyTogether =
    "A replica or a witness of a global table with MultiRegionConsistency set to STRONG can only "
    "be "
    "deleted together with all others but the replica in the Region of the request.";

std::unexpected<ApiError> refuse(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

std::unexpected<ApiError> refuseValue(const std::string& message) {
    return refuse("One or more parameter values were invalid: " + message);
}

bool isSettled(const TableDescription& table) {
    return table.status == TableStatus::Active &&
           !table.hasIndexIn({TableStatus::Creating, TableStatus::Deleting});
}

ApiResult<void> checkSettled(const TableDescription& table) {
    if (isSettled(table)) return {};
    return std::unexpected(ApiError{ErrorType::ResourceInUse,
                                    "The resource which you are attempting to change is in use.",
                                    nullptr});
}

ApiResult<void> checkIsNew(const Catalog& catalog, const TableDescription& source,
                           const std::string& region) {
    for (const TablePtr& table : catalog.named(source.accountId, source.name)) {
        if (table->regionName == region)
            return refuse("Failed to create a the new replica of table with name: ‘" + source.name +
                          "’ because one or more replicas already existed as tables.");
    }
    return {};
}

ApiResult<void> checkAreReplicas(const Catalog& catalog, const GlobalTable* global,
                                 const std::vector<ReplicaChange>& changes) {
    std::string missing;
    for (const ReplicaChange& change : changes) {
        if (replicaIn(catalog, global, change.region) != nullptr) continue;
        missing += (missing.empty() ? "" : ", ") + change.region;
    }
    if (missing.empty()) return {};
    return refuse(
        "Update global table operation failed because one or more replicas were not part of the "
        "global table. Please retry the request without these replicas: [" +
        missing + "].");
}

ApiResult<void> checkNoneIsAdded(const Catalog& catalog, const GlobalTable* global) {
    if (global == nullptr) return {};
    for (const GlobalReplica& replica : global->replicas) {
        const TablePtr table = catalog.find(replica.table);
        if (table == nullptr || table->status != TableStatus::Creating) continue;
        return refuse(
            "Create/Update/Delete of replica is not allowed while the replica is being added to "
            "table with name: " +
            table->name + " in region " + table->regionName);
    }
    return {};
}

// A replica has a key of its own if the others have.
ApiResult<void> checkKey(const TableDescription& source, const ReplicaChange& change) {
    const bool hasKey = !change.overrides.kmsKey.empty();
    const bool isUpdate = change.kind == ReplicaChange::Kind::Update;
    const bool isOwned = source.sseEnabled && !source.sseKeyArn.empty();
    if ((isUpdate && hasKey) || (!isUpdate && isOwned && !hasKey))
        return refuseValue("KMSMasterKeyId must be specified for each replica.");
    if (!isUpdate && hasKey && !source.sseEnabled)
        return refuse("All replica keys must either be Customer Managed CMK or AWS Managed CMK.");
    return {};
}

ApiResult<void> checkUnits(const TableDescription& source, const ReplicaChange& change) {
    const auto& indexes = change.overrides.indexes;
    const auto hasAny = [&](auto member, auto ofIndex) {
        return (change.overrides.*member).has_value() ||
               std::ranges::any_of(
                   indexes, [&](const auto& index) { return (index.second.*ofIndex).has_value(); });
    };
    // The service accepts them in a Create.
    const bool isOnDemand = source.billing == BillingMode::PayPerRequest;
    if (isOnDemand && change.kind == ReplicaChange::Kind::Update &&
        hasAny(&ReplicaOverrides::readUnits, &IndexOverrides::readUnits))
        return refuse(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
            "is PAY_PER_REQUEST");
    if (!isOnDemand &&
        hasAny(&ReplicaOverrides::maxReadRequestUnits, &IndexOverrides::maxReadRequestUnits))
        return refuse(
            "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table "
            "BillingMode is PROVISIONED");
    return {};
}

bool isEmpty(const WorldState& world, const TableDescription& table) {
    return std::ranges::all_of(world.partitions.ofSpace(table.space), [&](GroupId id) {
        const Group& group = *world.findGroup(id);
        return group.mostApplied().mark.itemCount == 0 && group.tail.empty();
    });
}

// The texts are not recorded.
ApiResult<void> checkStrongCreate(const WorldState& world, const UpdateTable& update) {
    const TableDescription& table = *update.table;
    const std::string strong = "global tables with MultiRegionConsistency set to STRONG.";
    const bool hasLocal = std::ranges::any_of(
        table.indexes, [](const SecondaryIndex& index) { return !index.isGlobal(); });
    if (hasLocal) return refuse("Local secondary indexes are not supported for " + strong);
    if (!table.timeToLive.attribute.empty())
        return refuse("Time to live is not supported for " + strong);
    if (!isEmpty(world, table))
        return refuse("Table must be empty to be made a replica of " + strong);
    return {};
}

// Such a table is created and deleted as a whole.
ApiResult<void> checkStrongDelete(const Catalog& catalog, const GlobalTable& global,
                                  const UpdateTable& update) {
    const auto isNamed = [&](const GlobalReplica& replica) {
        const TablePtr table = catalog.find(replica.table);
        return replica.table == update.table->space || table == nullptr ||
               std::ranges::find(update.replicas, table->regionName, &ReplicaChange::region) !=
                   update.replicas.end();
    };
    if (update.strong && std::ranges::all_of(global.replicas, isNamed) &&
        update.strong->witness == global.journal->witness)
        return {};
    return refuse(std::string(kOnlyTogether));
}

ApiResult<void> checkStrongChange(const WorldState& world, const GlobalTable* global,
                                  const UpdateTable& update) {
    const bool isStrong = global != nullptr && global->isStrong();
    switch (update.replicas.front().kind) {
        case ReplicaChange::Kind::Create:
            if (isStrong)
                return refuse(
                    "Replicas cannot be added to a global table with MultiRegionConsistency set to "
                    "STRONG.");
            if (update.strong) return checkStrongCreate(world, update);
            return {};
        case ReplicaChange::Kind::Update:
            return {};
        case ReplicaChange::Kind::Delete:
            if (isStrong) return checkStrongDelete(world.catalog, *global, update);
            return {};
    }
    return {};
}

ApiResult<void> checkRemoval(const WorldState& world, const TableDescription& table) {
    TRY(checkIsNoRecentSource(world, table.space));
    if (!table.deletionProtection) return {};
    return refuse("Cannot delete table " + table.name + " in region " + table.regionName +
                  " because it has deletion protection enabled. Disable deletion protection "
                  "first.");
}

}  // namespace

const GlobalReplica* replicaIn(const Catalog& catalog, const GlobalTable* global,
                               std::string_view region) {
    if (global == nullptr) return nullptr;
    for (const GlobalReplica& replica : global->replicas) {
        const TablePtr table = catalog.find(replica.table);
        if (table != nullptr && table->regionName == region) return &replica;
    }
    return nullptr;
}

ApiResult<void> checkReplicaChanges(const WorldState& world, const UpdateTable& update) {
    const Catalog& catalog = world.catalog;
    const TableDescription& source = *update.table;
    const GlobalTablePtr global = catalog.globals().ofTable(source.space);
    const bool isCreate = update.replicas.front().kind == ReplicaChange::Kind::Create;
    if (isCreate) {
        for (const ReplicaChange& change : update.replicas)
            TRY(checkIsNew(catalog, source, change.region));
    } else {
        TRY(checkAreReplicas(catalog, global.get(), update.replicas));
    }
    TRY(checkNoneIsAdded(catalog, global.get()));
    TRY(checkSettled(source));
    TRY(checkStrongChange(world, global.get(), update));
    for (const ReplicaChange& change : update.replicas) {
        if (change.kind != ReplicaChange::Kind::Delete) {
            TRY(checkKey(source, change));
            TRY(checkUnits(source, change));
        }
        if (isCreate) continue;
        const TablePtr table = catalog.find(replicaIn(catalog, global.get(), change.region)->table);
        TRY(checkSettled(*table));
        if (change.kind == ReplicaChange::Kind::Delete) TRY(checkRemoval(world, *table));
    }
    return isCreate ? checkRoomForStream(world, source) : ApiResult<void>();
}

ApiResult<void> checkRoomForStream(const WorldState& world, const TableDescription& table) {
    std::uint64_t images = 0;
    for (const GroupId id : world.partitions.ofSpace(table.space))
        images += Streams::imagesIn(*world.findGroup(id));
    if (table.stream || world.room.has(RoomFor::OwnWork, images)) return {};
    return std::unexpected(ApiError::internal(
        "Too little room is left for the data folder to keep a stream of this table; free disk "
        "space, or delete items or tables."));
}

ApiResult<void> checkReplicaSettings(const WorldState& world, const UpdateTable& update) {
    if (!update.stream || update.stream->enabled) return {};
    const GlobalTablePtr global = world.catalog.globals().ofTable(update.table->space);
    if (global == nullptr || global->isStrong()) return {};
    return refuseValue("Disabling Stream is not allowed for a Global Table replica.");
}

ApiResult<void> checkIsNoStrongReplica(const WorldState& world, KeySpaceId table) {
    const GlobalTablePtr global = world.catalog.globals().strong(table);
    if (global == nullptr) return {};
    return refuse(std::string(kOnlyTogether));
}

// A program that deletes what it has made waits for nothing in a world without delays.
ApiResult<void> checkIsNoRecentSource(const WorldState& world, KeySpaceId table) {
    const GlobalTablePtr global = world.catalog.globals().ofTable(table);
    if (global == nullptr || global->isStrong() ||
        world.profile.transientStates == Duration::zero())
        return {};
    const Duration now = world.calendar().sinceEpoch();
    const bool isSource = std::ranges::any_of(global->replicas, [&](const GlobalReplica& other) {
        return other.source == table && now < other.joinedAt.sinceEpoch() + kSourceStays;
    });
    if (!isSource) return {};
    return refuse(
        "Replica cannot be deleted because it has acted as a source region for new replica(s) "
        "being added to the table in the last 24 hours.");
}

}  // namespace orrery::cluster
