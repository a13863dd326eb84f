#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

namespace orrery::widgets {

/// The attribute names of a key as snapshots write it: "pk (S), sk (N)".
QStringList keyNamesOf(const QString& keys);
/// That key with values to be filled in: {"pk": {"S": ""}, "sk": {"N": "0"}}.
QJsonObject emptyKeyOf(const QString& keys);

}  // namespace orrery::widgets
