#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/decode/shape.h"
#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/request.h"
#include "core/types/api_error.h"

namespace orrery::api {

namespace shapes {

inline constexpr Shape kStreamArn = string().lengths(37, 1024);
inline constexpr Shape kShardId = string().lengths(28, 65);

}  // namespace shapes

/// Refuses text that is no ARN of a stream, in any account.
ApiResult<void> checkStreamArn(std::string_view arn);

/// There is no stream with this ARN, or no more.
ApiError streamNotFound(std::string_view arn);

/// Fails with ResourceNotFoundException if the caller has no such stream, or no more.
ApiResult<cluster::StreamPtr> findStream(const cluster::Catalog& catalog,
                                         const cluster::Caller& caller, std::string_view arn);

/// What a shard iterator says. Clients treat it as opaque text; it needs no state here, so it
/// survives a restart.
struct ShardIterator {
    std::string streamArn;
    cluster::ShardName shard;
    cluster::StreamStart start = cluster::StreamStart::Horizon;
    Lsn position{};
    CalendarTime madeAt;
};

/// As the service's: the stream's ARN, a number, and bytes in base 64, separated by "|".
std::string encodeIterator(const ShardIterator& iterator);
/// Nothing if the text was not made by encodeIterator.
std::optional<ShardIterator> decodeIterator(std::string_view text);

}  // namespace orrery::api
