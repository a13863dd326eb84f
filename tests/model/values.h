#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/prng.h"

// A plain model of a table, and random requests for it, which share no rule with the engine: values
// stay in their JSON form, numbers are counted in tenths, and nothing is encoded.
namespace orrery::test::model {

/// An attribute value in its JSON form, {"S": "a"}. The elements of sets are sorted as text, and
/// numbers are written as `numberText` does.
using Value = boost::json::value;
/// The attributes of an item by name; the value of a map has the same form.
using Attributes = boost::json::object;

Value stringValue(std::string_view text);
Value numberValue(std::int64_t tenths);

/// "1.5" for 15.
std::string numberText(std::int64_t tenths);
std::int64_t tenthsOf(const Value& number);

/// "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L" or "M".
std::string_view typeOf(const Value& value);
bool isSet(const Value& value);
const boost::json::value& contentOf(const Value& value);
boost::json::array& elementsOf(Value& value);
const boost::json::array& elementsOf(const Value& value);

/// The same with the elements of all sets sorted, also within lists and maps.
Value sorted(const Value& value);
Attributes sorted(const Attributes& item);

/// Less than, equal to or greater than 0; nothing unless both are strings, numbers or binary.
std::optional<int> compared(const Value& a, const Value& b);

/// What the values count for the capacity of a request.
std::size_t bytesOf(const Attributes& item);

/// Writes some numbers in another way that means the same, as clients may.
Value respelled(Prng& prng, const Value& value);
Attributes respelled(Prng& prng, const Attributes& item);

/// A value of a type that a key may have, out of few.
Value drawKeyValue(Prng& prng, char type);
/// A value of this type, or of any.
Value drawValue(Prng& prng, std::string_view type);
Value drawValue(Prng& prng, int depth = 2);

template <typename T>
const T& pick(Prng& prng, const std::vector<T>& from) {
    return from[prng.below(from.size())];
}

}  // namespace orrery::test::model
