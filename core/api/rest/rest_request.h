#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/decode/shape.h"
#include "core/api/rest/rest_error.h"
#include "core/json/json.h"

namespace orrery::api {

/// A request of a REST service. The views need to outlive the call only.
struct RestRequest {
    std::string_view method;
    std::string_view target;  ///< As sent: "/experiments/EXP1?x=y".
    std::string_view body;
};

using RestArguments = std::vector<std::pair<std::string, std::string>>;

/// "/experiments/{id}" with the path "/experiments/EXP1" gives id=EXP1; nothing if the path does
/// not fit. A label stands for one segment, whose escaped characters are decoded.
std::optional<RestArguments> matchPath(std::string_view pattern, std::string_view target);

/// The structure that the parts of a request are together, with their JSON types checked against
/// the shape. A body counts unless the method is GET or DELETE, a query otherwise.
RestResult<json::Object> decodeRequest(const Shape& shape, const RestRequest& request,
                                       const RestArguments& labels);

}  // namespace orrery::api
