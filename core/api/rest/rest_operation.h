#pragma once

#include "core/api/decode/fields.h"
#include "core/api/decode/shape.h"
#include "core/api/rest/rest_error.h"
#include "core/cluster/world/world.h"
#include "core/json/json.h"

namespace orrery::api {

/// One request of a REST service in the world. It runs at once, on the world's thread, also while
/// the clock is paused: such a service controls the world, as the control API does.
struct RestCall {
    cluster::World& world;
    const cluster::Caller& caller;
    const Fields& request;  ///< Its body, and what its path and its query say, as one structure.
};

/// What the file of an operation defines: the shape of its request, and what it does. `run` appends
/// the answer.
struct RestOperation {
    const Shape* input;
    RestResult<void> (*run)(const RestCall& call, json::Writer& out);
};

}  // namespace orrery::api
