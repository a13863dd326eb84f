#pragma once

#include <QStringList>

#include "tests/tidy/source.h"

// The rules of the tree, each a function from text to complaints. Their reasons are in the design,
// section 3, and in the style guide. For each rule, the tests beside this file have a snippet that
// breaks it.

namespace orrery::tidy {

// --- who may include whom

/// An include of a higher floor or of a sibling, of a folder that the including one may not know,
/// or one that is not written from the root.
Complaints checkFloors(const Source& source);
/// An include in core/ of a folder to which no DEPENDS of the including folder's modules leads,
/// directly or through others; a name in DEPENDS that is no module. `sources` is the whole tree.
Complaints checkDepends(const QList<Source>& sources);
/// Inside widgets/: a subject that includes another; tables may include items.
Complaints checkSubjects(const Source& source);
/// Qt in core/, in an #include or as a CMake target.
Complaints checkQtBelowTheLine(const Source& source);

// --- sizes

inline constexpr qsizetype kFileLinesMax = 400;
inline constexpr qsizetype kFunctionLinesMax = 70;
inline constexpr qsizetype kLineColumnsMax = 100;

Complaints checkFileLength(const Source& source);
Complaints checkLineWidth(const Source& source);
Complaints checkFunctionLengths(const Source& source);

/// A function with a body: its name as far as a reader needs it, and its first and last line.
struct FunctionSpan {
    QString name;
    qsizetype first = 0;
    qsizetype last = 0;

    qsizetype lines() const { return last - first + 1; }
};
/// The functions of a C++ text, in order. Lambdas and local classes belong to the function around
/// them.
QList<FunctionSpan> findFunctions(const QString& text);

// --- names

/// Names that break determinism or threads below core/engine; `throw` in all of core; sleeping
/// tests.
Complaints checkBannedNames(const Source& source);
/// Iteration over an unordered container below core/engine. `header` is the text of the header of
/// the same name, where members are declared, or empty.
Complaints checkUnorderedWalks(const Source& source, const QString& header);
/// Notes in comments that ask for work without naming an issue.
Complaints checkNotes(const Source& source);
/// connect() and singleShot() with a lambda but without a context object; sender(); QThread as a
/// base class.
Complaints checkQtHabits(const Source& source);

// --- closed kinds: a new kind must not compile until every place says what it means there

/// In core, widgets and app: `default:` in a switch over an enumeration of ours, known by a label
/// in our spelling (`Word`, `Kind::Word`). Labels of Qt and of libraries, constants and characters
/// leave a switch open.
Complaints checkSwitches(const Source& source);
/// In core, widgets and app: a generic lambda in a std::visit or in an Overloaded. One that only
/// hands its argument to a call is left to std::visit, since overload resolution finds a new kind.
Complaints checkVisitors(const Source& source);

// --- lifetimes

/// A range-based for over the inside of what a call returns by value: `*f()` or `f().value()`.
/// C++23 keeps the whole alive for the loop (P2718), g++ only since version 15.
Complaints checkRangeLifetimes(const Source& source);

// --- tests

/// A .cpp below tests/ that no CMakeLists.txt of its folder or of one above names, and a *_test.cpp
/// that registers no class. `sources` is the whole tree.
Complaints checkTestsAreRun(const QList<Source>& sources);
/// A row of operations.def without tests in tests/api/<file>/. `testFiles` are paths from the root.
Complaints checkOperationsAreTested(const QString& operationsDef, const QStringList& testFiles);

}  // namespace orrery::tidy
