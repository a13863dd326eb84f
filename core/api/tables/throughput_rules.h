#pragma once

#include <optional>
#include <string_view>

#include "core/cluster/catalog/table_description.h"
#include "core/types/api_error.h"

namespace orrery::api {

// The rules for the three kinds of throughput of a table and its global indexes, in the service's
// words. `index` names the index that a rule is about; empty means the table. An absent member of
// OnDemandThroughput or WarmThroughput is kAbsentUnits.

/// Stands for an absent member until it is merged. The service writes -1 for "no limit".
inline constexpr std::int64_t kAbsentUnits = INT64_MIN;
inline constexpr std::int64_t kNoOnDemandLimit = -1;

/// No table can have more than 10^12 units.
ApiResult<void> checkBounds(const cluster::Throughput& throughput);

/// Refuses an update that changes nothing.
ApiResult<void> checkUnchanged(const cluster::Throughput& now, const cluster::Throughput& wanted,
                               std::string_view index = {});

/// OnDemandThroughput: only for a table on demand, at least 1 each; -1 removes an existing limit.
enum class ThroughputUse { CreateTable, UpdateTable };
ApiResult<void> checkOnDemand(const cluster::Throughput& limits, cluster::BillingMode billing,
                              ThroughputUse use, std::string_view index = {});

/// WarmThroughput of a new table or index: at least what its billing mode gives it.
ApiResult<void> checkNewWarm(const std::optional<cluster::Throughput>& warm,
                             cluster::BillingMode billing,
                             const std::optional<cluster::Throughput>& provisioned,
                             std::string_view index = {});

/// The warm throughput after `wanted` is set; it never decreases.
ApiResult<cluster::Throughput> raisedWarm(const cluster::Throughput& now,
                                          const cluster::Throughput& wanted,
                                          std::string_view index = {});

/// True if both members are absent.
bool isEmpty(const cluster::Throughput& throughput);

}  // namespace orrery::api
