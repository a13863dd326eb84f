#include <QHash>
#include <QMap>
#include <QRegularExpression>
#include <QSet>

#include "tests/tidy/rules.h"

namespace orrery::tidy {
namespace {

/// The modules of core/. The files of a folder belong to all modules that its CMakeLists.txt names.
struct Modules {
    QHash<QString, QString> folders;     ///< By module.
    QMap<QString, QStringList> depends;  ///< By folder.

    /// The folder whose modules have this file; empty if there is none.
    QString folderOf(const QString& path) const {
        QString folder = path.section('/', 0, -2);
        while (!folder.isEmpty() && !depends.contains(folder))
            folder = folder.section('/', 0, -2);
        return folder;
    }

    /// Adds all folders to which DEPENDS leads from `folder`.
    void reach(const QString& folder, QSet<QString>& reached) const {
        for (const QString& module : depends.value(folder)) {
            const QString next = folders.value(module);
            if (next.isEmpty() || reached.contains(next)) continue;
            reached.insert(next);
            reach(next, reached);
        }
    }
};

// What contains a variable of CMake is not known here.
bool isKnown(const QString& name) {
    return !name.contains("${");
}

Modules modulesOf(const QList<Source>& sources) {
    static const QRegularExpression comment("#[^\n]*");
    static const QRegularExpression call(R"(orrery_module\(\s*(\S+)([^)]*)\))");
    static const QRegularExpression blanks("\\s+");
    Modules modules;
    for (const Source& source : sources) {
        if (source.room() != "core" || source.fileName() != "CMakeLists.txt") continue;
        const QString folder = source.path.section('/', 0, -2);
        const QString text = QString(source.text).remove(comment);
        for (auto calls = call.globalMatch(text); calls.hasNext();) {
            const auto match = calls.next();
            if (isKnown(match.captured(1))) modules.folders[match.captured(1)] = folder;
            const QString names =
                match.captured(2).section("DEPENDS", 1).section("PRECOMPILED", 0, 0);
            modules.depends[folder] += names.split(blanks, Qt::SkipEmptyParts);
        }
    }
    return modules;
}

}  // namespace

Complaints checkDepends(const QList<Source>& sources) {
    const Modules modules = modulesOf(sources);
    Complaints complaints;
    QHash<QString, QSet<QString>> reached;
    for (auto at = modules.depends.begin(); at != modules.depends.end(); ++at) {
        modules.reach(at.key(), reached[at.key()]);
        for (const QString& name : at.value()) {
            if (isKnown(name) && !modules.folders.contains(name))
                complaints.append({at.key() + "/CMakeLists.txt", 0, name + " is no module"});
        }
    }
    for (const Source& source : sources) {
        if (source.room() != "core" || !source.isCpp()) continue;
        const QString from = modules.folderOf(source.path);
        for (const Include& include : includesOf(source.text)) {
            // The list of operations belongs to those who read it.
            const bool isList = include.path.endsWith(".def");
            if (!include.quoted || !include.path.startsWith("core/") || isList) continue;
            const QString to = modules.folderOf(include.path);
            if (to != from && !reached[from].contains(to))
                complaints.append({source.path, include.line,
                                   "no DEPENDS leads from " + from + " to " + include.path});
        }
    }
    return complaints;
}

}  // namespace orrery::tidy
