#include "core/expression/condition_syntax.h"

#include <optional>

#include "core/base/result.h"

namespace orrery::expression {
namespace {

// expression  := and ('OR' and)*
// and         := not ('AND' not)*
// not         := 'NOT' not | comparison
// comparison  := primary
//              | primary comparator argument
//              | primary 'BETWEEN' argument 'AND' argument
//              | primary 'IN' '(' argument (',' argument)* ')'
// primary     := operand | '(' expression ')' pathTail?
//
// Only what follows a '(' tells whether it opens a condition or an operand, so a primary can be
// either. Where the grammar requires a condition, an operand must be a function.
struct Primary {
    std::optional<SyntaxOperand> operand;  // If absent, the primary is a condition.
    SyntaxCondition condition;
    bool parenthesized = false;
};

class ConditionParser {
public:
    explicit ConditionParser(Parser& parser) : m_parser(parser) {}

    ApiResult<SyntaxCondition> parse() {
        TRY_ASSIGN(Primary whole, expression());
        TRY_ASSIGN(SyntaxCondition condition, asCondition(std::move(whole)));
        if (m_parser.token().kind != TokenKind::End) {
            return std::unexpected(m_parser.syntaxError());
        }
        return condition;
    }

private:
    ApiResult<Primary> expression() { return chain(SyntaxCondition::Kind::Or); }
    ApiResult<Primary> chain(SyntaxCondition::Kind kind);
    ApiResult<Primary> negation();
    ApiResult<Primary> comparison();
    ApiResult<Primary> primary();
    ApiResult<SyntaxCondition> compare(Primary left, Comparator comparator);
    ApiResult<SyntaxCondition> between(Primary value);
    ApiResult<SyntaxCondition> in(Primary value);
    ApiResult<SyntaxOperand> argument();

    std::optional<Comparator> comparator() const;
    ApiResult<SyntaxCondition> asCondition(Primary primary);
    void noteMisused(const SyntaxOperand& call);
    void noteComparedFunction(const SyntaxOperand& operand);
    void noteNestedFunctions(const SyntaxOperand& operand);

