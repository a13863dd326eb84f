#pragma once

#include <string_view>

#include "core/api/decode/shape.h"
#include "core/api/decode/shapes.h"

namespace orrery::api::shapes {

// Shapes of the operations on tables: CreateTable and UpdateTable. Observed in October 2026 in
// us-west-2: the order of the members of AttributeDefinition and KeySchemaElement, the list of
// view types, and that an index's name reports its length before its pattern.

inline constexpr Shape kKeyAttributeName = string().lengths(1, 255);

inline constexpr std::string_view kAttributeTypeValues[] = {"B", "N", "S"};
inline constexpr Shape kAttributeType = enumeration(kAttributeTypeValues);
inline constexpr Member kAttributeDefinitionMembers[] = {
    {"AttributeType", &kAttributeType, Presence::NotNull},
    {"AttributeName", &kKeyAttributeName, Presence::NotNull},
};
inline constexpr Shape kAttributeDefinition =
    structure("AttributeDefinition", kAttributeDefinitionMembers);
inline constexpr Shape kAttributeDefinitions = listOf(kAttributeDefinition);

inline constexpr std::string_view kKeyTypeValues[] = {"HASH", "RANGE"};
inline constexpr Shape kKeyType = enumeration(kKeyTypeValues);
inline constexpr Member kKeySchemaMembers[] = {
    {"AttributeName", &kKeyAttributeName, Presence::NotNull},
    {"KeyType", &kKeyType, Presence::NotNull},
};
inline constexpr Shape kKeySchemaElement = structure("KeySchemaElement", kKeySchemaMembers);
inline constexpr Shape kKeySchema = listOf(kKeySchemaElement).lengths(1, 2);
/// Of a global index: up to four attributes of each kind.
inline constexpr Shape kIndexKeySchema = listOf(kKeySchemaElement).lengths(1, 8);

/// The name of an index that is created, changed or deleted.
inline constexpr Shape kChangedIndexName = kIndexName.lengthBeforePattern();

inline constexpr std::string_view kProjectionTypeValues[] = {"ALL", "INCLUDE", "KEYS_ONLY"};
inline constexpr Shape kProjectionType = enumeration(kProjectionTypeValues);
inline constexpr Shape kNonKeyAttributeName = string().lengths(1, 255);
inline constexpr Shape kNonKeyAttributes = listOf(kNonKeyAttributeName).lengths(1, 20);
inline constexpr Member kProjectionMembers[] = {
    {"ProjectionType", &kProjectionType},
    {"NonKeyAttributes", &kNonKeyAttributes},
};
inline constexpr Shape kProjection = structure("Projection", kProjectionMembers);

inline constexpr Shape kCapacityUnits = scalar(ShapeType::Long).range(1, kNoLimit);
inline constexpr Member kProvisionedThroughputMembers[] = {
    {"WriteCapacityUnits", &kCapacityUnits, Presence::NotNull},
    {"ReadCapacityUnits", &kCapacityUnits, Presence::NotNull},
};
inline constexpr Shape kProvisionedThroughput =
    structure("ProvisionedThroughput", kProvisionedThroughputMembers);

inline constexpr Member kOnDemandThroughputMembers[] = {
    {"MaxReadRequestUnits", &kLong},
    {"MaxWriteRequestUnits", &kLong},
};
inline constexpr Shape kOnDemandThroughput =
    structure("OnDemandThroughput", kOnDemandThroughputMembers);
inline constexpr Member kWarmThroughputMembers[] = {
    {"ReadUnitsPerSecond", &kLong},
    {"WriteUnitsPerSecond", &kLong},
};
inline constexpr Shape kWarmThroughput = structure("WarmThroughput", kWarmThroughputMembers);

inline constexpr std::string_view kBillingModeValues[] = {"PROVISIONED", "PAY_PER_REQUEST"};
inline constexpr Shape kBillingMode = enumeration(kBillingModeValues);

inline constexpr std::string_view kStreamViewTypeValues[] = {"OLD_IMAGE", "KEYS_ONLY",
                                                             "NEW_AND_OLD_IMAGES", "NEW_IMAGE"};
inline constexpr Shape kStreamViewType = enumeration(kStreamViewTypeValues);
inline constexpr Member kStreamSpecificationMembers[] = {
    {"StreamEnabled", &kFlag, Presence::NotNull},
    {"StreamViewType", &kStreamViewType},
};
inline constexpr Shape kStreamSpecification =
    structure("StreamSpecification", kStreamSpecificationMembers);

inline constexpr std::string_view kSseTypeValues[] = {"AES256", "KMS"};
inline constexpr Shape kSseType = enumeration(kSseTypeValues);
inline constexpr Shape kKeyId = string().lengths(1, kNoLimit);
inline constexpr Member kSseSpecificationMembers[] = {
    {"Enabled", &kFlag},
    {"SSEType", &kSseType},
    {"KMSMasterKeyId", &kKeyId},
};
inline constexpr Shape kSseSpecification = structure("SSESpecification", kSseSpecificationMembers);

// takeTags checks the limits of a tag, not its shape.
inline constexpr Member kTagMembers[] = {
    {"Key", &kText},
    {"Value", &kText},
};
inline constexpr Shape kTag = structure("Tag", kTagMembers);
inline constexpr Shape kTags = listOf(kTag);

inline constexpr Shape kResourceArn = string().lengths(1, 1283);
inline constexpr Shape kRevisionId = string().lengths(1, 255);

// Features that Orrery refuses have a shape too, so that requests for them are noticed, not
// ignored.
inline constexpr Shape kAnyStructure = structure("", {});
inline constexpr Shape kAnyList = listOf(kAnyStructure);

}  // namespace orrery::api::shapes
