#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/partiql/syntax.h"

namespace orrery::partiql {

/// Reads the terms of a statement: literals, paths, calls and the operators between them, with the
/// precedence of SQL. Statements are read by StatementParser.
///
///   expression := unary (operator unary)*            by precedence: OR, AND, NOT, comparisons,
///                                                    + - ||, * / %
///   unary      := ('+' | '-') unary | path
///   path       := term ('.' (name | quoted | '*') | '[' (expression | '*') ']')*
///   term       := literal | name | quoted | '?' | function '(' expression,* ')'
///               | '(' expression,* ')' | '[' expression,* ']' | '<<' expression,* '>>'
///               | '{' (expression ':' expression),* '}'
class TermParser {
public:
    explicit TermParser(std::vector<Token> tokens) : m_tokens(std::move(tokens)) {}

    ApiResult<Node> expression(int precedence = 0);
    /// A path of names only: the target of a DELETE, UPDATE, INSERT, SET or REMOVE.
    ApiResult<Node> simplePath();

    const Token& token() const { return m_tokens[m_position]; }
    const Token& following() const;
    void advance();
    bool acceptSymbol(std::string_view symbol);
    bool acceptKeyword(std::string_view keyword);
    /// `name` is the token's name in the error: "Expected RIGHT_PAREN".
    ApiResult<void> expectSymbol(std::string_view symbol, std::string_view name);
    ApiResult<void> expectKeyword(std::string_view keyword);
    /// True if the statement ends here, with or without a semicolon.
    bool atEnd() const;
    std::uint32_t parameterCount() const { return m_parameters; }

private:
    ApiResult<Node> unary();
    ApiResult<Node> sign();
    ApiResult<Node> path();
    ApiResult<void> step(Node& path);
    ApiResult<Node> term();
    ApiResult<Node> keywordTerm();
    ApiResult<Node> nameTerm();
    ApiResult<Node> call();
    ApiResult<Node> group();
    ApiResult<Node> structure();
    ApiResult<Node> collection(Node::Kind kind, std::string_view end, std::string_view endName);
    ApiResult<void> elements(Node& node, std::string_view end, std::string_view endName);
    ApiResult<Node> infix(Node left, const Token& op);
    ApiResult<Node> between(Node left, Position at);
    ApiResult<Node> typeTest(Node left, Position at);
    /// The right side of a binary operator.
    ApiResult<Node> rightSide(int precedence);
    ApiResult<Node> leaf(Node::Kind kind);
    /// A node over others; an error if that nests too deeply.
    ApiResult<Node> over(std::string text, Position at, std::vector<Node> operands);

    std::vector<Token> m_tokens;
    std::size_t m_position = 0;
    int m_depth = 0;
    std::uint32_t m_parameters = 0;
};

}  // namespace orrery::partiql
