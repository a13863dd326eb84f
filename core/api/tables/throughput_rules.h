#pragma once

#include <optional>
#include <string_view>

#include "core/cluster/catalog/table_description.h"
#include "core/types/api_error.h"

namespace orrery::api {

// The rules for the three kinds of throughput of a table and its global indexes, in the service's
// words. `index` names the index that a rule is about; empty means the table. An absent member of
// OnDemandThroughput and of WarmThroughput is kAbsentUnits.

/// How an absent member is kept until it is merged, and how the service writes "no limit".
inline constexpr std::int64_t kAbsentUnits = INT64_MIN;
inline constexpr std::int64_t kNoOnDemandLimit = -1;

/// No table can have more than 10^12 units.
ApiResult<void> checkBounds(const cluster::Throughput& throughput);

/// The text that refuses an update to what there is already.
ApiResult<void> checkUnchanged(const cluster::Throughput& now, const cluster::Throughput& wanted,
                               std::string_view index = {});

/// OnDemandThroughput: only for a table on demand, at least 1 each, and -1 to take a limit away
/// from a table that has one.
enum class ThroughputUse { CreateTable, UpdateTable };
ApiResult<void> checkOnDemand(const cluster::Throughput& limits, cluster::BillingMode billing,
                              ThroughputUse use, std::string_view index = {});

/// WarmThroughput of a table or an index that is made: not below what its billing gives it.
ApiResult<void> checkNewWarm(const std::optional<cluster::Throughput>& warm,
                             cluster::BillingMode billing,
                             const std::optional<cluster::Throughput>& provisioned,
                             std::string_view index = {});

/// The warm throughput that there is once `wanted` is set: it only ever goes up.
ApiResult<cluster::Throughput> raisedWarm(const cluster::Throughput& now,
                                          const cluster::Throughput& wanted,
                                          std::string_view index = {});

/// Whether both members are absent.
bool namesNothing(const cluster::Throughput& throughput);

}  // namespace orrery::api
