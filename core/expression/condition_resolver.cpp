#include "core/base/result.h"
#include "core/expression/condition_syntax.h"
#include "core/expression/operand_checks.h"

namespace orrery::expression {

namespace {

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

    /// Puts the name of the parameter before the message of an operand check.
    ApiResult<void> checked(const OperandCheck& check) const {
        if (check) return {};
        return fail(check.error());
    }
    std::unexpected<ApiError> fail(const std::string& message) const {
        return std::unexpected(m_parser.error(message));
    }
    const Parser& m_parser;
    Substitutions& m_substitutions;
};

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
    TRY(checked(checkDistinct(symbol, operands)));
    for (const SyntaxOperand& operand : syntax.operands)
        TRY(checkSizes(operand));
    const bool ordered =
        syntax.comparator != Comparator::Equal && syntax.comparator != Comparator::NotEqual;
    if (ordered) TRY(checked(checkOrdered(symbol, operands)));
    return Condition{Comparison{syntax.comparator, std::move(operands[0]), std::move(operands[1])}};
}

ApiResult<Condition> ConditionResolver::resolveBetween(const SyntaxCondition& syntax) {
    TRY_ASSIGN(std::vector<Operand> operands, resolveOperands(syntax.operands));
    TRY(checked(checkDistinct("BETWEEN", operands)));
    for (const SyntaxOperand& operand : syntax.operands)
        TRY(checkSizes(operand));
    TRY(checked(checkOrdered("BETWEEN", operands)));
    TRY(checked(checkBounds(operands[1], operands[2])));
    return Condition{
        Between{std::move(operands[0]), std::move(operands[1]), std::move(operands[2])}};
}

ApiResult<Condition> ConditionResolver::resolveIn(const SyntaxCondition& syntax) {
    TRY_ASSIGN(std::vector<Operand> operands, resolveOperands(syntax.operands));
    TRY(checked(checkCandidateCount(operands.size() - 1)));
    TRY(checked(checkDistinct("IN", operands)));
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
    TRY(checked(checkDistinct(name, arguments)));
    for (const SyntaxOperand& argument : call.arguments)
        TRY(checkSizes(argument));

    const ConditionFunction function = functionOf(name);
    if (arguments.size() == 1) TRY(checked(checkIsPath(name, arguments[0])));
    if (function == ConditionFunction::AttributeType)
        TRY(checked(checkTypeName(arguments[1], "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}")));
    if (function == ConditionFunction::BeginsWith) TRY(checked(checkPrefixes(arguments)));
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
    return checked(checkArgumentCount(syntax.text, syntax.arguments.size()));
}

// size() is not defined for numbers, booleans and null; its own result is a number.
ApiResult<void> ConditionResolver::checkSizes(const SyntaxOperand& syntax) {
    if (syntax.kind != SyntaxOperand::Kind::Call) return {};
    const SyntaxOperand& argument = syntax.arguments.front();
    TRY(checkSizes(argument));
    if (argument.kind == SyntaxOperand::Kind::Call)
        return checked(checkHasSize(types::AttributeType::Number));
    if (argument.kind == SyntaxOperand::Kind::Value)
        return checked(checkHasSize((*resolveValue(argument.text, m_substitutions))->type()));
    return {};
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
