#pragma once

#include <rapidcheck.h>

#include <QByteArray>
#include <string>
#include <string_view>

#include "core/json/json.h"
#include "core/types/attribute_value.h"

// What the tests of core/types share: texts that Qt Test can print, and values at random.

namespace orrery::test {

inline QByteArray qt(std::string_view text) {
    return QByteArray(text.data(), qsizetype(text.size()));
}

/// The message of an error, or "no error".
template <typename T>
QByteArray messageOf(const ApiResult<T>& result) {
    return result ? QByteArray("no error") : qt(result.error().message);
}

/// A number that the text is known to be.
types::Number number(std::string_view text);

/// A value in the wire's JSON that is known to be right.
types::AttributeValue value(std::string_view json);
types::Item item(std::string_view json);

/// Any number of the range: short and long, near zero and near the ends, of both signs.
rc::Gen<types::Number> anyNumber();
/// Bytes with more than their share of 0x00, 0x01, 0xfe and 0xff, and of equal beginnings.
rc::Gen<std::string> anyBytes();
/// Text in UTF-8 with more than its share of what JSON escapes.
rc::Gen<std::string> anyText();
/// Any of the ten types, up to `levels` deep.
rc::Gen<types::AttributeValue> anyValue(int levels);
rc::Gen<types::Item> anyItem();

}  // namespace orrery::test
