#include "widgets/items/typed_item.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <algorithm>
#include <optional>

#include "widgets/base/attribute_text.h"
#include "widgets/items/item_diff.h"

namespace orrery::widgets {
namespace {

/// `json` with each number as a string that begins with `mark`: a number of the service may have 38
/// digits, more than a double keeps.
QString markNumbers(const QString& json, QChar mark) {
    QString marked;
    bool inString = false;
    for (qsizetype i = 0; i < json.size(); ++i) {
        const QChar c = json[i];
        if (!inString && (c == u'-' || c.isDigit())) {
            qsizetype end = i + 1;
            while (end < json.size() && QStringLiteral("0123456789+-.eE").contains(json[end]))
                ++end;
            marked += u'"' + QString(mark) + json.mid(i, end - i) + u'"';
            i = end - 1;
            continue;
        }
        marked += c;
        if (inString && c == u'\\' && i + 1 < json.size())
            marked += json[++i];
        else if (c == u'"')
            inString = !inString;
    }
    return marked;
}

bool isNumber(const QString& text) {
    static const QRegularExpression number(
        QStringLiteral(R"(^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$)"));
    return number.match(text).hasMatch();
}

bool isBase64(const QString& text) {
    const QByteArray bytes = text.toLatin1();
    const auto decoded =
        QByteArray::fromBase64Encoding(bytes, QByteArray::AbortOnBase64DecodingErrors);
    return decoded && decoded.decoded.toBase64() == bytes;
}

QJsonObject typed(const QString& type, const QJsonValue& value) {
    return {{type, value}};
}

/// Gives plain JSON with marked numbers its types.
class Typing {
public:
    explicit Typing(QChar mark) : m_mark(mark) {}

    QJsonValue value(const QJsonValue& plain, const QJsonValue& old) const {
        switch (plain.type()) {
            case QJsonValue::String:
                return ofText(plain.toString(), old);
            case QJsonValue::Bool:
                return typed(QStringLiteral("BOOL"), plain);
            case QJsonValue::Array:
                return ofArray(plain.toArray(), old);
            case QJsonValue::Object:
                return typed(QStringLiteral("M"),
                             map(plain.toObject(), old[QLatin1String("M")].toObject()));
            case QJsonValue::Double:  // Never: numbers are marked strings.
            case QJsonValue::Null:
            case QJsonValue::Undefined:
                break;
        }
        return typed(QStringLiteral("NULL"), true);
    }

    QJsonObject map(const QJsonObject& plain, const QJsonObject& old) const {
        QJsonObject map;
        for (auto it = plain.begin(); it != plain.end(); ++it)
            map[it.key()] = value(it.value(), old[it.key()]);
        return map;
    }

private:
    QJsonValue ofText(const QString& text, const QJsonValue& old) const {
        if (text.startsWith(m_mark)) return typed(QStringLiteral("N"), text.mid(1));
        const QString before = attributeType(old);
        if (before == u"B" && isBase64(text)) return typed(before, text);
        // Plain JSON holds a number of many digits as text.
        if (before == u"N" && isNumber(text) && plainValue(old).isString())
            return typed(before, text);
        return typed(QStringLiteral("S"), text);
    }

    QJsonValue ofArray(const QJsonArray& plain, const QJsonValue& old) const {
        const QString before = attributeType(old);
        if (before == u"SS" || before == u"NS" || before == u"BS")
            if (const auto set = asSet(plain, before)) return typed(before, *set);
        return typed(QStringLiteral("L"), list(plain, old[QLatin1String("L")].toArray()));
    }

    /// Nothing if an element does not fit. What else the service wants of a set, it says itself.
    std::optional<QJsonArray> asSet(const QJsonArray& plain, const QString& type) const {
        QJsonArray set;
        for (const auto& element : plain) {
            const QString text = element.toString();
            const bool isMarked = text.startsWith(m_mark);
            const bool fits = element.isString() && (type == u"NS" ? isMarked || isNumber(text)
                                                     : isMarked    ? false
                                                                : type == u"SS" || isBase64(text));
            if (!fits) return std::nullopt;
            set.append(isMarked ? text.mid(1) : text);
        }
        return set;
    }

    /// Elements at the ends that are as before keep their types; those between do if none was
    /// added or removed.
    QJsonArray list(const QJsonArray& plain, const QJsonArray& old) const {
        const auto same = [&](qsizetype at, qsizetype before) {
            return value(plain[at], old[before]) == old[before];
        };
        const qsizetype most = std::min(plain.size(), old.size());
        qsizetype front = 0;
        while (front < most && same(front, front))
            ++front;
        qsizetype back = 0;
        while (back < most - front && same(plain.size() - 1 - back, old.size() - 1 - back))
            ++back;
        QJsonArray list;
        for (qsizetype i = 0; i < plain.size(); ++i) {
            QJsonValue before;
            if (i < front || plain.size() == old.size())
                before = old[i];
            else if (i >= plain.size() - back)
                before = old[i - plain.size() + old.size()];
            list.append(value(plain[i], before));
        }
        return list;
    }

    QChar m_mark;
};

}  // namespace

QJsonObject typedItem(const QString& plainJson, const QJsonObject& old) {
    QChar mark(0xE000);
    while (plainJson.contains(mark))
        mark = QChar(mark.unicode() + 1);
    const QJsonObject object =
        QJsonDocument::fromJson(markNumbers(plainJson, mark).toUtf8()).object();
    return Typing(mark).map(object, old);
}

QStringList typeChanges(const QJsonObject& before, const QJsonObject& after) {
    QStringList changes;
    for (const ItemChange& change : changesOf(before, after, ChangeDepth::MapEntries)) {
        const QString from = attributeType(change.before);
        const QString to = attributeType(change.after);
        if (from.isEmpty() || to.isEmpty() || from == to) continue;
        changes << QStringLiteral("%1 (%2 → %3)")
                       .arg(change.path.join(u'.'), typeWord(from), typeWord(to));
    }
    return changes;
}

}  // namespace orrery::widgets
