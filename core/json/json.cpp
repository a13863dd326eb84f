#include "core/json/json.h"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <exception>

#include "core/base/check.h"

namespace orrery::json {
namespace {

constexpr std::size_t kDepthMax = 256;

// What follows the backslash for bytes that JSON (RFC 8259, section 7) must escape: the letter of
// the short form, or 'u' for \u00XX. 0 for bytes that need no escape.
constexpr std::array<char, 256> kEscapes = [] {
    std::array<char, 256> table{};
    for (std::size_t byte = 0; byte < 0x20; ++byte)
        table[byte] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

// Sixteen bytes, compared by one instruction on processors that have it.
using Block = unsigned char __attribute__((vector_size(16)));

// True if one of the bytes needs an escape.
bool needsEscape(const char* at, std::size_t blocks) {
    Block found{};
    for (; blocks > 0; --blocks, at += sizeof(Block)) {
        Block bytes;
        std::memcpy(&bytes, at, sizeof bytes);
        const auto hits = (bytes < 0x20) | (bytes == '"') | (bytes == '\\');
        found |= reinterpret_cast<Block>(hits);
    }
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), &found, sizeof found);
    return (words[0] | words[1]) != 0;
}

// The number of leading bytes that need no escape.
std::size_t plainLength(std::string_view text) {
    std::size_t at = 0;
    constexpr std::size_t kWide = 4;
    while (at + kWide * sizeof(Block) <= text.size() && !needsEscape(text.data() + at, kWide))
        at += kWide * sizeof(Block);
    while (at + sizeof(Block) <= text.size() && !needsEscape(text.data() + at, 1))
        at += sizeof(Block);
    while (at < text.size() && kEscapes[static_cast<unsigned char>(text[at])] == 0)
        ++at;
    return at;
}

void appendEscape(std::string& out, char byte) {
    const char letter = kEscapes[static_cast<unsigned char>(byte)];
    out.push_back('\\');
    out.push_back(letter);
    if (letter != 'u') return;
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.append("00");
    out.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
}

}  // namespace

std::expected<Value, ParseError> parse(std::string_view text) {
    return parse(text, boost::json::storage_ptr());
}

std::expected<Value, ParseError> parse(std::string_view text, boost::json::storage_ptr storage) {
    // Boost reports a lack of memory and over-long strings by exceptions.
    try {
        std::array<unsigned char, 4096> scratch;
        boost::json::parse_options options;
        options.max_depth = kDepthMax;
        boost::json::parser parser({}, options, scratch.data(), scratch.size());
        parser.reset(std::move(storage));
        boost::json::error_code error;
        const std::size_t read = parser.write_some(text.data(), text.size(), error);
        if (error) return std::unexpected(ParseError{error.message(), read});
        if (read < text.size())
            return std::unexpected(ParseError{"extra data after the value", read});
        return parser.release();
    } catch (const std::exception& exception) {
        return std::unexpected(ParseError{exception.what(), 0});
    }
}

void appendString(std::string& out, std::string_view text) {
    out.push_back('"');
    for (;;) {
        const std::size_t plain = plainLength(text);
        out.append(text.substr(0, plain));
        if (plain == text.size()) break;
        appendEscape(out, text[plain]);
        text.remove_prefix(plain + 1);
    }
    out.push_back('"');
}

void Writer::separate() {
    if (!m_first) m_out.push_back(',');
    m_first = false;
}

Writer& Writer::beginObject() {
    separate();
    m_out.push_back('{');
    m_first = true;
    return *this;
}

Writer& Writer::endObject() {
    m_out.push_back('}');
    m_first = false;
    return *this;
}

Writer& Writer::beginArray() {
    separate();
    m_out.push_back('[');
    m_first = true;
    return *this;
}

Writer& Writer::endArray() {
    m_out.push_back(']');
    m_first = false;
    return *this;
}

Writer& Writer::name(std::string_view name) {
    separate();
    appendString(m_out, name);
    m_out.push_back(':');
    m_first = true;
    return *this;
}

Writer& Writer::string(std::string_view value) {
    separate();
    appendString(m_out, value);
    return *this;
}

Writer& Writer::number(std::int64_t value) {
    separate();
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    m_out.append(digits.data(), end);
    return *this;
}

Writer& Writer::number(double value) {
    CHECK(std::isfinite(value));
    separate();
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const std::string_view text(digits.data(), end);
    m_out.append(text);
    if (text.find_first_of(".e") == std::string_view::npos) m_out.append(".0");
    return *this;
}

Writer& Writer::boolean(bool value) {
    separate();
    m_out.append(value ? "true" : "false");
    return *this;
}

Writer& Writer::null() {
    separate();
    m_out.append("null");
    return *this;
}

Writer& Writer::raw(std::string_view text) {
    separate();
    m_out.append(text);
    return *this;
}

std::string& Writer::value() {
    separate();
    return m_out;
}

}  // namespace orrery::json
