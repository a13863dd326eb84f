#include "core/partiql/lexer.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/base/result.h"
#include "core/base/text.h"
#include "core/partiql/keywords.h"

namespace orrery::partiql {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool beginsName(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

bool continuesName(char c) {
    return beginsName(c) || isDigit(c);
}

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

constexpr std::string_view kDoubleSymbols[] = {"<<", ">>", "<=", ">=", "<>", "!=", "||"};
constexpr std::string_view kSymbols = "()[]{},.:;?*+-/%=<>@";

// The exponent of a number as written; nothing if it needs more than 32 bits.
bool fitsExponent(std::string_view digits, bool negative, std::int64_t& exponent) {
    exponent = 0;
    for (const char digit : digits) {
        exponent = exponent * 10 + (digit - '0');
        if (exponent > std::int64_t{1} << 32) return false;
    }
    if (negative) exponent = -exponent;
    return exponent >= std::numeric_limits<std::int32_t>::min() &&
           exponent <= std::numeric_limits<std::int32_t>::max();
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : m_text(text) {}

    ApiResult<std::vector<Token>> run() {
        std::vector<Token> tokens;
        while (true) {
            if (!skipIgnored()) return std::unexpected(notWellFormed(""));
            m_from = m_at;
            Token token;
            token.at = position();
            if (m_at == m_text.size()) {
                tokens.push_back(std::move(token));
                return tokens;
            }
            if (!take(token)) return std::unexpected(notWellFormed(""));
            token.at.length = characters(m_text.substr(m_from, m_at - m_from));
            tokens.push_back(std::move(token));
        }
    }

private:
    char peek(std::size_t ahead = 0) const {
        return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0';
    }
    bool startsWith(std::string_view prefix) const {
        return m_text.substr(m_at).starts_with(prefix);
    }

    static std::uint32_t characters(std::string_view text) {
        return static_cast<std::uint32_t>(std::ranges::count_if(text, beginsCharacter));
    }

    // Counts the characters since the last call.
    Position position() {
        const std::string_view passed = m_text.substr(m_counted, m_at - m_counted);
        m_counted = m_at;
        if (const std::size_t end = passed.rfind('\n'); end != std::string_view::npos) {
            m_line += static_cast<std::uint32_t>(std::ranges::count(passed, '\n'));
            m_column = 1 + characters(passed.substr(end + 1));
        } else {
            m_column += characters(passed);
        }
        return {m_line, m_column, 0};
    }

    // False if a comment has no end.
    bool skipIgnored() {
        while (m_at < m_text.size()) {
            if (isSpace(m_text[m_at])) {
                ++m_at;
            } else if (startsWith("--")) {
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            } else if (startsWith("/*")) {
                const std::size_t end = m_text.find("*/", m_at + 2);
                if (end == std::string_view::npos) return false;
                m_at = end + 2;
            } else {
                return true;
            }
        }
        return true;
    }

    bool take(Token& token) {
        const char c = peek();
        if (c == '\'') return takeText(token, TokenKind::String, '\'');
        if (c == '"') return takeText(token, TokenKind::Quoted, '"');
        if (isDigit(c) || (c == '.' && isDigit(peek(1)))) return takeNumber(token);
        if (beginsName(c)) return takeName(token);
        token.kind = TokenKind::Symbol;
        for (const std::string_view symbol : kDoubleSymbols)
            if (startsWith(symbol)) {
                token.text = symbol;
                m_at += symbol.size();
                return true;
            }
        if (kSymbols.find(c) == std::string_view::npos) return false;
        token.text = std::string(1, c);
        ++m_at;
        return true;
    }

    bool takeText(Token& token, TokenKind kind, char quote) {
        token.kind = kind;
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] == quote) {
                if (peek(1) != quote) break;
                ++m_at;
            }
            token.text += m_text[m_at];
        }
        if (m_at == m_text.size()) return false;
        ++m_at;
        return true;
    }

    bool takeName(Token& token) {
        while (continuesName(peek()))
            ++m_at;
        const std::string_view written = m_text.substr(m_from, m_at - m_from);
        std::string lower = lowerCase(written);
        token.kind = isKeyword(lower) ? TokenKind::Keyword : TokenKind::Name;
        token.text = token.kind == TokenKind::Keyword ? std::move(lower) : std::string(written);
        return true;
    }

    bool takeNumber(Token& token) {
        token.kind = TokenKind::Number;
        while (isDigit(peek()))
            ++m_at;
        std::int64_t fractionDigits = 0;
        if (peek() == '.') {
            const std::size_t point = m_at++;
            while (isDigit(peek()))
                ++m_at;
            fractionDigits = static_cast<std::int64_t>(m_at - point - 1);
        }
        std::int64_t exponent = 0;
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            const bool negative = peek() == '-';
            if (negative || peek() == '+') ++m_at;
            const std::size_t digits = m_at;
            while (isDigit(peek()))
                ++m_at;
            if (m_at == digits ||
                !fitsExponent(m_text.substr(digits, m_at - digits), negative, exponent))
                return false;
        }
        if (continuesName(peek())) return false;
        // The service's numbers have a scale of 32 bits.
        const std::int64_t scale = fractionDigits - exponent;
        if (scale < std::numeric_limits<std::int32_t>::min() ||
            scale > std::numeric_limits<std::int32_t>::max())
            return false;
        token.text = m_text.substr(m_from, m_at - m_from);
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_from = 0;     // Where the current token begins.
    std::size_t m_counted = 0;  // Characters before it are counted in the next two.
    std::uint32_t m_line = 1;
    std::uint32_t m_column = 1;
};

}  // namespace

std::string Position::text() const {
    return std::to_string(line) + ":" + std::to_string(column) + ":" + std::to_string(length);
}

ApiError notWellFormed(std::string_view detail) {
    return ApiError::validation("Statement wasn't well formed, can't be processed: " +
                                std::string(detail));
}

ApiResult<std::vector<Token>> tokenize(std::string_view text) {
    return Lexer(text).run();
}

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

}  // namespace orrery::partiql
