#include <QRegularExpression>
#include <QSet>

#include "tests/tidy/floors.h"
#include "tests/tidy/rules.h"

namespace orrery::tidy {
namespace {

QString wrongWith(const Source& source, const QString& path) {
    const QString room = source.room();
    const QString toRoom = path.section('/', 0, 0);
    const QString toModule = path.section('/', 1, 1);
    if (toRoom == "tests" && room != "tests") return "only tests may include " + path;
    if (room == "core") {
        if (toRoom != "core") return "core/ must not include " + path;
        return wrongArrow(source.path, path);
    }
    static const QSet<QString> seenByWidgets{"base", "types", "observe"};
    if (room == "widgets") {
        if (toRoom == "app") return "widgets/ must not include " + path + ": it climbs";
        if (toRoom == "core" && !seenByWidgets.contains(toModule))
            return "widgets/ sees core/base, core/types and core/observe, not " + path;
    }
    return {};
}

}  // namespace

Complaints checkFloors(const Source& source) {
    static const QSet<QString> rooms{"core", "widgets", "app", "tests"};
    Complaints complaints;
    if (!source.isCpp() || !rooms.contains(source.room())) return complaints;
    for (const Include& include : includesOf(source.text)) {
        const QString suffix = include.path.section('.', -1);
        // Files that moc and uic generate, and the list of operations.
        if (suffix == "moc" || suffix == "def" || include.path.startsWith("ui_")) continue;
        const QString room = include.path.section('/', 0, 0);
        QString wrong;
        if (include.quoted && !rooms.contains(room)) {
            wrong = "write \"" + include.path + "\" from the root of the project";
        } else if (rooms.contains(room) && include.path.contains('/')) {
            wrong = include.quoted ? wrongWith(source, include.path)
                                   : "our own headers stand in quotes: " + include.path;
        }
        if (!wrong.isEmpty()) complaints.append({source.path, include.line, wrong});
    }
    return complaints;
}

Complaints checkQtBelowTheLine(const Source& source) {
    Complaints complaints;
    // core/cmake has functions for all folders.
    if (source.room() != "core" || source.module() == "cmake") return complaints;
    if (source.isCpp()) {
        static const QRegularExpression qt("^(Q[A-Z]\\w*|Qt\\w*(/.*)?|q[a-z]+\\.h|Q[A-Z]\\w*/.*)$");
        for (const Include& include : includesOf(source.text)) {
            if (qt.match(include.path).hasMatch()) {
                complaints.append(
                    {source.path, include.line,
                     "no Qt in core/: " + include.path + " belongs to widgets/ or app/"});
            }
        }
    } else if (const auto at = source.text.indexOf(QRegularExpression(R"(\bQt6?::|\bQt6\b)"));
               at >= 0) {
        complaints.append(
            {source.path, lineOf(source.text, at), "no Qt in core/, nor in its CMake"});
    }
    return complaints;
}

}  // namespace orrery::tidy
