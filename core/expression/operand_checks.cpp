#include "core/expression/operand_checks.h"

#include "core/expression/operands.h"
#include "core/expression/value_text.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;

namespace {

constexpr std::size_t kCandidateCountMax = 100;

std::unexpected<std::string> wrongType(std::string_view operatorName, std::string_view type) {
    return std::unexpected(
        "Incorrect operand type for operator or function; operator or function: " +
        std::string(operatorName) + ", operand type: " + std::string(type));
}

std::size_t argumentCountOf(std::string_view function) {
    const bool takesOne =
        function == "attribute_exists" || function == "attribute_not_exists" || function == "size";
    return takesOne ? 1 : 2;
}

}  // namespace

OperandCheck checkArgumentCount(std::string_view function, std::size_t count) {
    if (count == argumentCountOf(function)) return {};
    return std::unexpected(
        "Incorrect number of operands for operator or function; operator or function: " +
        std::string(function) + ", number of operands: " + std::to_string(count));
}

OperandCheck checkDistinct(std::string_view operatorName, const std::vector<Operand>& operands) {
    const Path* first = asPath(operands.front());
    if (!first) return {};
    for (std::size_t i = 1; i < operands.size(); ++i) {
        const Path* other = asPath(operands[i]);
        if (!other || *other != *first) continue;
        return std::unexpected(
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: " +
            std::string(operatorName) + ", first operand: " + first->text());
    }
    return {};
}

OperandCheck checkOrdered(std::string_view operatorName, const std::vector<Operand>& operands) {
    for (const Operand& operand : operands) {
        const auto type = typeOf(operand);
        if (type && *type > AttributeType::Binary) return wrongType(operatorName, wireName(*type));
    }
    return {};
}

OperandCheck checkBounds(const Operand& lower, const Operand& upper) {
    const AttributeValue* low = asValue(lower);
    const AttributeValue* high = asValue(upper);
    if (!low || !high) return {};
    const std::string bounds = "; lower bound operand: AttributeValue: " + valueText(*low) +
                               ", upper bound operand: AttributeValue: " + valueText(*high);
    if (low->type() != high->type())
        return std::unexpected(
            "The BETWEEN operator requires same data type for lower and upper bounds" + bounds);
    if (compareOrdered(*low, *high).value_or(std::strong_ordering::equal) > 0)
        return std::unexpected(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower "
            "bound" +
            bounds);
    return {};
}

OperandCheck checkCandidateCount(std::size_t count) {
    if (count <= kCandidateCountMax) return {};
    return std::unexpected(
        "The IN operator is provided with too many operands; number of operands: " +
        std::to_string(count));
}

OperandCheck checkIsPath(std::string_view function, const Operand& argument) {
    if (asPath(argument)) return {};
    return std::unexpected("Operator or function requires a document path; operator or function: " +
                           std::string(function));
}

// The lists of types are in the order in which the service prints its sets of them.
OperandCheck checkTypeName(const Operand& argument, std::string_view validTypes) {
    const auto type = typeOf(argument);
    if (!type) return wrongType("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
    if (*type != AttributeType::String) return wrongType("attribute_type", wireName(*type));
    const std::string& name = *asValue(argument)->as<std::string>();
    if (attributeTypeOf(name)) return {};
    return std::unexpected("Invalid attribute type name found; type: " + name +
                           ", valid types: " + std::string(validTypes));
}

OperandCheck checkPrefixes(const std::vector<Operand>& arguments) {
    for (const Operand& argument : arguments) {
        const auto type = typeOf(argument);
        const bool fits = !type || *type == AttributeType::String || *type == AttributeType::Binary;
        if (!fits) return wrongType("begins_with", wireName(*type));
    }
    return {};
}

OperandCheck checkHasSize(AttributeType type) {
    const bool hasNone =
        type == AttributeType::Number || type == AttributeType::Bool || type == AttributeType::Null;
    return hasNone ? OperandCheck(wrongType("size", wireName(type))) : OperandCheck();
}

}  // namespace orrery::expression
