#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/rest/rest_operation.h"
#include "core/cluster/faults/experiments.h"

namespace orrery::api {

/// The template of the caller's account and Region with this id.
RestResult<const cluster::ExperimentTemplate*> findTemplate(const RestCall& call,
                                                            std::string_view id);
/// The same for an experiment.
RestResult<const cluster::Experiment*> findExperiment(const RestCall& call, std::string_view id);

std::string arnOf(const cluster::ExperimentTemplate& experimentTemplate);
std::string arnOf(const cluster::Experiment& experiment);

/// A template or an experiment, by its ARN.
struct TaggedResource {
    std::string id;
    const std::vector<cluster::Tag>* tags = nullptr;
};
RestResult<TaggedResource> findTagged(const RestCall& call, std::string_view arn);

/// The member "tags" of the request.
std::vector<cluster::Tag> takeFisTags(const Fields& request);

/// Changes the world. An error is a state that has changed since the checks of the caller.
RestResult<void> change(const RestCall& call, cluster::ExperimentInput input);

/// Those of `values` that belong to the caller, and whether `keeps` holds for them, one page of
/// them: after the id in "nextToken", and as many as "maxResults" says.
template <typename Value>
struct FisPage {
    std::vector<const Value*> values;
    std::string nextToken;  ///< Empty: there are no more.
};
template <typename Value, typename Keeps>
FisPage<Value> pageOf(const RestCall& call, const std::map<std::string, Value, std::less<>>& values,
                      Keeps keeps) {
    constexpr std::int64_t kUsual = 20;
    const auto limit =
        static_cast<std::size_t>(call.request.integer("maxResults").value_or(kUsual));
    FisPage<Value> page;
    for (auto at = values.upper_bound(call.request.text("nextToken")); at != values.end(); ++at) {
        const Value& value = at->second;
        if (value.accountId != call.caller.accountId ||
            value.regionName != call.caller.regionName || !keeps(value))
            continue;
        if (page.values.size() == limit) {
            page.nextToken = page.values.back()->id;
            break;
        }
        page.values.push_back(&value);
    }
    return page;
}

}  // namespace orrery::api
