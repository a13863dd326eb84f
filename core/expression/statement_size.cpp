#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/expression/update.h"
#include "core/types/item_size.h"

namespace orrery::expression {
namespace {

// What the service charges besides names and values, as measured at its limit by the authors of
// dynamodb-conformance (tier 3, limits, itemSizeBySurface).
constexpr std::size_t kUpdateBytes = 3;
constexpr std::size_t kWriteBytes = 19;  // For a SET or an ADD.
constexpr std::size_t kEraseBytes = 1;   // For a REMOVE or a DELETE.
constexpr std::size_t kTargetStepBytes = 4;
constexpr std::size_t kOperandBytes = 1;
constexpr std::size_t kOperandStepBytes = 14;

std::size_t elementBytes(const PathElement& element) {
    return std::visit(Overloaded{
                          [](const std::string& name) { return name.size(); },
                          [](std::uint32_t index) { return std::to_string(index).size(); },
                      },
                      element);
}

std::size_t targetBytes(const Path& path) {
    std::size_t sum = 0;
    for (const PathElement& element : path.elements)
        sum += kTargetStepBytes + elementBytes(element);
    return sum - kTargetStepBytes;
}

std::size_t operandBytes(const Path& path) {
    std::size_t sum = kOperandBytes;
    for (const PathElement& element : path.elements)
        sum += kOperandStepBytes + elementBytes(element);
    return sum;
}

std::size_t functionBytes(UpdateFunction function) {
    switch (function) {
        case UpdateFunction::Plus:
            return 34;
        case UpdateFunction::Minus:
        case UpdateFunction::ListAppend:
            return 37;
        case UpdateFunction::IfNotExists:
            return 39;
    }
    CHECK(false);
}

struct ValueSizer {
    std::size_t operator()(const Path& path) const { return operandBytes(path); }
    std::size_t operator()(const SharedValue& value) const { return types::attributeBytes(*value); }
    std::size_t operator()(const UpdateCall& call) const {
        std::size_t sum = functionBytes(call.function);
        for (const UpdateValue& argument : call.arguments)
            sum += std::visit(*this, argument);
        return sum;
    }
};

}  // namespace

std::size_t statementBytes(const Update& update) {
    std::size_t sum = kUpdateBytes;
    for (const UpdateStep& step : update.steps) {
        sum += targetBytes(step.path);
        const bool writes = step.action == UpdateAction::Set || step.action == UpdateAction::Add;
        sum += writes ? kWriteBytes + std::visit(ValueSizer{}, step.value) : kEraseBytes;
    }
    return sum;
}

}  // namespace orrery::expression
