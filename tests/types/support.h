#pragma once

#include <rapidcheck.h>

#include <QByteArray>
#include <string>
#include <string_view>

#include "core/json/json.h"
#include "core/types/attribute_value.h"

// Shared by the tests of core/types: texts that Qt Test can print, and random values.

namespace orrery::test {

inline QByteArray qt(std::string_view text) {
    return QByteArray(text.data(), qsizetype(text.size()));
}

/// The message of an error, or "no error".
template <typename T>
QByteArray messageOf(const ApiResult<T>& result) {
    return result ? QByteArray("no error") : qt(result.error().message);
}

/// A number from a valid text.
types::Number number(std::string_view text);

/// A value from valid JSON.
types::AttributeValue value(std::string_view json);
types::Item item(std::string_view json);

/// Any number of the range: short and long, near zero and near the ends, of both signs.
rc::Gen<types::Number> anyNumber();
/// Bytes with many 0x00, 0x01, 0xfe and 0xff, and many common prefixes.
rc::Gen<std::string> anyBytes();
/// UTF-8 text with many characters that JSON escapes.
rc::Gen<std::string> anyText();
/// A value of any of the ten types, nested up to `levels` deep.
rc::Gen<types::AttributeValue> anyValue(int levels);
rc::Gen<types::Item> anyItem();

}  // namespace orrery::test
