#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/types/api_error.h"

namespace orrery::partiql {

// The tokens of a PartiQL statement. Grammar:
//
//   name      := (letter | '_' | '$') (letter | digit | '_' | '$')*
//   quoted    := '"' (any | '""')* '"'           a name that may be any text
//   string    := "'" (any | "''")* "'"
//   number    := (digit+ ('.' digit*)? | '.' digit+) (('e' | 'E') ('+' | '-')? digit+)?
//   symbol    := '<<' | '>>' | '<=' | '>=' | '<>' | '!=' | '||'
//              | one of  ( ) [ ] { } , . : ; ? * + - / % = < > @
//   ignored   := white space | '--' to the end of the line | '/*' … '*/'
//
// A name that SQL reserves is a keyword, in whatever case it is written.

enum class TokenKind : std::uint8_t { Name, Quoted, Keyword, String, Number, Symbol, End };

/// Where a token stands, as error texts show it.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;  ///< In characters, from 1.
    std::uint32_t length = 0;  ///< In characters.

    /// "1:8:16".
    std::string text() const;
};

struct Token {
    TokenKind kind = TokenKind::End;
    /// Keyword: in lower case. Quoted, String: without quotes. Number: as written.
    std::string text;
    Position at;

    bool isSymbol(std::string_view symbol) const {
        return kind == TokenKind::Symbol && text == symbol;
    }
    bool isKeyword(std::string_view keyword) const {
        return kind == TokenKind::Keyword && text == keyword;
    }
};

/// The error for a statement that cannot be read: the service's words, then `detail`.
ApiError notWellFormed(std::string_view detail);

/// The tokens of `text`, followed by one End. Errors: a character that begins no token, a string or
/// comment without end, a number whose exponent or scale needs more than 32 bits.
ApiResult<std::vector<Token>> tokenize(std::string_view text);

/// `text` with ASCII letters in lower case.
std::string lowerCase(std::string_view text);

}  // namespace orrery::partiql
