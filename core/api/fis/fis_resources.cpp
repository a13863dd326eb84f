#include "core/api/fis/fis_resources.h"

#include "core/base/account_id.h"
#include "core/base/result.h"

namespace orrery::api {
namespace {

constexpr std::string_view kTemplateKind = "experiment-template";
constexpr std::string_view kExperimentKind = "experiment";

template <typename Value>
const Value* ownedBy(const cluster::Caller& caller,
                     const std::map<std::string, Value, std::less<>>& values, std::string_view id) {
    const auto found = values.find(id);
    if (found == values.end() || found->second.accountId != caller.accountId ||
        found->second.regionName != caller.regionName)
        return nullptr;
    return &found->second;
}

std::string arnOf(std::string_view region, std::string_view accountId, std::string_view kind,
                  std::string_view id) {
    std::string arn = "arn:aws:fis:";
    arn.append(region).append(":").append(accountDigits(accountId));
    return arn.append(":").append(kind).append("/").append(id);
}

}  // namespace

RestResult<const cluster::ExperimentTemplate*> findTemplate(const RestCall& call,
                                                            std::string_view id) {
    const auto* found = ownedBy(call.caller, call.world.experiments().templates(), id);
    if (found != nullptr) return found;
    return std::unexpected(
        RestError::notFound("Experiment template " + std::string(id) + " not found."));
}

RestResult<const cluster::Experiment*> findExperiment(const RestCall& call, std::string_view id) {
    const auto* found = ownedBy(call.caller, call.world.experiments().experiments(), id);
    if (found != nullptr) return found;
    return std::unexpected(RestError::notFound("Experiment " + std::string(id) + " not found."));
}

std::string arnOf(const cluster::ExperimentTemplate& experimentTemplate) {
    return arnOf(experimentTemplate.regionName, experimentTemplate.accountId, kTemplateKind,
                 experimentTemplate.id);
}

std::string arnOf(const cluster::Experiment& experiment) {
    return arnOf(experiment.regionName, experiment.accountId, kExperimentKind, experiment.id);
}

RestResult<TaggedResource> findTagged(const RestCall& call, std::string_view arn) {
    const std::string_view id = arn.substr(arn.rfind('/') + 1);
    const auto* experimentTemplate = ownedBy(call.caller, call.world.experiments().templates(), id);
    if (experimentTemplate != nullptr && arnOf(*experimentTemplate) == arn)
        return TaggedResource{experimentTemplate->id, &experimentTemplate->tags};
    const auto* experiment = ownedBy(call.caller, call.world.experiments().experiments(), id);
    if (experiment != nullptr && arnOf(*experiment) == arn)
        return TaggedResource{experiment->id, &experiment->tags};
    return std::unexpected(RestError::notFound("Resource " + std::string(arn) + " not found."));
}

std::vector<cluster::Tag> takeFisTags(const Fields& request) {
    std::vector<cluster::Tag> tags;
    for (const auto& [key, value] : request.entries("tags"))
        tags.push_back({std::string(key), std::string(textOf(*value))});
    return tags;
}

RestResult<void> change(const RestCall& call, cluster::ExperimentInput input) {
    const auto changed = call.world.admit(std::move(input));
    if (!changed) return std::unexpected(RestError::conflict(changed.error()));
    return {};
}

}  // namespace orrery::api
