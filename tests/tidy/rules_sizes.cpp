#include <QRegularExpression>

#include "tests/tidy/rules.h"

namespace orrery::tidy {

Complaints checkFileLength(const Source& source) {
    const qsizetype lines = source.text.count('\n') + (source.text.endsWith('\n') ? 0 : 1);
    if (lines <= kFileLinesMax) return {};
    return {{source.path, 0,
             QString("%1 lines; a file that wants more than %2 is two files")
                 .arg(lines)
                 .arg(kFileLinesMax)}};
}

Complaints checkLineWidth(const Source& source) {
    Complaints complaints;
    qsizetype number = 0;
    for (const QString& line : source.text.split('\n')) {
        ++number;
        const qsizetype columns = line.toUcs4().size();
        if (columns > kLineColumnsMax) {
            complaints.append(
                {source.path, number,
                 QString("%1 columns; a line has at most %2").arg(columns).arg(kLineColumnsMax)});
        }
    }
    return complaints;
}

Complaints checkFunctionLengths(const Source& source) {
    Complaints complaints;
    if (!source.isCpp()) return complaints;
    for (const FunctionSpan& function : findFunctions(source.text)) {
        if (function.lines() > kFunctionLinesMax) {
            complaints.append({source.path, function.first,
                               QString("%1 has %2 lines; a function has at most %3")
                                   .arg(function.name)
                                   .arg(function.lines())
                                   .arg(kFunctionLinesMax)});
        }
    }
    return complaints;
}

}  // namespace orrery::tidy
