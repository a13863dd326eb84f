#pragma once

#include <string_view>

#include "core/api/decode/shape.h"
#include "core/api/decode/shapes.h"

namespace orrery::api::shapes {

// Shapes of the operations on items.

inline constexpr Shape kAttributeValue = scalar(ShapeType::AttributeValue);
inline constexpr Shape kNameText = string().as(Role::Attribute);
/// The lengths of names are checked where a map is decoded.
inline constexpr Shape kItem = mapOf(kAttributeValue);
inline constexpr Shape kNames = mapOf(kNameText);
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
// The newer layer misspells the last but one.
inline constexpr std::string_view kReturnValuesIfNewer[] = {"ALL_OLD", "UPDATED_OLD", "ALL_NEW",
                                                            "UPDATE_NEW", "NONE"};
inline constexpr NewerEnum kReturnValuesInList{.values = kReturnValuesIfNewer};
inline constexpr NewerEnum kReturnValuesAlone{.values = kReturnValuesIfNewer, .alone = true};
inline constexpr Shape kReturnValues =
    enumeration(kReturnValuesValues).ifNewer(kReturnValuesInList);

inline constexpr std::string_view kOnConditionFailureValues[] = {"ALL_OLD", "NONE"};
inline constexpr Shape kReturnValuesOnConditionCheckFailure =
    enumeration(kOnConditionFailureValues);

inline constexpr std::string_view kConditionalOperatorValues[] = {"OR", "AND"};
inline constexpr std::string_view kConditionalOperatorIfNewer[] = {"ALL", "OR"};
inline constexpr NewerEnum kConditionalOperatorAlone{
    .values = kConditionalOperatorIfNewer, .alone = true, .besideTwoOf = "Expected"};
/// Of the operations that write one item; those of Query and Scan have their own.
inline constexpr Shape kConditionalOperator =
    enumeration(kConditionalOperatorValues).ifNewer(kConditionalOperatorAlone);

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

}  // namespace orrery::api::shapes
