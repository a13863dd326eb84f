#include <QRegularExpression>

#include "tests/tidy/rules.h"

// How a function is found without a compiler. Outside of functions, C++ is a row of declarations,
// each ending with ';' or with a block. The text before a block, its head, tells what the block is:
//
//   namespace …, class …, enum …            a scope; its inside is read in the same way
//   head with parentheses, then a block     a function; its inside is skipped
//   head with '=' outside parentheses       an initializer, or a function if it is a lambda
//   head, a block, then ',' '{' or ';'      an initializer: of a member in a constructor's list, or
//                                           of a variable
//   block inside parentheses                an argument, skipped

namespace orrery::tidy {
namespace {

QString blankPreprocessor(QString code) {
    bool inDirective = false;
    qsizetype lineStart = 0;
    while (lineStart < code.size()) {
        qsizetype lineEnd = code.indexOf('\n', lineStart);
        if (lineEnd < 0) lineEnd = code.size();
        const QString line = code.mid(lineStart, lineEnd - lineStart);
        inDirective = inDirective || line.trimmed().startsWith('#');
        if (inDirective) {
            for (qsizetype i = lineStart; i < lineEnd; ++i)
                code[i] = ' ';
            inDirective = line.trimmed().endsWith('\\');
        }
        lineStart = lineEnd + 1;
    }
    return code;
}

/// The end of a `template <…>` at `from`, or `from` if there is none.
qsizetype skipTemplate(const QString& head, qsizetype from) {
    static const QRegularExpression opening(R"(\s*template\s*<)");
    const auto match = opening.match(head, from, QRegularExpression::NormalMatch,
                                     QRegularExpression::AnchorAtOffsetMatchOption);
    if (!match.hasMatch()) return from;
    int depth = 1;
    qsizetype at = match.capturedEnd();
    for (; at < head.size() && depth > 0; ++at) {
        if (head[at] == '<') ++depth;
        if (head[at] == '>') --depth;
    }
    return at;
}

/// Where the declaration proper begins: after access specifiers and Qt's macros.
qsizetype declarationStart(const QString& head) {
    static const QRegularExpression prefix(
        R"(\b(public|private|protected|signals|Q_SIGNALS)(\s+(slots|Q_SLOTS))?\s*:(?!:))"
        R"(|\bQ_[A-Z]+\b(\([^()]*\))?|\bQ_OBJECT\b)");
    qsizetype start = 0;
    for (auto matches = prefix.globalMatch(head); matches.hasNext();)
        start = matches.next().capturedEnd();
    while (start < head.size() && head[start].isSpace())
        ++start;
    return start;
}

/// True if there is an '=' outside all brackets, except in an operator's name.
bool isAssigned(const QString& declaration) {
    static const QRegularExpression operators(R"(operator\s*[^\s\w(]+)");
    QString text = declaration;
    text.replace(operators, "operator");
    int depth = 0;
    for (const QChar sign : text) {
        if (sign == '(' || sign == '[') ++depth;
        if (sign == ')' || sign == ']') --depth;
        if (sign == '=' && depth == 0) return true;
    }
    return false;
}

/// The head without the parts before the declaration proper: access, macros, template parameters.
QString declarationOf(const QString& head) {
    QString declaration = head.mid(declarationStart(head));
    for (qsizetype end = skipTemplate(declaration, 0); end > 0; end = skipTemplate(declaration, 0))
        declaration = declaration.mid(end);
    return declaration;
}

enum class Block { Scope, Function, Other };

Block blockAfter(const QString& head) {
    static const QRegularExpression attributes(R"(\[\[[^\]]*\]\]|alignas\s*\([^()]*\))");
    static const QRegularExpression scope(R"(^(inline\s+)?(namespace|class|struct|union|enum)\b)");
    static const QRegularExpression lambda(
        R"(\]\s*(\([^{}]*\))?\s*(mutable|constexpr|noexcept|->[^{}]*|\s)*$)");
    QString declaration = declarationOf(head);
    declaration.remove(attributes);
    const QString trimmed = declaration.trimmed();
    if (trimmed.startsWith("extern") && !trimmed.contains('(')) return Block::Scope;
    if (scope.match(trimmed).hasMatch() && !trimmed.endsWith(')')) return Block::Scope;
    if (isAssigned(trimmed))
        return lambda.match(trimmed).hasMatch() ? Block::Function : Block::Other;
    return trimmed.contains('(') ? Block::Function : Block::Other;
}

QString nameOf(const QString& head) {
    static const QRegularExpression name(
        R"(((?:\w+::)*operator\s*(\(\)|[^\s\w(]+|\w+)|~?[\w:~]+)\s*(<[^<>()]*>)?\s*\()");
    static const QRegularExpression variable(R"((\w+)\s*=)");
    const QString declaration = declarationOf(head);
    if (isAssigned(declaration)) {
        const auto match = variable.match(declaration);
        if (match.hasMatch()) return match.captured(1);
    }
    const auto match = name.match(declaration);
    return match.hasMatch() ? match.captured(1).simplified() : declaration.simplified();
}

class FunctionFinder {
public:
    explicit FunctionFinder(const QString& text) : m_code(blankPreprocessor(codeOnly(text))) {}

    QList<FunctionSpan> find() {
        for (; m_at < m_code.size(); ++m_at) {
            const QChar sign = m_code[m_at];
            if (sign == '(') ++m_parentheses;
            if (sign == ')' && m_parentheses > 0) --m_parentheses;
            if (sign == '{') {
                enterBlock();
            } else if (sign == '}' || (sign == ';' && m_parentheses == 0)) {
                startHead(m_at + 1);
            }
        }
        return m_functions;
    }

private:
    void startHead(qsizetype at) {
        m_headStart = at;
        m_parentheses = 0;
    }

    void enterBlock() {
        const qsizetype close = closingBrace();
        if (m_parentheses > 0) {
            m_at = close;
            return;
        }
        const QString head = m_code.mid(m_headStart, m_at - m_headStart);
        const Block block = blockAfter(head);
        if (block == Block::Scope) {
            startHead(m_at + 1);
            return;
        }
        qsizetype next = close + 1;
        while (next < m_code.size() && m_code[next].isSpace())
            ++next;
        const QChar follows = next < m_code.size() ? m_code[next] : QChar();
        const bool initializes = follows == ',' || follows == '{' ||
                                 (follows == ';' && !isAssigned(declarationOf(head)));
        if (block == Block::Function && !initializes) {
            const qsizetype first = m_headStart + declarationStart(head);
            m_functions.append({nameOf(head), lineOf(m_code, first), lineOf(m_code, close)});
            startHead(close + 1);
        }
        m_at = close;
    }

    /// The brace that closes the one at m_at, or the end of the text if none does.
    qsizetype closingBrace() const {
        int depth = 0;
        for (qsizetype at = m_at; at < m_code.size(); ++at) {
            if (m_code[at] == '{') ++depth;
            if (m_code[at] == '}' && --depth == 0) return at;
        }
        return m_code.size() - 1;
    }

    const QString m_code;
    qsizetype m_at = 0;
    qsizetype m_headStart = 0;
    int m_parentheses = 0;
    QList<FunctionSpan> m_functions;
};

}  // namespace

QList<FunctionSpan> findFunctions(const QString& text) {
    return FunctionFinder(text).find();
}

}  // namespace orrery::tidy
