#include "core/expression/lexer.h"

#include <algorithm>

namespace orrery::expression {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isWordPart(char c) {
    return isLetter(c) || isDigit(c) || c == '_';
}

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The length of the UTF-8 character that begins with `lead`, so that an error shows the whole
// character.
std::size_t characterBytes(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte >= 0xf0) return 4;
    if (byte >= 0xe0) return 3;
    if (byte >= 0xc0) return 2;
    return 1;
}

// The first token of `text`, which must not be empty or begin with a space.
Token firstToken(std::string_view text) {
    const auto lengthWhile = [&](std::size_t from, bool (*matches)(char)) {
        while (from < text.size() && matches(text[from]))
            ++from;
        return from;
    };
    const char c = text[0];
    if (isLetter(c)) return {TokenKind::Identifier, text.substr(0, lengthWhile(1, isWordPart)), 0};
    // A leading zero is a token of its own, so "001" is wrong at the second one (recorded by Floci
    // in us-east-1 in September 2026, its ProjectionEvaluator).
    if (c == '0') return {TokenKind::Number, text.substr(0, 1), 0};
    if (isDigit(c)) return {TokenKind::Number, text.substr(0, lengthWhile(1, isDigit)), 0};
    if (c == '#' || c == ':') {
        const std::size_t length = lengthWhile(1, isWordPart);
        if (length > 1) {
            const auto kind = c == '#' ? TokenKind::Name : TokenKind::Value;
            return {kind, text.substr(0, length), 0};
        }
    }
    const std::string_view two = text.substr(0, 2);
    if (two == "<=" || two == ">=" || two == "<>") return {TokenKind::Symbol, two, 0};
    return {TokenKind::Symbol, text.substr(0, characterBytes(c)), 0};
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
    std::vector<Token> tokens;
    std::size_t offset = 0;
    while (true) {
        while (offset < text.size() && isSpace(text[offset]))
            ++offset;
        if (offset == text.size()) break;
        Token token = firstToken(text.substr(offset));
        token.offset = offset;
        offset = token.end();
        tokens.push_back(token);
    }
    tokens.push_back({TokenKind::End, text.substr(text.size()), text.size()});
    return tokens;
}

bool isPlaceholder(std::string_view text, char sigil) {
    return text.size() > 1 && text[0] == sigil && std::ranges::all_of(text.substr(1), isWordPart);
}

bool equalsIgnoringCase(std::string_view text, std::string_view upper) {
    return std::ranges::equal(text, upper, [](char a, char b) {
        return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
    });
}

}  // namespace orrery::expression
