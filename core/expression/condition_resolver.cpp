#include "core/base/result.h"
#include "core/expression/condition_syntax.h"
#include "core/expression/value_text.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;

namespace {

constexpr std::size_t kInOperandCountMax = 100;

// The second pass over a condition: names, values, numbers and types of operands. It checks one
// comparison or function after the other, each in this order, as the service does.
class ConditionResolver {
public:
    ConditionResolver(const Parser& parser, Substitutions& substitutions)
        : m_parser(parser), m_substitutions(substitutions) {}

    ApiResult<Condition> resolve(const SyntaxCondition& syntax);

private:
    ApiResult<std::vector<Condition>> resolveAll(const std::vector<SyntaxCondition>& syntax);
    ApiResult<Condition> resolveComparison(const SyntaxCondition& syntax);
    ApiResult<Condition> resolveBetween(const SyntaxCondition& syntax);
    ApiResult<Condition> resolveIn(const SyntaxCondition& syntax);
    ApiResult<Condition> resolveFunction(const SyntaxCondition& syntax);

    ApiResult<std::vector<Operand>> resolveOperands(const std::vector<SyntaxOperand>& syntax);
    /// For operands whose names, values and numbers of arguments have been checked.
    std::vector<Operand> checkedOperands(const std::vector<SyntaxOperand>& syntax);
    Operand checkedOperand(const SyntaxOperand& syntax);
    ApiResult<void> checkNames(const SyntaxOperand& syntax);
    ApiResult<void> checkCounts(const SyntaxOperand& syntax);
    ApiResult<void> checkSizes(const SyntaxOperand& syntax);
    ApiResult<void> checkDistinct(std::string_view operatorName,
                                  const std::vector<Operand>& operands);
    ApiResult<void> checkOrdered(std::string_view operatorName,
                                 const std::vector<Operand>& operands);
    ApiResult<void> checkBounds(const Operand& lower, const Operand& upper);
    ApiResult<void> checkTypeName(const Operand& operand);

    std::unexpected<ApiError> fail(const std::string& message) const {
        return std::unexpected(m_parser.error(message));
    }
    std::unexpected<ApiError> wrongType(std::string_view operatorName,
                                        std::string_view type) const {
        return fail("Incorrect operand type for operator or function; operator or function: " +
                    std::string(operatorName) + ", operand type: " + std::string(type));
    }

