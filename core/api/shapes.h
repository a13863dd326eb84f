#pragma once

#include <string_view>

#include "core/api/shape.h"

namespace orrery::api::shapes {

// Shapes that several operations share, after the service's model. The order of an enumeration is
// the one of the service's error text.

inline constexpr Shape kText = string();
inline constexpr Shape kFlag = boolean();
inline constexpr Shape kLong = scalar(ShapeType::Long);
inline constexpr Shape kTimestamp = scalar(ShapeType::Timestamp);

// --- names

/// A table's name or ARN in a request about items.
inline constexpr Shape kTableName =
    string().lengths(1, 255).matching(Pattern::Name).as(Role::Table);
/// Where it is a key of a map, the limit of its length is that of a new table's name.
inline constexpr Shape kTableKey = string().lengths(3, 255).matching(Pattern::Name).as(Role::Table);
/// The name of a new table.
inline constexpr Shape kNewTableName =
    string().lengths(3, 255).matching(Pattern::Name).as(Role::Table);
inline constexpr Shape kIndexName = string().lengths(3, 255).matching(Pattern::Name);

// --- items

inline constexpr Shape kAttributeValue = scalar(ShapeType::AttributeValue);
inline constexpr Shape kItem = mapOf(kAttributeValue);
inline constexpr Shape kNames = mapOf(kText);
inline constexpr Shape kValues = mapOf(kAttributeValue);
inline constexpr Shape kAttributesToGet = listOf(kText).lengths(1, 255);
inline constexpr Shape kAttributeValueList = listOf(kAttributeValue);

inline constexpr std::string_view kReturnConsumedCapacityValues[] = {"INDEXES", "TOTAL", "NONE"};
inline constexpr Shape kReturnConsumedCapacity = enumeration(kReturnConsumedCapacityValues);

inline constexpr std::string_view kReturnItemCollectionMetricsValues[] = {"SIZE", "NONE"};
inline constexpr Shape kReturnItemCollectionMetrics =
    enumeration(kReturnItemCollectionMetricsValues);

inline constexpr std::string_view kReturnValuesValues[] = {"ALL_NEW", "UPDATED_OLD", "ALL_OLD",
                                                           "NONE", "UPDATED_NEW"};
inline constexpr Shape kReturnValues = enumeration(kReturnValuesValues);

inline constexpr std::string_view kOnConditionFailureValues[] = {"ALL_OLD", "NONE"};
inline constexpr Shape kReturnValuesOnConditionCheckFailure =
    enumeration(kOnConditionFailureValues);

inline constexpr std::string_view kConditionalOperatorValues[] = {"OR", "AND"};
inline constexpr Shape kConditionalOperator = enumeration(kConditionalOperatorValues);

inline constexpr std::string_view kComparisonOperatorValues[] = {
    "IN",       "NULL", "BETWEEN", "LT",          "NOT_CONTAINS", "EQ",      "GT",
    "NOT_NULL", "NE",   "LE",      "BEGINS_WITH", "GE",           "CONTAINS"};
inline constexpr Shape kComparisonOperator = enumeration(kComparisonOperatorValues);

inline constexpr Member kExpectedMembers[] = {
    {"AttributeValueList", &kAttributeValueList},
    {"ComparisonOperator", &kComparisonOperator},
    {"Exists", &kFlag},
    {"Value", &kAttributeValue},
};
inline constexpr Shape kExpectedAttribute = structure("ExpectedAttributeValue", kExpectedMembers);
inline constexpr Shape kExpected = mapOf(kExpectedAttribute);

inline constexpr Member kConditionMembers[] = {
    {"AttributeValueList", &kAttributeValueList},
    {"ComparisonOperator", &kComparisonOperator, Presence::NotNull},
};
inline constexpr Shape kCondition = structure("Condition", kConditionMembers);
inline constexpr Shape kConditions = mapOf(kCondition);

inline constexpr std::string_view kSelectValues[] = {"SPECIFIC_ATTRIBUTES", "COUNT",
                                                     "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"};
inline constexpr Shape kSelect = enumeration(kSelectValues);

inline constexpr Shape kLimit = integer().range(1, kNoLimit);

}  // namespace orrery::api::shapes
