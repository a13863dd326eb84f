#pragma once

#include <string_view>

#include "core/cluster/catalog.h"

namespace orrery::api {

/// Refuses what is not the ARN of a table: "Invalid TableArn: Invalid ResourceArn provided as input
/// …".
ApiResult<void> checkTableArn(std::string_view arn);

/// The table of an ARN that has passed checkTableArn. AccessDeniedException for another account,
/// ResourceNotFoundException where there is no such table.
ApiResult<cluster::TablePtr> findByArn(const cluster::Catalog& catalog,
                                       const cluster::Caller& caller, std::string_view arn,
                                       std::string_view operation);

}  // namespace orrery::api
