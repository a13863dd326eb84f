#pragma once

#include "core/api/decode/shapes.h"

namespace orrery::api::shapes {

// Shapes of AWS Fault Injection Service, after its model of 2020-12-01. The patterns of its texts,
// mostly "no blanks", are not checked.

inline constexpr Shape kFisId = string().lengths(kNoLimit, 64);
inline constexpr Shape kFisName = string().lengths(kNoLimit, 64);
inline constexpr Shape kFisText = string().lengths(kNoLimit, 512);
inline constexpr Shape kFisToken = string().lengths(1, 1024);
inline constexpr Shape kFisParameter = string().lengths(kNoLimit, 1024);
inline constexpr Shape kFisType = string().lengths(kNoLimit, 128);
inline constexpr Shape kFisArn = string().lengths(20, 2048);
inline constexpr Shape kFisMaxResults = integer().range(1, 100);

inline constexpr Shape kFisTagKey = string().lengths(kNoLimit, 128);
inline constexpr Shape kFisTagValue = string().lengths(kNoLimit, 256);
inline constexpr Shape kFisTags = mapOf(kFisTagKey, kFisTagValue).lengths(kNoLimit, 50);
inline constexpr Shape kFisTagKeys = listOf(kFisTagKey);

// --- templates

inline constexpr Member kFisStopConditionMembers[] = {
    {"source", &kFisName, Presence::NotNull},
    {"value", &kFisArn},
};
inline constexpr Shape kFisStopCondition =
    structure("CreateExperimentTemplateStopConditionInput", kFisStopConditionMembers);
inline constexpr Shape kFisStopConditions = listOf(kFisStopCondition);

inline constexpr Shape kFisArns = listOf(kFisArn).lengths(kNoLimit, 5);
inline constexpr Shape kFisParameters = mapOf(kFisName, kFisParameter);
inline constexpr Member kFisFilterMembers[] = {
    {"path", &kFisType, Presence::NotNull},
    {"values", &kFisTagKeys, Presence::NotNull},
};
inline constexpr Shape kFisFilter =
    structure("ExperimentTemplateTargetInputFilter", kFisFilterMembers);
inline constexpr Shape kFisFilters = listOf(kFisFilter);
inline constexpr Member kFisTargetMembers[] = {
    {"resourceType", &kFisType, Presence::NotNull},
    {"resourceArns", &kFisArns},
    {"resourceTags", &kFisTags},
    {"filters", &kFisFilters},
    {"selectionMode", &kFisName, Presence::NotNull},
    {"parameters", &kFisParameters},
};
inline constexpr Shape kFisTarget =
    structure("CreateExperimentTemplateTargetInput", kFisTargetMembers);
inline constexpr Shape kFisTargets = mapOf(kFisName, kFisTarget);

inline constexpr Shape kFisNames = listOf(kFisName);
inline constexpr Shape kFisActionTargets = mapOf(kFisName, kFisName);
inline constexpr Member kFisActionMembers[] = {
    {"actionId", &kFisType, Presence::NotNull},
    {"description", &kFisText},
    {"parameters", &kFisParameters},
    {"targets", &kFisActionTargets},
    {"startAfter", &kFisNames},
};
inline constexpr Shape kFisAction =
    structure("CreateExperimentTemplateActionInput", kFisActionMembers);
inline constexpr Shape kFisActions = mapOf(kFisName, kFisAction);

inline constexpr Member kFisLogGroupMembers[] = {{"logGroupArn", &kFisArn, Presence::NotNull}};
inline constexpr Shape kFisLogGroup =
    structure("ExperimentTemplateCloudWatchLogsLogConfigurationInput", kFisLogGroupMembers);
inline constexpr Shape kFisBucketName = string().lengths(3, 63);
inline constexpr Shape kFisBucketPrefix = string().lengths(1, 700);
inline constexpr Member kFisBucketMembers[] = {
    {"bucketName", &kFisBucketName, Presence::NotNull},
    {"prefix", &kFisBucketPrefix},
};
inline constexpr Shape kFisBucket =
    structure("ExperimentTemplateS3LogConfigurationInput", kFisBucketMembers);
inline constexpr Shape kFisNumber = integer();
inline constexpr Member kFisLogMembers[] = {
    {"cloudWatchLogsConfiguration", &kFisLogGroup},
    {"s3Configuration", &kFisBucket},
    {"logSchemaVersion", &kFisNumber, Presence::NotNull},
};
inline constexpr Shape kFisLog =
    structure("CreateExperimentTemplateLogConfigurationInput", kFisLogMembers);

inline constexpr std::string_view kFisAccountTargetingValues[] = {"single-account",
                                                                  "multi-account"};
inline constexpr Shape kFisAccountTargeting = enumeration(kFisAccountTargetingValues);
inline constexpr std::string_view kFisEmptyTargetValues[] = {"fail", "skip"};
inline constexpr Shape kFisEmptyTarget = enumeration(kFisEmptyTargetValues);
inline constexpr Member kFisOptionsMembers[] = {
    {"accountTargeting", &kFisAccountTargeting},
    {"emptyTargetResolutionMode", &kFisEmptyTarget},
};
inline constexpr Shape kFisOptions =
    structure("CreateExperimentTemplateExperimentOptionsInput", kFisOptionsMembers);

inline constexpr Shape kFisReportDuration = string().lengths(kNoLimit, 32);
inline constexpr Member kFisReportMembers[] = {
    {"preExperimentDuration", &kFisReportDuration},
    {"postExperimentDuration", &kFisReportDuration},
};
inline constexpr Shape kFisReport =
    structure("CreateExperimentTemplateReportConfigurationInput", kFisReportMembers);

}  // namespace orrery::api::shapes
