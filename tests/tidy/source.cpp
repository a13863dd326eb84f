#include "tests/tidy/source.h"

#include <QRegularExpression>

namespace orrery::tidy {
namespace {

enum class Part { Code, Comment, Literal };

/// Walks over C++ and classifies each character. Quotes count as code, the text between them as
/// literal; comment signs count as comment.
class Scanner {
public:
    explicit Scanner(const QString& text) : m_text(text) {}

    QList<Part> scan() {
        m_parts.reserve(m_text.size());
        while (m_at < m_text.size())
            step();
        return m_parts;
    }

private:
    void step() {
        if (startsWith("//")) {
            takeLineComment();
        } else if (startsWith("/*")) {
            const qsizetype end = m_text.indexOf("*/", m_at + 2);
            take(end < 0 ? m_text.size() - m_at : end + 2 - m_at, Part::Comment);
        } else if (m_text[m_at] == '"') {
            takeString();
        } else if (m_text[m_at] == '\'' && !isDigitSeparator()) {
            takeQuoted('\'');
        } else {
            take(1, Part::Code);
        }
    }

    // A backslash at the end of the line continues a line comment on the next.
    void takeLineComment() {
        while (m_at < m_text.size() && (m_text[m_at] != '\n' || m_text[m_at - 1] == '\\'))
            take(1, Part::Comment);
    }

    void takeString() {
        if (m_at == 0 || m_text[m_at - 1] != 'R') {
            takeQuoted('"');
            return;
        }
        const qsizetype open = m_text.indexOf('(', m_at);
        if (open < 0) {
            take(1, Part::Code);
            return;
        }
        const QString close = ')' + m_text.mid(m_at + 1, open - m_at - 1) + '"';
        const qsizetype end = m_text.indexOf(close, open);
        take(1, Part::Code);
        take((end < 0 ? m_text.size() : end + close.size() - 1) - m_at, Part::Literal);
        take(1, Part::Code);
    }

    void takeQuoted(QChar quote) {
        take(1, Part::Code);
        while (m_at < m_text.size() && m_text[m_at] != quote && m_text[m_at] != '\n')
            take(m_text[m_at] == '\\' ? 2 : 1, Part::Literal);
        take(1, Part::Code);
    }

    // 1'000: the quote follows a digit or letter, and so does the next character. u8'a' does not
    // occur in this project.
    bool isDigitSeparator() const {
        return m_at > 0 && m_text[m_at - 1].isLetterOrNumber() && m_at + 1 < m_text.size() &&
               m_text[m_at + 1].isLetterOrNumber();
    }

    bool startsWith(QLatin1StringView sign) const {
        return QStringView(m_text).mid(m_at).startsWith(sign);
    }
    bool startsWith(const char* sign) const { return startsWith(QLatin1StringView(sign)); }

    void take(qsizetype count, Part part) {
        for (; count > 0 && m_at < m_text.size(); --count, ++m_at)
            m_parts.append(part);
    }

    const QString& m_text;
    qsizetype m_at = 0;
    QList<Part> m_parts;
};

template <typename Wanted>
QString keep(const QString& text, Wanted wanted) {
    const QList<Part> parts = Scanner(text).scan();
    QString kept = text;
    for (qsizetype i = 0; i < text.size(); ++i)
        if (text[i] != '\n' && !wanted(parts[i])) kept[i] = ' ';
    return kept;
}

}  // namespace

QString Complaint::toString() const {
    return line == 0 ? path + ": " + text : QString("%1:%2: %3").arg(path).arg(line).arg(text);
}

QString withoutComments(const QString& text) {
    return keep(text, [](Part part) { return part != Part::Comment; });
}

QString codeOnly(const QString& text) {
    return keep(text, [](Part part) { return part == Part::Code; });
}

QString commentsOnly(const QString& text) {
    return keep(text, [](Part part) { return part == Part::Comment; });
}

QList<Include> includesOf(const QString& text) {
    static const QRegularExpression pattern(R"(^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">])",
                                            QRegularExpression::MultilineOption);
    const QString code = withoutComments(text);
    QList<Include> includes;
    for (auto matches = pattern.globalMatch(code); matches.hasNext();) {
        const auto match = matches.next();
        includes.append(
            {match.captured(2), match.captured(1) == "\"", lineOf(code, match.capturedStart(1))});
    }
    return includes;
}

qsizetype lineOf(const QString& text, qsizetype position) {
    return QStringView(text).left(position).count('\n') + 1;
}

}  // namespace orrery::tidy
