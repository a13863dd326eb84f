#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/decode/fields.h"
#include "core/api/tables/resource_arn.h"
#include "core/cluster/catalog/resource_settings.h"

namespace orrery::api {

// The revisions of resource policies of tables and streams. policy_document.h has the documents.

/// RevisionId.
std::string revisionText(const cluster::ResourcePolicy& policy);

/// ExpectedRevisionId, if there is one.
std::optional<std::string> takeExpectedRevision(const Fields& request);
/// Fails with PolicyNotFoundException unless the resource's policy has the expected revision.
ApiResult<void> checkRevision(const Resource& resource, const std::optional<std::string>& expected);
ApiError policyNotFound(const std::string& what);

}  // namespace orrery::api
