#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/api/operation_table.h"
#include "core/api/rest/rest_operation.h"
#include "core/api/rest/rest_request.h"

namespace orrery::api {

/// One REST line of operations.def. The scope of a signature for the service is "fis".
struct RestRow {
    Service service;
    std::string_view name;
    const RestOperation* operation;  ///< Null if the operation is not built yet.
    std::string_view method;
    std::string_view path;  ///< "/experiments/{id}"
    Effect effect;
};

/// The row of a method and a path, or null.
const RestRow* findRestOperation(std::string_view method, std::string_view target);

/// True if the path belongs to a REST service, whatever the method.
bool isRestPath(std::string_view target);

/// What a request of a REST service can change: Write if it is unknown.
Effect effectOfRest(const RestRequest& request);

/// Runs a request in the world, at the present instant. Returns the body of the answer. It may
/// leave once the turn of `cluster::Experiments::gate` is on disk.
RestResult<std::string> runRest(cluster::World& world, const cluster::Caller& caller,
                                const RestRequest& request);

}  // namespace orrery::api
