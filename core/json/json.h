#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace orrery::json {

// JSON is read with Boost.JSON's DOM; include <boost/json.hpp> in the .cpp that walks one. Writer
// writes JSON straight to a string.

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

struct ParseError {
    std::string message;
    std::size_t position;
};

/// Parses a whole text, which must be UTF-8. The depth limit is 256, well above the service's, so
/// that the caller reports the service's own nesting error. Of duplicate names the last wins.
std::expected<Value, ParseError> parse(std::string_view text);

/// The same, with the value allocated in `storage`; the value keeps `storage` alive. A
/// boost::json::monotonic_resource on the stack has no reference count, so it must outlive the
/// value.
std::expected<Value, ParseError> parse(std::string_view text, boost::json::storage_ptr storage);

/// Appends a JSON string with quotes and escapes. Text that is not UTF-8 is written as it is.
void appendString(std::string& out, std::string_view text);

/// Appends JSON to a string. The caller pairs begin and end; the writer adds commas and colons.
class Writer {
public:
    explicit Writer(std::string& out) : m_out(out) {}

    Writer& beginObject();
    Writer& endObject();
    Writer& beginArray();
    Writer& endArray();
    /// Writes the name of the next value.
    Writer& name(std::string_view name);
    Writer& string(std::string_view value);
    Writer& number(std::int64_t value);
    Writer& number(double value);  ///< Shortest text that reads back the same; "0.5", "1.0" as 1.0.
    Writer& boolean(bool value);
    Writer& null();
    /// Writes `text`, which is already JSON, as the next value.
    Writer& raw(std::string_view text);
    /// For a caller that appends the next value itself: writes the comma that it needs.
    std::string& value();

private:
    void separate();

    std::string& m_out;
    bool m_first = true;  // No comma before the next value.
};

}  // namespace orrery::json
