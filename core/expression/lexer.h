#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace orrery::expression {

// The tokens of all five kinds of expressions. Grammar:
//
//   identifier := letter (letter | digit | '_')*
//   name       := '#' (letter | digit | '_')+        a placeholder for an attribute name
//   value      := ':' (letter | digit | '_')+        a placeholder for a value
//   number     := digit+
//   symbol     := '<=' | '>=' | '<>' | any other character
//
// Keywords and function names are identifiers. The lexer reports no errors: an unexpected character
// becomes a symbol, which no parser accepts.

enum class TokenKind : std::uint8_t { Identifier, Name, Value, Number, Symbol, End };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string_view text;   // Points into the expression; empty for End.
    std::size_t offset = 0;  // The position of its first byte.

    std::size_t end() const { return offset + text.size(); }
};

/// The tokens of `text`, followed by one End. They point into `text`.
std::vector<Token> tokenize(std::string_view text);

/// True if `text` is a whole name (sigil '#') or value (sigil ':').
bool isPlaceholder(std::string_view text, char sigil);

/// Compares ASCII letters without regard to case; `upper` must be in upper case.
bool equalsIgnoringCase(std::string_view text, std::string_view upper);

}  // namespace orrery::expression
