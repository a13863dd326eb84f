#include <algorithm>

#include "core/base/result.h"
#include "core/partiql/keywords.h"
#include "core/partiql/parser.h"

// The terms of TermParser: what stands between operators.

namespace orrery::partiql {
namespace {

std::unexpected<ApiError> fail(std::string_view detail) {
    return std::unexpected(notWellFormed(detail));
}

bool isName(const Token& token) {
    return token.kind == TokenKind::Name || token.kind == TokenKind::Quoted;
}

void addChild(Node& node, Node child) {
    node.depth = std::max(node.depth, child.depth + 1);
    node.children.push_back(std::move(child));
}

}  // namespace

ApiResult<Node> TermParser::leaf(Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.text = token().text;
    node.at = token().at;
    advance();
    return node;
}

ApiResult<Node> TermParser::simplePath() {
    if (!isName(token())) return fail("Expected identifier for simple path");
    TRY_ASSIGN(Node first, leaf(Node::Kind::Name));
    if (!token().isSymbol(".") && !token().isSymbol("[")) return first;
    Node path;
    path.kind = Node::Kind::Path;
    path.at = first.at;
    addChild(path, std::move(first));
    while (token().isSymbol(".") || token().isSymbol("["))
        TRY(step(path));
    return path;
}

ApiResult<Node> TermParser::path() {
    TRY_ASSIGN(Node first, term());
    if (!token().isSymbol(".") && !token().isSymbol("[")) return first;
    Node path;
    path.kind = Node::Kind::Path;
    path.at = first.at;
    addChild(path, std::move(first));
    while (token().isSymbol(".") || token().isSymbol("["))
        TRY(step(path));
    if (path.depth > kDepthMax) return fail("");
    return path;
}

ApiResult<void> TermParser::step(Node& path) {
    if (acceptSymbol(".")) {
        if (!isName(token()) && !token().isSymbol("*")) return fail("Invalid path dot component");
        TRY_ASSIGN(Node name, leaf(isName(token()) ? Node::Kind::Step : Node::Kind::Star));
        addChild(path, std::move(name));
        return {};
    }
    Node index;
    index.kind = Node::Kind::Index;
    index.at = token().at;
    advance();
    if (token().isSymbol("*")) {
        TRY_ASSIGN(Node star, leaf(Node::Kind::Star));
        addChild(index, std::move(star));
    } else {
        TRY_ASSIGN(Node inside, expression());
        addChild(index, std::move(inside));
    }
    TRY(expectSymbol("]", "RIGHT_BRACKET"));
    addChild(path, std::move(index));
    return {};
}

ApiResult<Node> TermParser::term() {
    switch (token().kind) {
        case TokenKind::Name:
        case TokenKind::Quoted:
            return nameTerm();
        case TokenKind::Keyword:
            return keywordTerm();
        case TokenKind::String:
            return leaf(Node::Kind::String);
        case TokenKind::Number:
            return leaf(Node::Kind::Number);
        case TokenKind::End:
            return fail("Unexpected term");
        case TokenKind::Symbol:
            break;
    }
    if (token().isSymbol("?")) {
        TRY_ASSIGN(Node parameter, leaf(Node::Kind::Parameter));
        parameter.ordinal = ++m_parameters;
        return parameter;
    }
    if (token().isSymbol("*")) return leaf(Node::Kind::Star);
    if (token().isSymbol("(")) return group();
    if (token().isSymbol("{")) return structure();
    if (token().isSymbol("[")) return collection(Node::Kind::List, "]", "RIGHT_BRACKET");
    if (token().isSymbol("<<"))
        return collection(Node::Kind::Bag, ">>", "RIGHT_DOUBLE_ANGLE_BRACKET");
    const std::string& symbol = token().text;
    constexpr std::string_view kOperators[] = {"=",  "<>", "!=", "<",  "<=", ">",
                                               ">=", "/",  "%",  "||", "@"};
    const bool isOperator = std::ranges::find(kOperators, symbol) != std::end(kOperators);
    return fail(isOperator ? "Unexpected operator" : "Unexpected term");
}

ApiResult<Node> TermParser::keywordTerm() {
    const std::string& word = token().text;
    if (word == "true" || word == "false") return leaf(Node::Kind::Boolean);
    if (word == "null") return leaf(Node::Kind::Null);
    if (word == "missing") return leaf(Node::Kind::Missing);
    if (isFunctionKeyword(word) && following().isSymbol("(")) return call();
    // FROM begins an update, and none may stand inside another statement.
    if (word == "from") return fail("Expected data manipulation");
    return fail(isOperatorKeyword(word) ? "Unexpected operator" : "Unexpected keyword");
}

ApiResult<Node> TermParser::nameTerm() {
    const bool calls = token().kind == TokenKind::Name && following().isSymbol("(");
    return calls ? call() : leaf(Node::Kind::Name);
}

ApiResult<Node> TermParser::call() {
    TRY_ASSIGN(Node node, leaf(Node::Kind::Call));
    node.text = lowerCase(node.text);
    advance();  // The parenthesis.
    TRY(elements(node, ")", "RIGHT_PAREN"));
    return node;
}

// "(a)" is a; "(a, b)" is a list.
ApiResult<Node> TermParser::group() {
    Node list;
    list.kind = Node::Kind::List;
    list.at = token().at;
    advance();
    TRY(elements(list, ")", "RIGHT_PAREN"));
    if (list.children.empty()) return fail("Unexpected term");
    if (list.children.size() > 1) return list;
    Node inner = std::move(list.children.front());
    return inner;
}

ApiResult<Node> TermParser::collection(Node::Kind kind, std::string_view end,
                                       std::string_view endName) {
    TRY_ASSIGN(Node node, leaf(kind));
    TRY(elements(node, end, endName));
    return node;
}

ApiResult<void> TermParser::elements(Node& node, std::string_view end, std::string_view endName) {
    if (acceptSymbol(end)) return {};
    do {
        TRY_ASSIGN(Node element, expression());
        addChild(node, std::move(element));
    } while (acceptSymbol(","));
    if (node.depth > kDepthMax) return fail("");
    return expectSymbol(end, endName);
}

ApiResult<Node> TermParser::structure() {
    TRY_ASSIGN(Node node, leaf(Node::Kind::Struct));
    if (acceptSymbol("}")) return node;
    do {
        TRY_ASSIGN(Node name, expression());
        TRY(expectSymbol(":", "COLON"));
        TRY_ASSIGN(Node value, expression());
        addChild(node, std::move(name));
        addChild(node, std::move(value));
    } while (acceptSymbol(","));
    if (node.depth > kDepthMax) return fail("");
    TRY(expectSymbol("}", "RIGHT_CURLY"));
    return node;
}

}  // namespace orrery::partiql
