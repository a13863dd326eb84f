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

// What the parsers of all expressions share. The service looks at an expression in passes: first
// the syntax of the whole, then the words and functions in it, then names, values and types. The
// first pass makes trees of what stands in the text (syntax…); it notes what the second will
// complain of.

/// A path as it stands in the text.
struct SyntaxPath {
    struct Element {
        enum class Kind { Word, Placeholder, Index };
        Kind kind;
        std::string_view text;  // "a", "#a", "12".
    };
    std::vector<Element> elements;
};

/// A path, value or function call as it stands in the text.
struct SyntaxOperand {
    enum class Kind { Path, Value, Call };
    Kind kind = Kind::Path;
    SyntaxPath path;        // Path.
    std::string_view text;  // Value: ":a"; Call: the function's name.
    std::vector<SyntaxOperand> arguments;
};

/// What the first pass found and the second reports: the first of each, in the order of the text.
struct Findings {
    bool redundantParentheses = false;
    std::optional<std::string> function;  // The whole error.
    std::optional<std::string> misused;   // Likewise.
    std::optional<std::string> reservedWord;
    std::optional<std::string> listIndex;
    std::size_t operators = 0;
};

/// Which functions an expression may call.
enum class FunctionSet { Condition, Update };

/// A reader of tokens with the errors that all expressions share.
class Parser {
public:
    /// `parameter` names the kind in errors, such as "FilterExpression". Both views must outlive
    /// the parser. `keywords` are words that cannot be attributes here, in upper case.
    Parser(std::string_view text, std::string_view parameter,
           std::vector<std::string_view> keywords);

    /// Errors that come before any parsing: an empty expression, one over 4 KB.
    ApiResult<void> checkText() const;

    const Token& token() const { return m_tokens[m_position]; }
    const Token& following() const;
    void advance();
    bool isSymbol(std::string_view symbol) const;
    bool isKeyword(std::string_view keyword) const;
    bool acceptSymbol(std::string_view symbol);
    bool acceptKeyword(std::string_view keyword);
    ApiResult<void> expectSymbol(std::string_view symbol);

    /// "Syntax error" at the present token.
    ApiError syntaxError() const;
    /// "Invalid <parameter>: <message>".
    ApiError error(std::string_view message) const;

    /// path := element ('.' element | '[' number ']')*
    ApiResult<SyntaxPath> path();
    /// Continues a path that has its first elements.
    ApiResult<void> pathTail(SyntaxPath& path);

    /// operand := value | path | function '(' argument (',' argument)* ')'
    /// argument := operand | '(' argument ')'
    ApiResult<SyntaxOperand> operand(FunctionSet functions);
    ApiResult<SyntaxOperand> argument(FunctionSet functions);

    /// Counts an operator or function against the limit.
    void countOperator() { ++m_findings.operators; }
    Findings& findings() { return m_findings; }
    /// The first of the findings that every expression reports in the same place: redundant
    /// parentheses, the number of operators, functions, reserved words, list indexes.
    ApiResult<void> checkFindings() const;

    /// One level of nesting deeper, as long as the object lives.
    class Level {
    public:
        explicit Level(Parser& parser) : m_parser(parser) { ++m_parser.m_depth; }
        ~Level() { --m_parser.m_depth; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        Parser& m_parser;
    };
    /// Ends the recursion of an expression that is nested too deeply to be valid.
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

/// Substitutes the names of a path. The error is the whole message without "Invalid …: ".
std::expected<Path, std::string> resolvePath(const SyntaxPath& path, Substitutions& substitutions);

/// The value of a placeholder; the error as above.
std::expected<SharedValue, std::string> resolveValue(std::string_view placeholder,
                                                     Substitutions& substitutions);

/// Why `one`, which stands first, and `two` cannot both be in one projection or update.
struct PathClash {
    std::string overlap;   // One is a beginning of the other, or they are equal.
    std::string conflict;  // They need the same place to be a map and a list.
};
/// The first overlap and the first conflict of each path with those before it.
PathClash findClash(const std::vector<const Path*>& paths);

}  // namespace orrery::expression
