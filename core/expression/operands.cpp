#include "core/expression/operands.h"

#include "core/base/overloaded.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;

const Path* asPath(const Operand& operand) {
    return std::get_if<Path>(&operand);
}

const AttributeValue* asValue(const Operand& operand) {
    const auto* value = std::get_if<SharedValue>(&operand);
    return value ? value->get() : nullptr;
}

std::optional<AttributeType> typeOf(const Operand& operand) {
    using Type = std::optional<AttributeType>;
    return std::visit(Overloaded{
                          [](const Path&) -> Type { return std::nullopt; },
                          [](const SharedValue& value) -> Type {
                              return value ? Type(value->type()) : std::nullopt;
                          },
                          [](const SizeOf&) -> Type { return AttributeType::Number; },
                      },
                      operand);
}

std::optional<AttributeType> literalTypeOf(const UpdateValue& value) {
    using Type = std::optional<AttributeType>;
    return std::visit(Overloaded{
                          [](const Path&) -> Type { return std::nullopt; },
                          [](const SharedValue& shared) -> Type {
                              return shared ? Type(shared->type()) : std::nullopt;
                          },
                          [](const UpdateCall&) -> Type { return std::nullopt; },
                      },
                      value);
}

}  // namespace orrery::expression
