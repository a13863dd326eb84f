#include "widgets/items/json_check.h"

#include <QCoreApplication>
#include <QSet>
#include <vector>

namespace orrery::widgets {
namespace {

/// Reads a valid JSON text from its begin to its end. Only strings and brackets matter.
class Reader {
public:
    explicit Reader(const QString& json) : m_json(json) {}

    std::optional<JsonMistake> read() {
        for (; m_at < m_json.size(); ++m_at) {
            const QChar c = m_json[m_at];
            if (c == u'{' || c == u'[') {
                m_open.push_back({.isObject = c == u'{', .expectsName = c == u'{', .names = {}});
            } else if ((c == u'}' || c == u']') && !m_open.empty()) {
                m_open.pop_back();
            } else if (c == u',' && !m_open.empty()) {
                m_open.back().expectsName = m_open.back().isObject;
            } else if (c == u'"') {
                readString();
            }
            if (m_mistake) break;
        }
        return m_mistake;
    }

private:
    struct Open {
        bool isObject = false;
        bool expectsName = false;
        QSet<QString> names;
    };

    static QString tr(const char* text) { return QCoreApplication::translate("JsonMistake", text); }

    void fail(qsizetype at, const QString& text) {
        if (!m_mistake) m_mistake = {at, text};
    }

    /// Ends at the closing quote.
    void readString() {
        const qsizetype begin = m_at;
        QString value;
        for (++m_at; m_at < m_json.size() && m_json[m_at] != u'"'; ++m_at) {
            const QChar c = m_json[m_at];
            if (c == u'\\')
                value += readEscape();
            else
                value += c;
            if (c < u' ')
                fail(m_at, c == u'\n' ? tr("A string ends before its closing quote. Write a line "
                                           "break in a string as \\n.")
                                      : tr("A string holds a control character. Write a tab as "
                                           "\\t, others as \\u0001 and so on."));
        }
        for (qsizetype i = 0; i < value.size(); ++i) {
            if (value[i].isHighSurrogate() && i + 1 < value.size() && value[i + 1].isLowSurrogate())
                ++i;
            else if (value[i].isSurrogate())
                fail(begin, tr("A string holds \\u%1, which is half of a character.")
                                .arg(value[i].unicode(), 4, 16, QChar(u'0')));
        }
        if (m_open.empty() || !m_open.back().expectsName) return;
        m_open.back().expectsName = false;
        if (m_open.back().names.contains(value))
            fail(begin, tr("The name \"%1\" is here twice in the same object.").arg(value));
        m_open.back().names.insert(value);
    }

    /// The character of the escape at the present place; ends at its last character.
    QChar readEscape() {
        if (++m_at == m_json.size()) return {};
        switch (m_json[m_at].unicode()) {
            case u'b':
                return u'\b';
            case u'f':
                return u'\f';
            case u'n':
                return u'\n';
            case u'r':
                return u'\r';
            case u't':
                return u'\t';
            case u'u':
                m_at += 4;
                if (m_at >= m_json.size()) return {};
                return QChar(QStringView(m_json).sliced(m_at - 3).first(4).toUShort(nullptr, 16));
            default:
                return m_json[m_at];
        }
    }

    const QString& m_json;
    qsizetype m_at = 0;
    std::vector<Open> m_open;
    std::optional<JsonMistake> m_mistake;
};

}  // namespace

std::optional<JsonMistake> findJsonMistake(const QString& json) {
    return Reader(json).read();
}

}  // namespace orrery::widgets
