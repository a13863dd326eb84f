#pragma once

#include <QJsonObject>
#include <QStringList>

namespace orrery::widgets {

/// Converts a plain JSON object to an item: "a" becomes {"S": "a"}, 1 becomes {"N": "1"}, and so
/// on. Numbers keep every digit. Plain JSON says less than the types of an item: where `old` has a
/// set, binary or a long number, a value that fits that type keeps it.
QJsonObject typedItem(const QString& plainJson, const QJsonObject& old = {});

/// The attributes and map entries whose type is another one than before: "tags (String set →
/// List)".
QStringList typeChanges(const QJsonObject& before, const QJsonObject& after);

}  // namespace orrery::widgets
