#pragma once

#include <string_view>

#include "core/api/decode/shape.h"
#include "core/api/decode/shapes.h"

namespace orrery::api::shapes {

// Shapes of the operations on items.

inline constexpr Shape kAttributeValue = scalar(ShapeType::AttributeValue);
inline constexpr Shape kItem = mapOf(kAttributeName, kAttributeValue);
inline constexpr Shape kNameText = string().as(Role::Attribute);
inline constexpr Shape kNames =
    mapOf(kNameText).valueLengths(kAttributeName.lengthMin, kAttributeName.lengthMax);
inline constexpr Shape kValues = mapOf(kAttributeValue);
inline constexpr Shape kAttributesToGet = listOf(kAttributeName).lengths(1, 255);
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
inline constexpr Shape kExpected = mapOf(kAttributeName, kExpectedAttribute);

inline constexpr Member kConditionMembers[] = {
    {"AttributeValueList", &kAttributeValueList},
    {"ComparisonOperator", &kComparisonOperator, Presence::NotNull},
};
inline constexpr Shape kCondition = structure("Condition", kConditionMembers);
inline constexpr Shape kConditions = mapOf(kAttributeName, kCondition);

inline constexpr std::string_view kSelectValues[] = {"SPECIFIC_ATTRIBUTES", "COUNT",
                                                     "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"};
inline constexpr Shape kSelect = enumeration(kSelectValues);

}  // namespace orrery::api::shapes
