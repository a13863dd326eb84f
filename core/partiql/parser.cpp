#include "core/partiql/parser.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/partiql/keywords.h"

namespace orrery::partiql {
namespace {

constexpr int kOr = 10;
constexpr int kAnd = 20;
constexpr int kNot = 25;
constexpr int kEquality = 30;
constexpr int kComparison = 40;
constexpr int kSum = 50;
constexpr int kProduct = 60;

std::unexpected<ApiError> fail(std::string_view detail) {
    return std::unexpected(notWellFormed(detail));
}

// The precedence of an operator; 0 for what is none.
int precedenceOf(const Token& token, const Token& following) {
    if (token.kind == TokenKind::Keyword) {
        if (token.text == "or") return kOr;
        if (token.text == "and") return kAnd;
        if (token.text == "is" || token.text == "in") return kEquality;
        if (token.text == "between" || token.text == "like") return kComparison;
        if (token.text != "not") return 0;
        if (following.isKeyword("in")) return kEquality;
        return following.isKeyword("between") || following.isKeyword("like") ? kComparison : 0;
    }
    if (token.kind != TokenKind::Symbol) return 0;
    const std::string& symbol = token.text;
    if (symbol == "=" || symbol == "<>" || symbol == "!=") return kEquality;
    if (symbol == "<" || symbol == "<=" || symbol == ">" || symbol == ">=") return kComparison;
    if (symbol == "+" || symbol == "-" || symbol == "||") return kSum;
    return symbol == "*" || symbol == "/" || symbol == "%" ? kProduct : 0;
}

// Counts one level of the recursion for as long as it lives.
class Level {
public:
    explicit Level(int& depth) : m_depth(depth) { ++m_depth; }
    ~Level() { --m_depth; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

private:
    int& m_depth;
};

}  // namespace

const Token& TermParser::following() const {
    return m_tokens[std::min(m_position + 1, m_tokens.size() - 1)];
}

void TermParser::advance() {
    if (m_position + 1 < m_tokens.size()) ++m_position;
}

bool TermParser::acceptSymbol(std::string_view symbol) {
    if (!token().isSymbol(symbol)) return false;
    advance();
    return true;
}

bool TermParser::acceptKeyword(std::string_view keyword) {
    if (!token().isKeyword(keyword)) return false;
    advance();
    return true;
}

ApiResult<void> TermParser::expectSymbol(std::string_view symbol, std::string_view name) {
    if (acceptSymbol(symbol)) return {};
    return fail("Expected " + std::string(name));
}

ApiResult<void> TermParser::expectKeyword(std::string_view keyword) {
    if (acceptKeyword(keyword)) return {};
    std::string upper(keyword);
    for (char& c : upper)
        c = static_cast<char>(c - 'a' + 'A');
    return fail("Expected " + upper + " keyword");
}

bool TermParser::atEnd() const {
    if (token().isSymbol(";")) return following().kind == TokenKind::End;
    return token().kind == TokenKind::End;
}

ApiResult<Node> TermParser::over(std::string text, Position at, std::vector<Node> operands) {
    Node node;
    node.kind = Node::Kind::Call;
    node.text = std::move(text);
    node.at = at;
    for (const Node& operand : operands)
        node.depth = std::max(node.depth, operand.depth + 1);
    if (node.depth > kDepthMax) return fail("");
    node.children = std::move(operands);
    return node;
}

ApiResult<Node> TermParser::expression(int precedence) {
    const Level level(m_depth);
    if (m_depth > kDepthMax) return fail("");
    TRY_ASSIGN(Node left, unary());
    while (true) {
        const int found = precedenceOf(token(), following());
        if (found <= precedence) return left;
        const Token op = token();
        TRY_ASSIGN(left, infix(std::move(left), op));
    }
}

ApiResult<Node> TermParser::rightSide(int precedence) {
    if (token().kind == TokenKind::End)
        return fail("Missing right-hand side expression of infix operator");
    return expression(precedence);
}

ApiResult<Node> TermParser::infix(Node left, const Token& op) {
    const bool negated = op.isKeyword("not");
    advance();
    const std::string name = negated ? token().text : op.text == "!=" ? "<>" : op.text;
    if (negated) advance();
    if (name == "is") return typeTest(std::move(left), op.at);
    Node result;
    if (name == "between") {
        TRY_ASSIGN(result, between(std::move(left), op.at));
    } else {
        const int precedence =
            negated ? (name == "in" ? kEquality : kComparison) : precedenceOf(op, token());
        TRY_ASSIGN(Node right, rightSide(precedence));
        const bool joins = (name == "and" || name == "or") && left.isCall(name);
        if (joins) {
            left.depth = std::max(left.depth, right.depth + 1);
            if (left.depth > kDepthMax) return fail("");
            left.children.push_back(std::move(right));
            return left;
        }
        std::vector<Node> operands;
        operands.push_back(std::move(left));
        operands.push_back(std::move(right));
        TRY_ASSIGN(result, over(name, op.at, std::move(operands)));
    }
    if (!negated) return result;
    std::vector<Node> operand;
    operand.push_back(std::move(result));
    return over("not", op.at, std::move(operand));
}

ApiResult<Node> TermParser::between(Node left, Position at) {
    TRY_ASSIGN(Node lower, rightSide(kComparison));
    TRY(expectKeyword("and"));
    TRY_ASSIGN(Node upper, rightSide(kComparison));
    std::vector<Node> operands;
    operands.push_back(std::move(left));
    operands.push_back(std::move(lower));
    operands.push_back(std::move(upper));
    return over("between", at, std::move(operands));
}

// type := name ('(' number,* ')')? | 'DOUBLE' 'PRECISION' | 'CHARACTER' 'VARYING'
ApiResult<Node> TermParser::typeTest(Node left, Position at) {
    static constexpr std::string_view kTypes[] = {
        "bag",    "blob",    "bool",      "boolean",  "char",     "character", "clob",
        "date",   "decimal", "double",    "float",    "int",      "int2",      "int4",
        "int8",   "integer", "integer2",  "integer4", "integer8", "list",      "missing",
        "null",   "numeric", "real",      "sexp",     "smallint", "string",    "struct",
        "symbol", "time",    "timestamp", "tuple",    "varchar"};
    const bool negated = acceptKeyword("not");
    std::string name = lowerCase(token().text);
    const bool isWord = token().kind == TokenKind::Name || token().kind == TokenKind::Keyword;
    if (!isWord || std::ranges::find(kTypes, name) == std::end(kTypes))
        return fail("Expected type name");
    Node type;
    type.kind = Node::Kind::Type;
    type.at = token().at;
    advance();
    if (name == "double") TRY(expectKeyword("precision"));
    if (name == "character") acceptKeyword("varying");
    if (acceptSymbol("(")) {
        do {
            if (token().kind != TokenKind::Number) return fail("Expected LITERAL");
            advance();
        } while (acceptSymbol(","));
        TRY(expectSymbol(")", "RIGHT_PAREN"));
    }
    type.text = std::move(name);
    std::vector<Node> operands;
    operands.push_back(std::move(left));
    operands.push_back(std::move(type));
    TRY_ASSIGN(Node test, over("is", at, std::move(operands)));
    if (!negated) return test;
    std::vector<Node> operand;
    operand.push_back(std::move(test));
    return over("not", at, std::move(operand));
}

ApiResult<Node> TermParser::unary() {
    const Level level(m_depth);
    if (m_depth > kDepthMax) return fail("");
    if (token().isSymbol("+") || token().isSymbol("-")) return sign();
    if (!token().isKeyword("not")) return path();
    const Position at = token().at;
    advance();
    TRY_ASSIGN(Node operand, expression(kNot));
    std::vector<Node> operands;
    operands.push_back(std::move(operand));
    return over("not", at, std::move(operands));
}

// A sign before a number belongs to the literal.
ApiResult<Node> TermParser::sign() {
    const Token op = token();
    advance();
    TRY_ASSIGN(Node operand, unary());
    if (operand.kind == Node::Kind::Number) {
        if (op.text == "+") return operand;
        if (operand.text.starts_with('-')) {
            operand.text.erase(0, 1);
        } else {
            operand.text.insert(0, "-");
        }
        return operand;
    }
    std::vector<Node> operands;
    operands.push_back(std::move(operand));
    return over(op.text, op.at, std::move(operands));
}

}  // namespace orrery::partiql
