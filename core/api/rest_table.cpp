#include "core/api/rest_table.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "core/api/decode/decode.h"
#include "core/api/operations/rest_operations.h"
#include "core/base/result.h"

namespace orrery::api {
namespace {

constexpr RestRow kRows[] = {
#define OPERATION(...)
#define LATER(...)
#define REST(service, name, symbol, method, path, effect) \
    {Service::service, #name, &operations::symbol, #method, path, Effect::effect},
#define LATER_REST(service, name, method, path) \
    {Service::service, #name, nullptr, #method, path, Effect::Write},
#include "core/api/operations.def"
#undef OPERATION
#undef LATER
};

/// "/experiments" of "/experiments/{id}?x".
std::string_view rootOf(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    return path.substr(0, path.find('/', 1));
}

}  // namespace

const RestRow* findRestOperation(std::string_view method, std::string_view target) {
    const auto* row = std::ranges::find_if(kRows, [&](const RestRow& candidate) {
        return candidate.method == method && matchPath(candidate.path, target);
    });
    return row == std::end(kRows) ? nullptr : row;
}

bool isRestPath(std::string_view target) {
    return std::ranges::any_of(
        kRows, [root = rootOf(target)](const RestRow& row) { return rootOf(row.path) == root; });
}

Effect effectOfRest(const RestRequest& request) {
    const RestRow* row = findRestOperation(request.method, request.target);
    return row == nullptr ? Effect::Write : row->effect;
}

RestResult<std::string> runRest(cluster::World& world, const cluster::Caller& caller,
                                const RestRequest& request) {
    const RestRow* row = findRestOperation(request.method, request.target);
    if (row == nullptr)
        return std::unexpected(
            RestError::unknownOperation("No operation has this method and this path."));
    if (row->operation == nullptr)
        return std::unexpected(RestError::unknownOperation(
            std::string(row->name) +
            " is an operation of the service that Orrery does not support yet"));
    const Shape& shape = *row->operation->input;
    TRY_ASSIGN(const json::Object object,
               decodeRequest(shape, request, *matchPath(row->path, request.target)));
    if (const auto checked = checkConstraints(shape, object, Validation{}); !checked)
        return std::unexpected(restErrorOf(checked.error()));
    std::string body;
    json::Writer out(body);
    const Fields fields(object);
    TRY(row->operation->run(RestCall{world, caller, fields}, out));
    return body;
}

}  // namespace orrery::api
