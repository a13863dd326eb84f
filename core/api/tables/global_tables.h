#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/api/tables/missing_resource.h"
#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// Global tables as operations other than those on their tables see them.

/// The table if it is a replica of a global table. Otherwise fails with ResourceNotFoundException,
/// for a table of one Region too.
ApiResult<cluster::TablePtr> findGlobalTable(const cluster::Catalog& catalog,
                                             const cluster::Caller& caller,
                                             std::string_view nameOrArn);

/// The Regions of all replicas, in alphabetical order.
std::vector<std::string> replicaRegions(const cluster::GlobalTable& global,
                                        const cluster::Catalog& catalog);

// The first version of global tables (2017.11.29) has operations of its own. The service creates no
// global tables of that version any more, so they never find one.

/// Takes GlobalTableName.
ApiResult<MissingResource> takeGlobalTable(const Fields& request);
ApiResult<cluster::Request> refuseGlobalTable(MissingResource& parsed,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);
/// The same in the words of the operations on settings.
ApiResult<cluster::Request> refuseGlobalTableSettings(MissingResource& parsed,
                                                      const cluster::Catalog& catalog,
                                                      const cluster::Caller& caller);

/// The error for the creation of a global table of that version, or of a replica of one.
ApiError firstVersionNotSupported(std::string_view region);

}  // namespace orrery::api
