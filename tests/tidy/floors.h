#pragma once

#include <QHash>
#include <QString>

namespace orrery::tidy {

/// The floors inside one folder: its subfolders, and "." for the files that stand in the folder
/// itself. A subfolder without a floor is an error, so that nobody adds one in passing.
using Floors = QHash<QString, int>;

/// The house: folder → the floors inside it. Section 3 of the design.
const QHash<QString, Floors>& house();

/// What is wrong with a file at `from` that includes the file `to`, or nothing. Both are paths from
/// the root. The folder where the two paths part is the one whose floors decide.
QString wrongArrow(const QString& from, const QString& to);

}  // namespace orrery::tidy
