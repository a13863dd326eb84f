#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/decode/fields.h"
#include "core/api/tables/resource_arn.h"
#include "core/cluster/catalog/resource_settings.h"

namespace orrery::api {

// Resource policies of tables and streams.

/// Refuses a text that is too long or no policy document.
ApiResult<void> checkPolicy(std::string_view text);
/// True if the two documents say the same, whatever their blanks and the order of their members.
bool isSamePolicy(std::string_view one, std::string_view other);

/// RevisionId.
std::string revisionText(const cluster::ResourcePolicy& policy);

/// ExpectedRevisionId, if there is one.
std::optional<std::string> takeExpectedRevision(const Fields& request);
/// Fails with PolicyNotFoundException unless the resource's policy has the expected revision.
ApiResult<void> checkRevision(const Resource& resource, const std::optional<std::string>& expected);
ApiError policyNotFound(const std::string& what);

}  // namespace orrery::api
