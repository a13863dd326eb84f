#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace orrery::json {

// JSON for reading is Boost.JSON's DOM; include <boost/json.hpp> in the .cpp that walks one. JSON
// for writing goes straight to a string through Writer.

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

struct ParseError {
    std::string message;
    std::size_t position;
};

/// Parses a whole text, which is UTF-8. Depth is limited to 256, well above what the service
/// allows, so that its own error for nesting stays the one that is seen. Duplicate names: the last
/// one wins.
std::expected<Value, ParseError> parse(std::string_view text);

/// The same, with the value in `storage`, which it keeps alive. A boost::json::monotonic_resource
/// on the stack is not counted: it must outlive the value.
std::expected<Value, ParseError> parse(std::string_view text, boost::json::storage_ptr storage);

/// Appends a JSON string with quotes and escapes. Text that is not UTF-8 is written as it is.
void appendString(std::string& out, std::string_view text);

/// Writes JSON to the end of a string: begin and end in pairs; commas and colons by itself.
class Writer {
public:
    explicit Writer(std::string& out) : m_out(out) {}

    Writer& beginObject();
    Writer& endObject();
    Writer& beginArray();
    Writer& endArray();
    /// The name of the next value.
    Writer& name(std::string_view name);
    Writer& string(std::string_view value);
    Writer& number(std::int64_t value);
    Writer& number(double value);  ///< Shortest text that reads back the same; "0.5", "1.0" as 1.0.
    Writer& boolean(bool value);
    Writer& null();
    /// The next value is `text`, already JSON.
    Writer& raw(std::string_view text);
    /// Where to append the next value by hand, after the comma that it needs.
    std::string& value();

private:
    void separate();

    std::string& m_out;
    bool m_first = true;  // No comma before the next value.
};

}  // namespace orrery::json
