#include <QRegularExpression>
#include <algorithm>

#include "tests/tidy/rules.h"

// Each rule reports only what it knows for certain: a switch whose labels show no type, or a
// visitor that is a class, passes.

namespace orrery::tidy {
namespace {

bool isOurs(const Source& source) {
    return source.isCpp() &&
           (source.room() == "core" || source.room() == "widgets" || source.room() == "app");
}

/// The position after the bracket that closes the one at `open`; the end if nothing does.
qsizetype endOf(const QString& code, qsizetype open) {
    qsizetype depth = 0;
    for (qsizetype i = open; i < code.size(); ++i) {
        if (QStringLiteral("([{").contains(code[i])) ++depth;
        if (QStringLiteral(")]}").contains(code[i]) && --depth == 0) return i + 1;
    }
    return code.size();
}

qsizetype skipBlanks(const QString& code, qsizetype at) {
    while (at < code.size() && code[at].isSpace())
        ++at;
    return at;
}

/// The body of a switch with blanks in place of the blocks in it, which have labels of their own.
QString labelsOnly(QString body) {
    for (qsizetype i = 1; i + 1 < body.size(); ++i) {
        if (body[i] != '{') continue;
        const qsizetype end = endOf(body, i);
        std::fill(body.begin() + i, body.begin() + end, QChar(' '));
    }
    return body;
}

/// True if a label is an enumerator in our spelling: "Word", "Kind::Word", "a::Kind::Word".
bool namesOurEnum(const QString& labels) {
    static const QRegularExpression label(
        R"(\bcase\s+(?:\w+::)*?(?:([A-Z]\w*)::)?[A-Z]\w*[a-z]\w*\s*:(?!:))");
    static const QRegularExpression qt(R"(^Q([A-Z]|t$))");
    for (auto matches = label.globalMatch(labels); matches.hasNext();)
        if (!matches.next().captured(1).contains(qt)) return true;
    return false;
}

struct Lambda {
    QString head;  ///< Template parameters and parameters.
    QString name;  ///< Of the last parameter.
    QString body;
    qsizetype end = 0;
};

/// The lambda at `at`, where its "[" is.
Lambda lambdaAt(const QString& code, qsizetype at) {
    Lambda lambda;
    qsizetype i = skipBlanks(code, endOf(code, at));
    const qsizetype head = i;
    if (i < code.size() && code[i] == '<') i = code.indexOf('(', code.indexOf('>', i));
    if (i < 0 || i >= code.size() || code[i] != '(') return {{}, {}, {}, endOf(code, at)};
    const qsizetype afterHead = endOf(code, i);
    lambda.head = code.sliced(head, afterHead - head);
    static const QRegularExpression last(R"((\w+)\s*\)$)");
    lambda.name = last.match(lambda.head).captured(1);
    const qsizetype open = code.indexOf('{', afterHead);
    lambda.end = open < 0 ? afterHead : endOf(code, open);
    if (open >= 0) lambda.body = code.sliced(open + 1, lambda.end - open - 2).trimmed();
    return lambda;
}

bool isGeneric(const Lambda& lambda) {
    static const QRegularExpression generic(
        R"([(,]\s*(const\s+)?auto\b|\.\.\.|<\s*(typename|class)\b)");
    return lambda.head.contains(generic);
}

/// `{ return f(a, kind); }`: nothing but a call with the argument as a whole.
bool onlyForwards(const Lambda& lambda) {
    static const QRegularExpression call(R"(^(return\s+)?[\w.:>-]+\(([^;]*)\);$)");
    const auto match = call.match(lambda.body);
    if (!match.hasMatch() || lambda.name.isEmpty()) return false;
    const QRegularExpression named("\\b" + lambda.name + "\\b");
    const QRegularExpression whole("(^|,\\s*)(std::move\\(" + lambda.name + "\\)|" + lambda.name +
                                   ")\\s*(,|$)");
    return lambda.body.count(named) == 1 && match.captured(2).contains(whole);
}

constexpr const char* kAdvice =
    "a generic lambda accepts every new kind: name the kinds, or use OneOf "
    "(core/base/overloaded.h)";

}  // namespace

Complaints checkSwitches(const Source& source) {
    static const QRegularExpression head(R"(\bswitch\s*\()");
    static const QRegularExpression other(R"(\bdefault\s*:)");
    Complaints complaints;
    if (!isOurs(source)) return complaints;
    const QString code = codeOnly(source.text);
    for (auto matches = head.globalMatch(code); matches.hasNext();) {
        const qsizetype open = skipBlanks(code, endOf(code, matches.next().capturedEnd() - 1));
        if (open >= code.size() || code[open] != '{') continue;
        const QString labels = labelsOnly(code.sliced(open, endOf(code, open) - open));
        const auto found = other.match(labels);
        if (!found.hasMatch() || !namesOurEnum(labels)) continue;
        complaints.append({source.path, lineOf(code, open + found.capturedStart()),
                           "default: accepts every new kind: name the others, so that the compiler "
                           "asks about a new one"});
    }
    return complaints;
}

Complaints checkVisitors(const Source& source) {
    static const QRegularExpression visitor(
        R"(\bstd::visit\s*\(\s*(?=\[)|(?<!struct )\bOverloaded(?:\s+\w+)?\s*\{)");
    Complaints complaints;
    if (!isOurs(source)) return complaints;
    const QString code = codeOnly(source.text);
    for (auto matches = visitor.globalMatch(code); matches.hasNext();) {
        const auto match = matches.next();
        const bool isOverloaded = match.captured().endsWith('{');
        qsizetype at = skipBlanks(code, match.capturedEnd());
        // The lambdas of an Overloaded, one after the other.
        while (at < code.size() && code[at] == '[') {
            const Lambda lambda = lambdaAt(code, at);
            if (isGeneric(lambda) && (isOverloaded || !onlyForwards(lambda)))
                complaints.append({source.path, lineOf(code, at), kAdvice});
            at = skipBlanks(code, lambda.end);
            if (!isOverloaded || at >= code.size() || code[at] != ',') break;
            at = skipBlanks(code, at + 1);
        }
    }
    return complaints;
}

}  // namespace orrery::tidy
