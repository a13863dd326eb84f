#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/api/operations/api_call.h"

namespace orrery::api {

/// Finds the operation of an `X-Amz-Target` header ("DynamoDB_20120810.GetItem") and parses the
/// body by its shapes. Needs no catalog, keeps no state, and may run on any thread. Errors are the
/// service's in `region`, in its order; an operation that is not built yet returns an error that
/// names it.
ApiResult<std::unique_ptr<ApiCall>> parseCall(std::string_view target, std::string_view body,
                                              std::string_view region);

/// The maximum size of the answer to a request. `body` may be compressed; it has at most
/// `bodyBytes` when it is not.
std::size_t answerBytesMax(std::string_view target, std::string_view body, std::size_t bodyBytes);

/// Appends the body of an error reply: __type, message and the additional members of some errors.
void writeError(const ApiError& error, std::string& out);

}  // namespace orrery::api
