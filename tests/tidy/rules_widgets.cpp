#include <QRegularExpression>

#include "tests/tidy/rules.h"

// widgets/ has `base` at the bottom, then a folder per subject, none of which may include another,
// and `conflicts` and `tables` above them, which may also include `items`.

namespace orrery::tidy {
namespace {

QString wrongWith(const QString& subject, const QString& other) {
    if (other == subject || other == "base") return {};
    if (subject == "base") return "widgets/base must not include widgets/" + other + ": it climbs";
    const bool isAbove = subject == "conflicts" || subject == "tables";
    if (isAbove && other == "items") return {};
    return "widgets/" + subject + " sees widgets/base" + (isAbove ? " and widgets/items" : "") +
           ", not widgets/" + other;
}

}  // namespace

Complaints checkSubjects(const Source& source) {
    static const QRegularExpression ours(R"(^[ \t]*#[ \t]*include[ \t]*"widgets/([^"\n]*)\")",
                                         QRegularExpression::MultilineOption);
    Complaints complaints;
    if (source.room() != "widgets" || !source.isCpp()) return complaints;
    if (source.module().isEmpty()) {
        complaints.append({source.path, 0, "a widget stands in the folder of its subject"});
        return complaints;
    }
    const QString code = withoutComments(source.text);
    for (auto matches = ours.globalMatch(code); matches.hasNext();) {
        const auto match = matches.next();
        const QString wrong = wrongWith(source.module(), match.captured(1).section('/', 0, 0));
        if (!wrong.isEmpty())
            complaints.append({source.path, lineOf(code, match.capturedStart(1)), wrong});
    }
    return complaints;
}

}  // namespace orrery::tidy
