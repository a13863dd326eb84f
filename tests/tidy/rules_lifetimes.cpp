#include <QRegularExpression>

#include "tests/tidy/rules.h"

namespace orrery::tidy {
namespace {

/// The range of a range-based for whose head begins after the bracket at `open`; empty for a for
/// with conditions.
QString rangeAt(const QString& code, qsizetype open) {
    qsizetype depth = 0;
    qsizetype colon = -1;
    for (qsizetype i = open; i < code.size(); ++i) {
        const QChar c = code[i];
        if (QStringLiteral("([{").contains(c)) ++depth;
        if (QStringLiteral(")]}").contains(c) && --depth == 0)
            return colon < 0 ? QString() : code.sliced(colon + 1, i - colon - 1).simplified();
        if (depth != 1) continue;
        if (c == ';') colon = -1;
        if (c == '?') return {};
        const bool isScope = code[i - 1] == ':' || (i + 1 < code.size() && code[i + 1] == ':');
        if (c == ':' && !isScope && colon < 0) colon = i;
    }
    return {};
}

/// The name of the call whose brackets end at `close`.
QString calledAt(const QString& range, qsizetype close) {
    qsizetype depth = 0;
    qsizetype i = close;
    for (; i >= 0; --i) {
        if (QStringLiteral(")]}").contains(range[i])) ++depth;
        if (QStringLiteral("([{").contains(range[i]) && --depth == 0) break;
    }
    qsizetype begin = i;
    while (begin > 0 && (range[begin - 1].isLetterOrNumber() || range[begin - 1] == '_'))
        --begin;
    return i < 0 ? QString() : range.sliced(begin, i - begin);
}

/// True if the range is inside of what a call has just returned: `*f()` or `f().value()`. Calls of
/// these names return references.
bool isInsideTemporary(const QString& range) {
    static const QStringList references = {"at", "front", "back", "find", "get", "begin"};
    static const QString value = QStringLiteral(").value()");
    qsizetype close = -1;
    if (range.startsWith('*') && range.endsWith(')')) close = range.size() - 1;
    if (range.endsWith(value)) close = range.size() - value.size();
    if (close < 0) return false;
    const QString called = calledAt(range, close);
    return !called.isEmpty() && !references.contains(called);
}

}  // namespace

Complaints checkRangeLifetimes(const Source& source) {
    static const QRegularExpression head(R"(\bfor\s*\()");
    Complaints complaints;
    if (!source.isCpp()) return complaints;
    const QString code = codeOnly(source.text);
    for (auto matches = head.globalMatch(code); matches.hasNext();) {
        const auto match = matches.next();
        if (!isInsideTemporary(rangeAt(code, match.capturedEnd() - 1))) continue;
        complaints.append({source.path, lineOf(code, match.capturedStart()),
                           "g++ before 15 ends the life of what the call returns before the loop "
                           "begins: give it a name first"});
    }
    return complaints;
}

}  // namespace orrery::tidy
