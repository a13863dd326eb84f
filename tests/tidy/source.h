#pragma once

#include <QList>
#include <QString>

namespace orrery::tidy {

/// A text file of the project: its path from the root, with slashes, and what stands in it.
struct Source {
    QString path;
    QString text;

    /// The first folder of the path and the second: "core" and "sim" of core/sim/clock.h.
    QString room() const { return path.section('/', 0, 0); }
    QString module() const { return path.count('/') > 1 ? path.section('/', 1, 1) : QString(); }
    QString fileName() const { return path.section('/', -1); }
    bool isHeader() const { return path.endsWith(".h"); }
    bool isCpp() const { return isHeader() || path.endsWith(".cpp"); }
};

/// What a rule has against a file. Line 0 means the file as a whole.
struct Complaint {
    QString path;
    qsizetype line = 0;
    QString text;

    /// "core/sim/clock.cpp:12: …", as compilers write it.
    QString toString() const;
};
using Complaints = QList<Complaint>;

/// C++ without its comments: blanks in their place, so that every position and line stays.
QString withoutComments(const QString& text);

/// The same, and without what stands between quotes.
QString codeOnly(const QString& text);

/// Only the comments of C++; everything else is blank.
QString commentsOnly(const QString& text);

/// The line, from 1, of a position.
qsizetype lineOf(const QString& text, qsizetype position);

}  // namespace orrery::tidy
