#include "core/api/tables/global_tables.h"

#include <algorithm>

#include "core/api/tables/table_settings.h"

// Observed in October 2026 (ack-api-quirks, global tables).

namespace orrery::api {
namespace {

std::string doesNotExist(std::string_view name) {
    return "Global table with name: '" + std::string(name) + "' does not exist.";
}

}  // namespace

ApiResult<cluster::TablePtr> findGlobalTable(const cluster::Catalog& catalog,
                                             const cluster::Caller& caller,
                                             std::string_view nameOrArn) {
    cluster::TablePtr table = catalog.find(caller, nameOrArn);
    if (table != nullptr && catalog.globals().ofTable(table->space) != nullptr) return table;
    return std::unexpected(
        ApiError{ErrorType::ResourceNotFound, doesNotExist(tableNameOf(nameOrArn)), nullptr});
}

std::vector<std::string> replicaRegions(const cluster::GlobalTable& global,
                                        const cluster::Catalog& catalog) {
    std::vector<std::string> regions;
    for (const cluster::GlobalReplica& replica : global.replicas)
        if (const cluster::TablePtr table = catalog.find(replica.table))
            regions.push_back(table->regionName);
    std::ranges::sort(regions);
    return regions;
}

ApiResult<MissingResource> takeGlobalTable(const Fields& request) {
    return MissingResource{std::string(request.text("GlobalTableName"))};
}

ApiResult<cluster::Request> refuseGlobalTable(MissingResource& parsed, const cluster::Catalog&,
                                              const cluster::Caller&) {
    return std::unexpected(ApiError{ErrorType::GlobalTableNotFound,
                                    "Global table not found: " + doesNotExist(parsed.name),
                                    nullptr});
}

ApiResult<cluster::Request> refuseGlobalTableSettings(MissingResource& parsed,
                                                      const cluster::Catalog&,
                                                      const cluster::Caller&) {
    return std::unexpected(
        ApiError{ErrorType::GlobalTableNotFound, doesNotExist(parsed.name), nullptr});
}

// The other text is that of Regions that are younger than the first version.
ApiError firstVersionNotSupported(std::string_view region) {
    constexpr std::string_view kRegions[] = {"eu-west-2",      "eu-west-1",      "ap-southeast-1",
                                             "ap-southeast-2", "ap-northeast-2", "eu-central-1",
                                             "ap-northeast-1", "us-east-1",      "us-east-2",
                                             "us-west-1",      "us-west-2"};
    const std::string start =
        "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is "
        "not supported";
    if (std::ranges::find(kRegions, region) != std::end(kRegions))
        return ApiError::validation(
            start +
            ". We recommend using DynamoDB global tables version 2019.11.21, instead of version "
            "2017.11.29 (Legacy).");
    std::string list;
    for (const std::string_view one : kRegions)
        list.append(list.empty() ? "" : ", ").append(one);
    return ApiError::validation(start + " in this region '" + std::string(region) +
                                "', supported regions are : [" + list + "]");
}

}  // namespace orrery::api