    const Parser& m_parser;
    Substitutions& m_substitutions;
};

const AttributeValue* valueOf(const Operand& operand) {
    const auto* value = std::get_if<SharedValue>(&operand);
    return value ? value->get() : nullptr;
}

// The type of an operand as far as it is known without an item.
std::optional<AttributeType> typeOf(const Operand& operand) {
    if (std::holds_alternative<SizeOf>(operand)) return AttributeType::Number;
    if (const AttributeValue* value = valueOf(operand)) return value->type();
    return std::nullopt;
}

std::size_t argumentCountOf(std::string_view function) {
    const bool takesOne =
        function == "attribute_exists" || function == "attribute_not_exists" || function == "size";
    return takesOne ? 1 : 2;
}

ConditionFunction functionOf(std::string_view name) {
    if (name == "attribute_exists") return ConditionFunction::AttributeExists;
    if (name == "attribute_not_exists") return ConditionFunction::AttributeNotExists;
    if (name == "attribute_type") return ConditionFunction::AttributeType;
    if (name == "begins_with") return ConditionFunction::BeginsWith;
    return ConditionFunction::Contains;
}

ApiResult<Condition> ConditionResolver::resolve(const SyntaxCondition& syntax) {
    using SyntaxKind = SyntaxCondition::Kind;
    switch (syntax.kind) {
        case SyntaxKind::Comparison:
            return resolveComparison(syntax);
        case SyntaxKind::Between:
            return resolveBetween(syntax);
        case SyntaxKind::In:
            return resolveIn(syntax);
        case SyntaxKind::Function:
            return resolveFunction(syntax);
        case SyntaxKind::And: {
            TRY_ASSIGN(auto conditions, resolveAll(syntax.conditions));
            return Condition{And{std::move(conditions)}};
        }
        case SyntaxKind::Or: {
            TRY_ASSIGN(auto conditions, resolveAll(syntax.conditions));
            return Condition{Or{std::move(conditions)}};
        }
        case SyntaxKind::Not: {
            TRY_ASSIGN(auto conditions, resolveAll(syntax.conditions));
            return Condition{Not{std::move(conditions)}};
        }
    }
    return Condition{};
}

ApiResult<std::vector<Condition>> ConditionResolver::resolveAll(
    const std::vector<SyntaxCondition>& syntax) {
    std::vector<Condition> conditions;
    conditions.reserve(syntax.size());
    for (const SyntaxCondition& each : syntax) {
        TRY_ASSIGN(Condition condition, resolve(each));
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

ApiResult<Condition> ConditionResolver::resolveComparison(const SyntaxCondition& syntax) {
    TRY_ASSIGN(std::vector<Operand> operands, resolveOperands(syntax.operands));
    const std::string_view symbol = symbolOf(syntax.comparator);
    TRY(checkDistinct(symbol, operands));
    for (const SyntaxOperand& operand : syntax.operands)
        TRY(checkSizes(operand));
    const bool ordered =
        syntax.comparator != Comparator::Equal && syntax.comparator != Comparator::NotEqual;
    if (ordered) TRY(checkOrdered(symbol, operands));
    return Condition{Comparison{syntax.comparator, std::move(operands[0]), std::move(operands[1])}};
}

ApiResult<Condition> ConditionResolver::resolveBetween(const SyntaxCondition& syntax) {
    TRY_ASSIGN(std::vector<Operand> operands, resolveOperands(syntax.operands));
    TRY(checkDistinct("BETWEEN", operands));
    for (const SyntaxOperand& operand : syntax.operands)
        TRY(checkSizes(operand));
    TRY(checkOrdered("BETWEEN", operands));
    TRY(checkBounds(operands[1], operands[2]));
    return Condition{
        Between{std::move(operands[0]), std::move(operands[1]), std::move(operands[2])}};
}

ApiResult<Condition> ConditionResolver::resolveIn(const SyntaxCondition& syntax) {
    TRY_ASSIGN(std::vector<Operand> operands, resolveOperands(syntax.operands));
    if (operands.size() - 1 > kInOperandCountMax) {
        return fail("The IN operator is provided with too many operands; number of operands: " +
                    std::to_string(operands.size() - 1));
    }
    TRY(checkDistinct("IN", operands));
    for (const SyntaxOperand& operand : syntax.operands)
        TRY(checkSizes(operand));
    Operand value = std::move(operands.front());
    operands.erase(operands.begin());
    return Condition{In{std::move(value), std::move(operands)}};
}

ApiResult<Condition> ConditionResolver::resolveFunction(const SyntaxCondition& syntax) {
    const SyntaxOperand& call = syntax.operands.front();
    const std::string_view name = call.text;
    TRY(checkNames(call));
    TRY(checkCounts(call));
    std::vector<Operand> arguments = checkedOperands(call.arguments);
    TRY(checkDistinct(name, arguments));
    for (const SyntaxOperand& argument : call.arguments)
        TRY(checkSizes(argument));

    const ConditionFunction function = functionOf(name);
    if (arguments.size() == 1 && !std::holds_alternative<Path>(arguments[0])) {
        return fail("Operator or function requires a document path; operator or function: " +
                    std::string(name));
    }
    if (function == ConditionFunction::AttributeType) TRY(checkTypeName(arguments[1]));
    if (function == ConditionFunction::BeginsWith) {
        for (const Operand& argument : arguments) {
            const auto type = typeOf(argument);
            const bool fits =
                !type || *type == AttributeType::String || *type == AttributeType::Binary;
            if (!fits) return wrongType(name, wireName(*type));
        }
    }
    return Condition{FunctionCall{function, std::move(arguments)}};
}

ApiResult<std::vector<Operand>> ConditionResolver::resolveOperands(
    const std::vector<SyntaxOperand>& syntax) {
    for (const SyntaxOperand& operand : syntax)
        TRY(checkNames(operand));
    for (const SyntaxOperand& operand : syntax)
        TRY(checkCounts(operand));
    return checkedOperands(syntax);
}

std::vector<Operand> ConditionResolver::checkedOperands(const std::vector<SyntaxOperand>& syntax) {
    std::vector<Operand> operands;
    operands.reserve(syntax.size());
    for (const SyntaxOperand& operand : syntax)
        operands.push_back(checkedOperand(operand));
    return operands;
}

// checkSizes refuses a size() of a size(), so the inner one may be ignored here.
Operand ConditionResolver::checkedOperand(const SyntaxOperand& syntax) {
    const SyntaxOperand* innermost = &syntax;
    while (innermost->kind == SyntaxOperand::Kind::Call)
        innermost = &innermost->arguments.front();
    const bool isSize = innermost != &syntax;
    if (innermost->kind == SyntaxOperand::Kind::Value) {
        SharedValue value = *resolveValue(innermost->text, m_substitutions);
        return isSize ? Operand(SizeOf{std::move(value)}) : Operand(std::move(value));
    }
    Path path = *resolvePath(innermost->path, m_substitutions);
    return isSize ? Operand(SizeOf{std::move(path)}) : Operand(std::move(path));
}

ApiResult<void> ConditionResolver::checkNames(const SyntaxOperand& syntax) {
    if (syntax.kind == SyntaxOperand::Kind::Value) {
        if (const auto value = resolveValue(syntax.text, m_substitutions); !value) {
            return fail(value.error());
        }
    } else if (syntax.kind == SyntaxOperand::Kind::Path) {
        if (const auto path = resolvePath(syntax.path, m_substitutions); !path) {
            return fail(path.error());
        }
    }
    for (const SyntaxOperand& argument : syntax.arguments)
        TRY(checkNames(argument));
    return {};
}

ApiResult<void> ConditionResolver::checkCounts(const SyntaxOperand& syntax) {
    if (syntax.kind != SyntaxOperand::Kind::Call) return {};
    for (const SyntaxOperand& argument : syntax.arguments)
        TRY(checkCounts(argument));
    if (syntax.arguments.size() != argumentCountOf(syntax.text)) {
        return fail(
            "Incorrect number of operands for operator or function; operator or function: " +
            std::string(syntax.text) +
            ", number of operands: " + std::to_string(syntax.arguments.size()));
    }
    return {};
}

// size() is not defined for numbers, booleans and null; its own result is a number.
ApiResult<void> ConditionResolver::checkSizes(const SyntaxOperand& syntax) {
    if (syntax.kind != SyntaxOperand::Kind::Call) return {};
    const SyntaxOperand& argument = syntax.arguments.front();
    TRY(checkSizes(argument));
    if (argument.kind == SyntaxOperand::Kind::Call) return wrongType("size", "N");
    if (argument.kind == SyntaxOperand::Kind::Value) {
        const AttributeType type = (*resolveValue(argument.text, m_substitutions))->type();
        const bool hasNoSize = type == AttributeType::Number || type == AttributeType::Bool ||
                               type == AttributeType::Null;
        if (hasNoSize) return wrongType("size", wireName(type));
    }
    return {};
}

ApiResult<void> ConditionResolver::checkDistinct(std::string_view operatorName,
                                                 const std::vector<Operand>& operands) {
    const auto* first = std::get_if<Path>(&operands.front());
    if (!first) return {};
    for (std::size_t i = 1; i < operands.size(); ++i) {
        const auto* other = std::get_if<Path>(&operands[i]);
        if (!other || *other != *first) continue;
        return fail(
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: " +
            std::string(operatorName) + ", first operand: " + first->text());
    }
    return {};
}

// Only strings, numbers and binary values are ordered.
ApiResult<void> ConditionResolver::checkOrdered(std::string_view operatorName,
                                                const std::vector<Operand>& operands) {
    for (const Operand& operand : operands) {
        const auto type = typeOf(operand);
        if (type && *type > AttributeType::Binary) return wrongType(operatorName, wireName(*type));
    }
    return {};
}

ApiResult<void> ConditionResolver::checkBounds(const Operand& lower, const Operand& upper) {
    const AttributeValue* low = valueOf(lower);
    const AttributeValue* high = valueOf(upper);
    if (!low || !high) return {};
    const std::string bounds = "; lower bound operand: AttributeValue: " + valueText(*low) +
                               ", upper bound operand: AttributeValue: " + valueText(*high);
    if (low->type() != high->type()) {
        return fail("The BETWEEN operator requires same data type for lower and upper bounds" +
                    bounds);
    }
    if (compareOrdered(*low, *high).value_or(std::strong_ordering::equal) > 0) {
        return fail(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower "
            "bound" +
            bounds);
    }
    return {};
}

// The lists of types are in the order in which the service prints its sets of them.
ApiResult<void> ConditionResolver::checkTypeName(const Operand& operand) {
    const auto type = typeOf(operand);
    if (!type) return wrongType("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
    if (*type != AttributeType::String) return wrongType("attribute_type", wireName(*type));
    const std::string& name = *valueOf(operand)->as<std::string>();
    if (attributeTypeOf(name)) return {};
    return fail("Invalid attribute type name found; type: " + name +
                ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
}

}  // namespace

ApiResult<Condition> parseConditionText(std::string_view text, std::string_view parameter,
                                        Substitutions& substitutions) {
    Parser parser(text, parameter, {"AND", "OR", "NOT", "BETWEEN", "IN"});
    TRY(parser.checkText());
    TRY_ASSIGN(const SyntaxCondition syntax, parseConditionSyntax(parser));
    TRY(parser.checkFindings());
    return ConditionResolver(parser, substitutions).resolve(syntax);
}

ApiResult<Condition> parseCondition(std::string_view text, Kind kind,
                                    Substitutions& substitutions) {
    return parseConditionText(
        text, kind == Kind::Condition ? "ConditionExpression" : "FilterExpression", substitutions);
}

}  // namespace orrery::expression
