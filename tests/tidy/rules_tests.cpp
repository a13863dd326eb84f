#include <QHash>
#include <QRegularExpression>
#include <QSet>

#include "tests/tidy/rules.h"

namespace orrery::tidy {
namespace {

/// True if a CMakeLists.txt in the folder of `path`, or in one above, names it by its relative
/// path.
bool isListed(const QString& path, const QHash<QString, QString>& lists) {
    for (QString folder = path.section('/', 0, -2); !folder.isEmpty();
         folder = folder.section('/', 0, -2)) {
        const QString relative = path.mid(folder.size() + 1);
        const QRegularExpression word("(^|[\\s(\"/])" + QRegularExpression::escape(relative) +
                                      "($|[\\s)\"])");
        if (lists.value(folder).contains(word)) return true;
    }
    return false;
}

QString withoutHashComments(const QString& text) {
    QString code = text;
    return code.remove(QRegularExpression("#[^\n]*"));
}

}  // namespace

Complaints checkTestsAreRun(const QList<Source>& sources) {
    static const QRegularExpression registration(R"(\b(ORRERY_TEST_CLASS|QTEST_\w*MAIN)\s*\()");
    QHash<QString, QString> lists;
    for (const Source& source : sources) {
        if (source.room() == "tests" && source.fileName() == "CMakeLists.txt")
            lists[source.path.section('/', 0, -2)] = withoutHashComments(source.text);
    }
    Complaints complaints;
    for (const Source& source : sources) {
        if (source.room() != "tests" || !source.path.endsWith(".cpp")) continue;
        if (!isListed(source.path, lists))
            complaints.append({source.path, 0, "no CMakeLists.txt names it, so nothing runs it"});
        if (source.path.endsWith("_test.cpp") && !codeOnly(source.text).contains(registration))
            complaints.append({source.path, 0, "a test without ORRERY_TEST_CLASS is never run"});
    }
    return complaints;
}

Complaints checkOperationsAreTested(const QString& operationsDef, const QStringList& testFiles) {
    static const QRegularExpression row(R"(^(?:OPERATION|REST)\(\s*\w+\s*,\s*\w+\s*,\s*(\w+)\s*,)",
                                        QRegularExpression::MultilineOption);
    QSet<QString> folders;
    for (const QString& file : testFiles) {
        if (file.startsWith("tests/api/") && file.endsWith(".test"))
            folders.insert(file.section('/', 2, -2));
    }
    Complaints complaints;
    for (auto matches = row.globalMatch(operationsDef); matches.hasNext();) {
        const auto match = matches.next();
        const QString file = match.captured(1);
        if (!folders.contains(file)) {
            complaints.append({"core/api/operations.def",
                               lineOf(operationsDef, match.capturedStart()),
                               "no .test file in tests/api/" + file + "/"});
        }
    }
    return complaints;
}

}  // namespace orrery::tidy
