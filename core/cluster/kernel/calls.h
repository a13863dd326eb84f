#pragma once

#include <cstdint>
#include <memory>

#include "core/base/named_type.h"
#include "core/cluster/catalog/request.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// Names a request to the world that was submitted; chosen by the submitter.
using CallId = NamedType<std::uint64_t, struct CallIdTag>;

/// What became of a call. It may leave the engine once the store has synced `gate`.
struct Answered {
    CallId id{};
    std::unique_ptr<Call> call;
    ApiResult<Reply> result;
    Served served;
    storage::Ticket gate{};
};

}  // namespace orrery::cluster
