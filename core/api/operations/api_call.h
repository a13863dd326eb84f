#pragma once

#include <string>

#include "core/cluster/catalog/request.h"

namespace orrery::api {

/// A call whose request has been decoded and validated. `bind` runs in the world; `writeReply` runs
/// after the sync, on any thread, from an immutable reply.
class ApiCall : public cluster::Call {
public:
    /// Appends the JSON of the reply's body.
    virtual void writeReply(const cluster::Reply& reply, std::string& out) const = 0;
};

}  // namespace orrery::api
