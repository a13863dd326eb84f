#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/lexer.h"
#include "core/expression/path.h"
#include "core/expression/substitutions.h"
#include "core/types/api_error.h"

namespace orrery::expression {

// What the parsers of all expressions share. The service checks an expression in passes: first the
// syntax of the whole text, then its words and functions, then names, values and types. The first
// pass builds trees of the text (syntax…) and notes the errors of the second pass.

/// A path as it is written in the text.
struct SyntaxPath {
    struct Element {
        enum class Kind { Word, Placeholder, Index };
        Kind kind;
        std::string_view text;  // "a", "#a", "12".
    };
    std::vector<Element> elements;
};

/// A path, value or function call as it is written in the text.
struct SyntaxOperand {
    enum class Kind { Path, Value, Call };
    Kind kind = Kind::Path;
    SyntaxPath path;        // Path.
    std::string_view text;  // Value: ":a"; Call: the function's name.
    std::vector<SyntaxOperand> arguments;
};

/// Errors that the first pass finds and the second reports: the first of each kind, in the order of
/// the text.
struct Findings {
    bool redundantParentheses = false;
    std::optional<std::string> function;  // The whole error text.
    std::optional<std::string> misused;   // Likewise.
    std::optional<std::string> reservedWord;
    std::optional<std::string> listIndex;
    std::size_t operators = 0;
};

/// The functions that an expression may call.
enum class FunctionSet { Condition, Update };

/// A reader of tokens, with the errors that all expressions share.
class Parser {
public:
    /// `parameter` names the kind in errors, such as "FilterExpression". Both views must outlive
    /// the parser. `keywords`, in upper case, are words that cannot be attributes here.
    Parser(std::string_view text, std::string_view parameter,
           std::vector<std::string_view> keywords);

    /// Errors that come before any parsing: an empty expression, or one over 4 KB.
    ApiResult<void> checkText() const;

    const Token& token() const { return m_tokens[m_position]; }
    const Token& following() const;
    void advance();
    bool isSymbol(std::string_view symbol) const;
    bool isKeyword(std::string_view keyword) const;
    bool acceptSymbol(std::string_view symbol);
    bool acceptKeyword(std::string_view keyword);
    ApiResult<void> expectSymbol(std::string_view symbol);

    /// "Syntax error" at the current token.
    ApiError syntaxError() const;
    /// "Invalid <parameter>: <message>".
    ApiError error(std::string_view message) const;

    /// path := element ('.' element | '[' number ']')*
    ApiResult<SyntaxPath> path();
    /// Continues a path after its first elements.
    ApiResult<void> pathTail(SyntaxPath& path);

    /// operand := value | path | function '(' argument (',' argument)* ')'
    /// argument := operand | '(' argument ')'
    ApiResult<SyntaxOperand> operand(FunctionSet functions);
    ApiResult<SyntaxOperand> argument(FunctionSet functions);

    /// Counts an operator or function against the limit.
    void countOperator() { ++m_findings.operators; }
    Findings& findings() { return m_findings; }
    /// The first of the findings that every expression reports at the same point: redundant
    /// parentheses, the number of operators, functions, reserved words, list indexes.
    ApiResult<void> checkFindings() const;

    /// One more level of nesting, as long as the object lives.
    class Level {
    public:
        explicit Level(Parser& parser) : m_parser(parser) { ++m_parser.m_depth; }
        ~Level() { --m_parser.m_depth; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        Parser& m_parser;
    };
    /// Stops the recursion of an expression that is nested too deeply to be valid.
    ApiResult<void> checkDepth() const;

private:
    bool isAnyKeyword(const Token& token) const;
    ApiResult<SyntaxPath::Element> pathElement();
    ApiResult<SyntaxOperand> call(FunctionSet functions);
    void noteFunction(std::string_view name, FunctionSet functions);

    std::string_view m_text;
    std::string_view m_parameter;
    std::vector<std::string_view> m_keywords;
    std::vector<Token> m_tokens;
    std::size_t m_position = 0;
    int m_depth = 0;
    Findings m_findings;
};

/// Substitutes the names of a path. The error is the message without "Invalid …: ".
std::expected<Path, std::string> resolvePath(const SyntaxPath& path, Substitutions& substitutions);

/// The value of a placeholder; the error as above.
std::expected<SharedValue, std::string> resolveValue(std::string_view placeholder,
                                                     Substitutions& substitutions);

/// Why path `one`, the earlier one, and `two` cannot both be in one projection or update.
struct PathClash {
    std::string overlap;   // One is a prefix of the other, or they are equal.
    std::string conflict;  // One needs a map where the other needs a list.
};
/// The first overlap and the first conflict of each path with the paths before it.
PathClash findClash(const std::vector<const Path*>& paths);

}  // namespace orrery::expression
