#pragma once

#include <string_view>

#include "core/api/decode/shape.h"
#include "core/api/decode/shapes.h"
#include "core/api/tables/table_shapes.h"

namespace orrery::api::shapes {

// Shapes of UpdateTable's changes to the replicas of a global table, after the service's model. The
// order of members that violate a limit is not recorded.

inline constexpr Member kReadOverrideMembers[] = {{"ReadCapacityUnits", &kCapacityUnits}};
inline constexpr Shape kReadOverride =
    structure("ProvisionedThroughputOverride", kReadOverrideMembers);
inline constexpr Member kOnDemandOverrideMembers[] = {{"MaxReadRequestUnits", &kLong}};
inline constexpr Shape kOnDemandOverride =
    structure("OnDemandThroughputOverride", kOnDemandOverrideMembers);

inline constexpr Member kReplicaIndexMembers[] = {
    {"IndexName", &kChangedIndexName, Presence::NotNull},
    {"ProvisionedThroughputOverride", &kReadOverride},
    {"OnDemandThroughputOverride", &kOnDemandOverride},
};
inline constexpr Shape kReplicaIndex =
    structure("ReplicaGlobalSecondaryIndex", kReplicaIndexMembers);
inline constexpr Shape kReplicaIndexes = listOf(kReplicaIndex).lengths(1, kNoLimit);

inline constexpr Member kChangedReplicaMembers[] = {
    {"RegionName", &kText, Presence::NotNull},
    {"KMSMasterKeyId", &kKeyId},
    {"ProvisionedThroughputOverride", &kReadOverride},
    {"OnDemandThroughputOverride", &kOnDemandOverride},
    {"GlobalSecondaryIndexes", &kReplicaIndexes},
    {"TableClassOverride", &kText},
};
inline constexpr Shape kCreatedReplica =
    structure("CreateReplicationGroupMemberAction", kChangedReplicaMembers);
inline constexpr Shape kUpdatedReplica =
    structure("UpdateReplicationGroupMemberAction", kChangedReplicaMembers);
inline constexpr Member kRegionMembers[] = {{"RegionName", &kText, Presence::NotNull}};
inline constexpr Shape kDeletedReplica =
    structure("DeleteReplicationGroupMemberAction", kRegionMembers);

// Disassociate is a member of the service's model of November 2026.
inline constexpr Member kReplicaUpdateMembers[] = {
    {"Create", &kCreatedReplica},
    {"Update", &kUpdatedReplica},
    {"Delete", &kDeletedReplica},
    {"Disassociate", &kAnyStructure},
};
inline constexpr Shape kReplicaUpdate = structure("ReplicationGroupUpdate", kReplicaUpdateMembers);
inline constexpr Shape kReplicaUpdates = listOf(kReplicaUpdate).lengths(1, kNoLimit);

inline constexpr Shape kCreatedWitness =
    structure("CreateGlobalTableWitnessGroupMemberAction", kRegionMembers);
inline constexpr Shape kDeletedWitness =
    structure("DeleteGlobalTableWitnessGroupMemberAction", kRegionMembers);
inline constexpr Member kWitnessUpdateMembers[] = {
    {"Create", &kCreatedWitness},
    {"Delete", &kDeletedWitness},
};
inline constexpr Shape kWitnessUpdate =
    structure("GlobalTableWitnessGroupUpdate", kWitnessUpdateMembers);
inline constexpr Shape kWitnessUpdates = listOf(kWitnessUpdate).lengths(1, 1);

inline constexpr std::string_view kMultiRegionConsistencyValues[] = {"EVENTUAL", "STRONG"};
inline constexpr Shape kMultiRegionConsistency = enumeration(kMultiRegionConsistencyValues);
inline constexpr std::string_view kSettingsReplicationModeValues[] = {"ENABLED", "DISABLED",
                                                                      "ENABLED_WITH_OVERRIDES"};
inline constexpr Shape kSettingsReplicationMode = enumeration(kSettingsReplicationModeValues);

}  // namespace orrery::api::shapes