    Parser& m_parser;
};

ApiResult<Primary> ConditionParser::chain(SyntaxCondition::Kind kind) {
    const bool isOr = kind == SyntaxCondition::Kind::Or;
    const std::string_view word = isOr ? "OR" : "AND";
    TRY_ASSIGN(Primary first, isOr ? chain(SyntaxCondition::Kind::And) : negation());
    if (!m_parser.isKeyword(word)) return first;

    Primary result;
    result.condition.kind = kind;
    TRY_ASSIGN(SyntaxCondition condition, asCondition(std::move(first)));
    result.condition.conditions.push_back(std::move(condition));
    while (m_parser.acceptKeyword(word)) {
        m_parser.countOperator();
        TRY_ASSIGN(Primary next, isOr ? chain(SyntaxCondition::Kind::And) : negation());
        TRY_ASSIGN(SyntaxCondition nextCondition, asCondition(std::move(next)));
        result.condition.conditions.push_back(std::move(nextCondition));
    }
    return result;
}

ApiResult<Primary> ConditionParser::negation() {
    std::size_t negations = 0;
    while (m_parser.acceptKeyword("NOT")) {
        m_parser.countOperator();
        ++negations;
    }
    TRY_ASSIGN(Primary result, comparison());
    if (negations == 0) return result;

    TRY_ASSIGN(SyntaxCondition condition, asCondition(std::move(result)));
    // NOT NOT x is x; a deep tree would only use stack.
    if (negations % 2 == 1) {
        SyntaxCondition negated;
        negated.kind = SyntaxCondition::Kind::Not;
        negated.conditions.push_back(std::move(condition));
        condition = std::move(negated);
    }
    return Primary{std::nullopt, std::move(condition), false};
}

ApiResult<Primary> ConditionParser::comparison() {
    TRY_ASSIGN(Primary left, primary());
    if (!left.operand) return left;
    Primary result;
    if (const auto comparator = this->comparator()) {
        TRY_ASSIGN(result.condition, compare(std::move(left), *comparator));
    } else if (m_parser.isKeyword("BETWEEN")) {
        TRY_ASSIGN(result.condition, between(std::move(left)));
    } else if (m_parser.isKeyword("IN")) {
        TRY_ASSIGN(result.condition, in(std::move(left)));
    } else {
        return left;
    }
    for (const SyntaxOperand& operand : result.condition.operands)
        noteComparedFunction(operand);
    return result;
}

ApiResult<SyntaxCondition> ConditionParser::compare(Primary left, Comparator comparator) {
    SyntaxCondition condition;
    condition.comparator = comparator;
    m_parser.countOperator();
    m_parser.advance();
    TRY_ASSIGN(SyntaxOperand right, argument());
    condition.operands = {*std::move(left.operand), std::move(right)};
    return condition;
}

ApiResult<SyntaxCondition> ConditionParser::between(Primary value) {
    SyntaxCondition condition;
    condition.kind = SyntaxCondition::Kind::Between;
    m_parser.countOperator();
    m_parser.advance();
    TRY_ASSIGN(SyntaxOperand lower, argument());
    if (!m_parser.acceptKeyword("AND")) return std::unexpected(m_parser.syntaxError());
    TRY_ASSIGN(SyntaxOperand upper, argument());
    condition.operands = {*std::move(value.operand), std::move(lower), std::move(upper)};
    return condition;
}

ApiResult<SyntaxCondition> ConditionParser::in(Primary value) {
    SyntaxCondition condition;
    condition.kind = SyntaxCondition::Kind::In;
    condition.operands.push_back(*std::move(value.operand));
    m_parser.countOperator();
    m_parser.advance();
    TRY(m_parser.expectSymbol("("));
    do {
        TRY_ASSIGN(SyntaxOperand candidate, argument());
        condition.operands.push_back(std::move(candidate));
    } while (m_parser.acceptSymbol(","));
    TRY(m_parser.expectSymbol(")"));
    return condition;
}

ApiResult<SyntaxOperand> ConditionParser::argument() {
    return m_parser.argument(FunctionSet::Condition);
}

ApiResult<Primary> ConditionParser::primary() {
    if (!m_parser.acceptSymbol("(")) {
        TRY_ASSIGN(SyntaxOperand operand, m_parser.operand(FunctionSet::Condition));
        noteNestedFunctions(operand);
        return Primary{std::move(operand), {}, false};
    }
    const Parser::Level level(m_parser);
    TRY(m_parser.checkDepth());
    TRY_ASSIGN(Primary inner, expression());
    if (inner.parenthesized) m_parser.findings().redundantParentheses = true;
    TRY(m_parser.expectSymbol(")"));
    inner.parenthesized = true;
    const bool pathContinues = m_parser.isSymbol(".") || m_parser.isSymbol("[");
    if (pathContinues && inner.operand && inner.operand->kind == SyntaxOperand::Kind::Path) {
        TRY(m_parser.pathTail(inner.operand->path));
        inner.parenthesized = false;
    }
    return inner;
}

std::optional<Comparator> ConditionParser::comparator() const {
    for (const Comparator comparator :
         {Comparator::Equal, Comparator::NotEqual, Comparator::Less, Comparator::LessOrEqual,
          Comparator::Greater, Comparator::GreaterOrEqual}) {
        if (m_parser.isSymbol(symbolOf(comparator))) return comparator;
    }
    return std::nullopt;
}

ApiResult<SyntaxCondition> ConditionParser::asCondition(Primary primary) {
    if (!primary.operand) return std::move(primary.condition);
    if (primary.operand->kind != SyntaxOperand::Kind::Call) {
        return std::unexpected(m_parser.syntaxError());  // A comparator was expected.
    }
    if (primary.operand->text == "size") noteMisused(*primary.operand);
    SyntaxCondition condition;
    condition.kind = SyntaxCondition::Kind::Function;
    condition.operands.push_back(*std::move(primary.operand));
    return condition;
}

void ConditionParser::noteMisused(const SyntaxOperand& call) {
    if (m_parser.findings().misused) return;
    m_parser.findings().misused =
        "The function is not allowed to be used this way in an expression; function: " +
        std::string(call.text);
}

// Only size() returns a value that can be compared.
void ConditionParser::noteComparedFunction(const SyntaxOperand& operand) {
    if (operand.kind != SyntaxOperand::Kind::Call) return;
    if (operand.text != "size") noteMisused(operand);
    noteNestedFunctions(operand);
}

// The same for arguments.
void ConditionParser::noteNestedFunctions(const SyntaxOperand& operand) {
    for (const SyntaxOperand& argument : operand.arguments)
        noteComparedFunction(argument);
}

}  // namespace

ApiResult<SyntaxCondition> parseConditionSyntax(Parser& parser) {
    return ConditionParser(parser).parse();
}

std::string_view symbolOf(Comparator comparator) {
    switch (comparator) {
        case Comparator::Equal:
            return "=";
        case Comparator::NotEqual:
            return "<>";
        case Comparator::Less:
            return "<";
        case Comparator::LessOrEqual:
            return "<=";
        case Comparator::Greater:
            return ">";
        case Comparator::GreaterOrEqual:
            return ">=";
    }
    return "";
}

}  // namespace orrery::expression
