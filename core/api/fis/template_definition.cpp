#include "core/api/fis/template_definition.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "core/api/fis/iso_duration.h"
#include "core/base/region_name.h"
#include "core/base/result.h"
#include "core/cluster/faults/experiment.h"

namespace orrery::api {
namespace {

constexpr std::array<std::string_view, 8> kShown = {
    "description", "targets",          "actions",           "stopConditions",
    "roleArn",     "logConfiguration", "experimentOptions", "experimentReportConfiguration"};

constexpr std::string_view kDuration = "duration";

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

std::unexpected<RestError> refuse(std::string text) {
    return std::unexpected(RestError::validation(std::move(text)));
}

RestResult<void> checkTarget(std::string_view name, const Fields& target) {
    const std::string which = "target " + quoted(name);
    if (target.text("resourceType") != kPauseType)
        return refuse("Unexpected resource type " + quoted(target.text("resourceType")) + " in " +
                      which + "; " + quoted(kPauseAction) + " acts on " + quoted(kPauseType) + ".");
    if (target.size("resourceTags") > 0 || target.size("filters") > 0 ||
        target.size("parameters") > 0)
        return refuse("This endpoint finds the tables of " + which +
                      " by resourceArns only, not by resourceTags, filters or parameters.");
    if (target.size("resourceArns") == 0)
        return refuse("The " + which + " needs at least one of resourceArns.");
    if (target.text("selectionMode") != "ALL")
        return refuse("This endpoint has the selectionMode ALL only, not " +
                      quoted(target.text("selectionMode")) + " as in " + which + ".");
    for (const std::string& arn : target.strings("resourceArns")) {
        if (!parseTableArn(arn))
            return refuse("Invalid resource ARN " + quoted(arn) + " in " + which + ".");
    }
    return {};
}

RestResult<void> checkParameters(std::string_view name, const Fields& action) {
    std::optional<std::string_view> duration;
    for (const auto& [parameter, value] : action.entries("parameters")) {
        if (parameter != kDuration)
            return refuse("Unexpected parameter " + quoted(parameter) + " found in action " +
                          quoted(name) + ".");
        duration = textOf(*value);
    }
    if (!duration)
        return refuse("Required parameter " + quoted(kDuration) + " not found in action " +
                      quoted(name) + ".");
    const auto length = parseIsoDuration(*duration);
    if (!length || *length < cluster::kExperimentMin || *length > cluster::kExperimentMax)
        return refuse("Invalid parameter " + quoted(kDuration) + " in action " + quoted(name) +
                      ": " + quoted(*duration) +
                      " is not a duration from PT1M to PT12H in ISO 8601 format.");
    return {};
}

RestResult<void> checkActionTargets(std::string_view name, const Fields& action,
                                    const std::optional<Fields>& targets) {
    std::optional<std::string_view> tables;
    for (const auto& [key, value] : action.entries("targets")) {
        // The service's text (terraform-provider-aws, issue 26950).
        if (key != kPauseTargets)
            return refuse("Unexpected target " + quoted(key) + " found in action " + quoted(name) +
                          ".");
        tables = textOf(*value);
    }
    if (!tables)
        return refuse("Required target " + quoted(kPauseTargets) + " not found in action " +
                      quoted(name) + ".");
    if (!targets || !targets->has(*tables))
        return refuse("Target " + quoted(*tables) + " of action " + quoted(name) +
                      " is not among the targets of the template.");
    return {};
}

RestResult<void> checkAction(std::string_view name, const Fields& action,
                             const std::optional<Fields>& targets) {
    if (action.text("actionId") != kPauseAction)
        return refuse("Invalid action ID " + quoted(action.text("actionId")) + " in action " +
                      quoted(name) + ": this endpoint has the action " + quoted(kPauseAction) +
                      " only.");
    TRY(checkActionTargets(name, action, targets));
    TRY(checkParameters(name, action));
    if (action.size("startAfter") > 0)
        return refuse("This endpoint starts all actions at once: startAfter in action " +
                      quoted(name) + " is not supported.");
    return {};
}

RestResult<void> checkStopCondition(const Fields& condition) {
    const std::string_view source = condition.text("source");
    if (source == "none" && !condition.has("value")) return {};
    if (source == "none") return refuse("A stop condition of source \"none\" has no value.");
    if (source != "aws:cloudwatch:alarm")
        return refuse("Invalid stop condition source " + quoted(source) +
                      ": it must be \"none\" or \"aws:cloudwatch:alarm\".");
    if (condition.has("value")) return {};
    return refuse("A stop condition of source \"aws:cloudwatch:alarm\" needs the ARN of an alarm.");
}

}  // namespace

json::Object definitionOf(const Fields& request, const json::Object& before) {
    json::Object definition;
    for (const std::string_view name : kShown) {
        if (const json::Value* value = request.find(name)) {
            definition[name] = *value;
        } else if (const json::Value* kept = before.if_contains(name)) {
            definition[name] = *kept;
        }
    }
    json::Object options = {{"accountTargeting", "single-account"},
                            {"emptyTargetResolutionMode", "fail"}};
    if (const json::Value* given = definition.if_contains("experimentOptions")) {
        for (const auto& [name, value] : given->get_object())
            if (!value.is_null()) options[name] = value;
    }
    definition["experimentOptions"] = std::move(options);
    return definition;
}

RestResult<void> checkDefinition(const json::Object& definition) {
    const Fields fields(definition);
    const std::optional<Fields> targets = fields.structure("targets");
    for (const auto& [name, value] : fields.entries("targets"))
        TRY(checkTarget(name, fieldsOf(*value)));
    if (fields.size("actions") == 0) return refuse("A template needs at least one action.");
    for (const auto& [name, value] : fields.entries("actions"))
        TRY(checkAction(name, fieldsOf(*value), targets));
    for (const Fields& condition : fields.structures("stopConditions"))
        TRY(checkStopCondition(condition));
    if (fields.structure("experimentOptions")->text("accountTargeting") == "multi-account")
        return refuse("This endpoint has no experiments over several accounts.");
    return {};
}

std::optional<TableArn> parseTableArn(std::string_view arn) {
    constexpr std::string_view kStart = "arn:aws:dynamodb:";
    constexpr std::string_view kTable = "table/";
    constexpr std::size_t kAccountDigits = 12;
    if (!arn.starts_with(kStart)) return std::nullopt;
    arn.remove_prefix(kStart.size());
    TableArn parts;
    for (std::string* part : {&parts.region, &parts.accountDigits}) {
        const std::size_t end = arn.find(':');
        if (end == std::string_view::npos) return std::nullopt;
        *part = arn.substr(0, end);
        arn.remove_prefix(end + 1);
    }
    if (!arn.starts_with(kTable)) return std::nullopt;
    parts.table = arn.substr(kTable.size());
    const bool isSound = isRegionName(parts.region) &&
                         parts.accountDigits.size() == kAccountDigits && !parts.table.empty() &&
                         parts.table.find_first_of("/:") == std::string::npos;
    if (!isSound) return std::nullopt;
    return parts;
}

}  // namespace orrery::api
