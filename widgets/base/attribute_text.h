#pragma once

#include <QJsonObject>
#include <QJsonValue>
#include <QString>

namespace orrery::widgets {

// Attribute values as the API writes them ({"S": "text"}, {"N": "12"}, {"M": {…}}) turned into
// texts for people. A value that does not look like one is shown as it is.

/// The wire name of the value's type: "S", "N", …; empty if it is no attribute value.
QString attributeType(const QJsonValue& value);
/// "String", "Number", "List", … for a wire name.
QString typeWord(const QString& wireName);

/// Line ends, tabs, control characters and characters that turn the text around them as signs that
/// most fonts have.
QString oneLine(const QString& text);

/// One line, cut at about `charactersMax`, for a cell; see `oneLine`.
QString shortText(const QJsonValue& value, int charactersMax = 120);

/// The value without types, as an application would write it: {"S": "a"} is "a". Numbers that a
/// double cannot hold exactly stay texts; binary is Base64; sets are arrays.
QJsonValue plainValue(const QJsonValue& value);
QJsonObject plainItem(const QJsonObject& item);

/// An item as indented JSON. Characters that a text editor changes or that cannot be seen are
/// escaped (\u00a0), so the text is the same item after it went through an editor.
QString indentedJson(const QJsonObject& object);

/// A scalar as it is, binary as Base64, everything else as plain JSON in one line: nothing is cut.
QString wholeText(const QJsonValue& value);

/// One field of a CSV line (RFC 4180): quoted where needed.
QString csvField(const QString& text);

/// Formats plain text for a tool tip: escaped, so that Qt does not read it as HTML, and wrapped.
QString plainToolTip(const QString& text);

}  // namespace orrery::widgets
