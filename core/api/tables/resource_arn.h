#pragma once

#include <string_view>

#include "core/cluster/catalog/catalog.h"

namespace orrery::api {

/// The purpose of a table's ARN: operations on tags, UntagResource and operations on policies have
/// different error texts for a bad ARN.
enum class ArnUse { Tags, TagRemoval, Policy };

/// Refuses anything but the ARN of a table, in any account.
ApiResult<void> checkTableArn(std::string_view arn, ArnUse use);

/// The table of an ARN that passed checkTableArn, if the table exists in the caller's account and
/// Region.
ApiResult<cluster::TablePtr> findByArn(const cluster::Catalog& catalog,
                                       const cluster::Caller& caller, std::string_view arn,
                                       ArnUse use);

}  // namespace orrery::api
