#pragma once

#include <string_view>

#include "core/api/decode/shape.h"
#include "core/api/decode/shapes.h"
#include "core/api/tables/table_shapes.h"

namespace orrery::api::shapes {

// Shapes of UpdateTableReplicaAutoScaling, after the service's model. The order of members that
// violate a limit is not recorded.

inline constexpr Shape kTargetValue = scalar(ShapeType::Double);
inline constexpr Shape kCooldown = integer();
inline constexpr Member kTrackingMembers[] = {
    {"DisableScaleIn", &kFlag},
    {"ScaleInCooldown", &kCooldown},
    {"ScaleOutCooldown", &kCooldown},
    {"TargetValue", &kTargetValue, Presence::NotNull},
};
inline constexpr Shape kTracking =
    structure("AutoScalingTargetTrackingScalingPolicyConfigurationUpdate", kTrackingMembers);

inline constexpr Shape kPolicyName = string().lengths(1, 256);
inline constexpr Member kPolicyUpdateMembers[] = {
    {"PolicyName", &kPolicyName},
    {"TargetTrackingScalingPolicyConfiguration", &kTracking, Presence::NotNull},
};
inline constexpr Shape kPolicyUpdate = structure("AutoScalingPolicyUpdate", kPolicyUpdateMembers);

inline constexpr Shape kRoleArn = string().lengths(1, 1600);
inline constexpr Member kScalingUpdateMembers[] = {
    {"MinimumUnits", &kCapacityUnits},       {"MaximumUnits", &kCapacityUnits},
    {"AutoScalingDisabled", &kFlag},         {"AutoScalingRoleArn", &kRoleArn},
    {"ScalingPolicyUpdate", &kPolicyUpdate},
};
inline constexpr Shape kScalingUpdate =
    structure("AutoScalingSettingsUpdate", kScalingUpdateMembers);

inline constexpr Member kIndexScalingMembers[] = {
    {"IndexName", &kChangedIndexName},
    {"ProvisionedWriteCapacityAutoScalingUpdate", &kScalingUpdate},
};
inline constexpr Shape kIndexScaling =
    structure("GlobalSecondaryIndexAutoScalingUpdate", kIndexScalingMembers);
inline constexpr Shape kIndexScalings = listOf(kIndexScaling).lengths(1, kNoLimit);

inline constexpr Member kReplicaIndexScalingMembers[] = {
    {"IndexName", &kChangedIndexName},
    {"ProvisionedReadCapacityAutoScalingUpdate", &kScalingUpdate},
};
inline constexpr Shape kReplicaIndexScaling =
    structure("ReplicaGlobalSecondaryIndexAutoScalingUpdate", kReplicaIndexScalingMembers);
inline constexpr Shape kReplicaIndexScalings = listOf(kReplicaIndexScaling);
inline constexpr Member kReplicaScalingMembers[] = {
    {"RegionName", &kText, Presence::NotNull},
    {"ReplicaGlobalSecondaryIndexUpdates", &kReplicaIndexScalings},
    {"ReplicaProvisionedReadCapacityAutoScalingUpdate", &kScalingUpdate},
};
inline constexpr Shape kReplicaScaling =
    structure("ReplicaAutoScalingUpdate", kReplicaScalingMembers);
inline constexpr Shape kReplicaScalings = listOf(kReplicaScaling).lengths(1, kNoLimit);

}  // namespace orrery::api::shapes
