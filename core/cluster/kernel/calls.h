#pragma once

#include <cstdint>
#include <memory>

#include "core/base/named_type.h"
#include "core/cluster/catalog/request.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// Identifies a request to the world; the submitter chooses it.
using CallId = NamedType<std::uint64_t, struct CallIdTag>;

/// The answer to a call. It may leave the engine once the store has synced `gate`.
struct Answered {
    CallId id{};
    std::unique_ptr<Call> call;
    ApiResult<Reply> result;
    Served served;
    storage::Ticket gate{};
};

}  // namespace orrery::cluster
