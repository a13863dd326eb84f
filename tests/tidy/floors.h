#pragma once

#include <QHash>
#include <QString>

namespace orrery::tidy {

/// The floors inside one folder: its subfolders, and "." for the files of the folder itself. A
/// subfolder without a floor is an error, so that nobody adds one by accident.
using Floors = QHash<QString, int>;

/// The house: folder → the floors inside it. Section 3 of the design.
const QHash<QString, Floors>& house();

/// The error if the file `from` includes the file `to`, or an empty text. Both are paths from the
/// root. The floors of the folder in which the two paths part decide.
QString wrongArrow(const QString& from, const QString& to);

}  // namespace orrery::tidy
