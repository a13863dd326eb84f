#include "core/api/operation_table.h"

#include <algorithm>
#include <array>

#include "core/api/operations/operations.h"

namespace orrery::api {

namespace {

constexpr OperationRow kRows[] = {
#define OPERATION(service, name, symbol, plane, effect, ...)     \
    {Service::service, #name, &operations::symbol, Plane::plane, \
     Effect::effect __VA_OPT__(, ) __VA_OPT__(AnswerSize::__VA_ARGS__)},
#define LATER(service, name) {Service::service, #name, nullptr, Plane::Control, Effect::Write},
#include "core/api/operations.def"
#undef OPERATION
#undef LATER
};

}  // namespace

const OperationRow* findOperation(Service service, std::string_view name) {
    const auto* row = std::ranges::find_if(kRows, [&](const OperationRow& candidate) {
        return candidate.service == service && candidate.name == name;
    });
    return row == std::end(kRows) ? nullptr : row;
}

const OperationRow* findOperation(std::string_view target) {
    constexpr std::string_view kDynamoDB = "DynamoDB_20120810.";
    constexpr std::string_view kStreams = "DynamoDBStreams_20120810.";
    if (target.starts_with(kDynamoDB))
        return findOperation(Service::DynamoDB, target.substr(kDynamoDB.size()));
    if (target.starts_with(kStreams))
        return findOperation(Service::Streams, target.substr(kStreams.size()));
    return nullptr;
}

Effect effectOf(std::string_view operationName) {
    const auto* row = std::ranges::find(kRows, operationName, &OperationRow::name);
    return row == std::end(kRows) ? Effect::Write : row->effect;
}

}  // namespace orrery::api
