#pragma once

#include <string_view>

#include "core/cluster/catalog/catalog.h"

namespace orrery::api {

/// What an operation wants a table's ARN for: tags and policies say of an ARN that they do not like
/// in words of their own.
enum class ArnUse { Tags, Policy };

/// Refuses what is not the ARN of a table, whoever's it may be.
ApiResult<void> checkTableArn(std::string_view arn);

/// The table of an ARN that has passed checkTableArn, if it is of the caller's account and Region
/// and there is such a table.
ApiResult<cluster::TablePtr> findByArn(const cluster::Catalog& catalog,
                                       const cluster::Caller& caller, std::string_view arn,
                                       ArnUse use);

}  // namespace orrery::api
