#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/decode/fields.h"
#include "core/api/rest/rest_error.h"
#include "core/json/json.h"

namespace orrery::api {

/// The only action that this endpoint has, and what it acts on.
inline constexpr std::string_view kPauseAction = "aws:dynamodb:global-table-pause-replication";
inline constexpr std::string_view kPauseTargets = "Tables";
inline constexpr std::string_view kPauseType = "aws:dynamodb:global-table";

/// The members that `request` has of those that a template and its experiments show as they were
/// sent, in place of those of `before`.
json::Object definitionOf(const Fields& request, const json::Object& before);

/// Checks a definition whose types and limits fit: what the service checks when a template is
/// created or updated.
RestResult<void> checkDefinition(const json::Object& definition);

/// An ARN of a table.
struct TableArn {
    std::string region;
    std::string accountDigits;
    std::string table;
};
std::optional<TableArn> parseTableArn(std::string_view arn);

}  // namespace orrery::api
