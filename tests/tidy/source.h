#pragma once

#include <QList>
#include <QString>

namespace orrery::tidy {

/// A text file of the project: its path from the root, with slashes, and its text.
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

/// A rule's complaint about a file. Line 0 means the whole file.
struct Complaint {
    QString path;
    qsizetype line = 0;
    QString text;

    /// "core/sim/clock.cpp:12: …", in the format of compilers.
    QString toString() const;
};
using Complaints = QList<Complaint>;

/// C++ with blanks in place of comments, so that every position and line stays.
QString withoutComments(const QString& text);

/// The same, and with blanks in place of quoted text.
QString codeOnly(const QString& text);

/// An #include of C++.
struct Include {
    QString path;
    bool quoted = false;
    qsizetype line = 0;
};
/// Those of a text, in order, without those in comments.
QList<Include> includesOf(const QString& text);

/// Only the comments of C++, with blanks in place of everything else.
QString commentsOnly(const QString& text);

/// The line of a position, counted from 1.
qsizetype lineOf(const QString& text, qsizetype position);

}  // namespace orrery::tidy
