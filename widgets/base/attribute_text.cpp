#include "widgets/base/attribute_text.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include "widgets/base/format.h"

namespace orrery::widgets {
namespace {

struct TypeName {
    QLatin1String wire;
    const char* word;
};
constexpr TypeName kTypes[] = {
    {QLatin1String("S"), QT_TRANSLATE_NOOP("Attributes", "String")},
    {QLatin1String("N"), QT_TRANSLATE_NOOP("Attributes", "Number")},
    {QLatin1String("B"), QT_TRANSLATE_NOOP("Attributes", "Binary")},
    {QLatin1String("SS"), QT_TRANSLATE_NOOP("Attributes", "String set")},
    {QLatin1String("NS"), QT_TRANSLATE_NOOP("Attributes", "Number set")},
    {QLatin1String("BS"), QT_TRANSLATE_NOOP("Attributes", "Binary set")},
    {QLatin1String("M"), QT_TRANSLATE_NOOP("Attributes", "Map")},
    {QLatin1String("L"), QT_TRANSLATE_NOOP("Attributes", "List")},
    {QLatin1String("NULL"), QT_TRANSLATE_NOOP("Attributes", "Null")},
    {QLatin1String("BOOL"), QT_TRANSLATE_NOOP("Attributes", "Boolean")},
};

void appendShort(QString& out, const QJsonValue& value, int charactersMax);

/// The first `count` characters, without half of a surrogate pair.
QString firstOf(const QString& text, qsizetype count) {
    if (count < text.size() && count > 0 && text[count - 1].isHighSurrogate()) --count;
    return text.left(count);
}

/// Characters that change the direction of the text around them, so that it reads otherwise than
/// it is (Unicode Technical Report 36, 3.2).
bool turnsText(QChar c) {
    const char16_t code = c.unicode();
    return code == 0x061c || code == 0x200e || code == 0x200f ||
           (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void appendBinary(QString& out, const QString& base64) {
    const QByteArray bytes = QByteArray::fromBase64(base64.toLatin1());
    out += QString::fromLatin1(bytes.first(std::min<qsizetype>(bytes.size(), 8)).toHex(' '));
    if (bytes.size() > 8) out += QStringLiteral("…");
    out += QStringLiteral(" (%1)").arg(bytesText(bytes.size()));
}

template <typename Append>
void appendElements(QString& out, const QJsonArray& elements, int charactersMax, Append append) {
    bool first = true;
    for (const auto& element : elements) {
        if (!first) out += QStringLiteral(", ");
        first = false;
        if (out.size() > charactersMax) break;
        append(element);
    }
}

void appendMap(QString& out, const QJsonObject& map, int charactersMax) {
    out += u'{';
    bool first = true;
    for (auto it = map.begin(); it != map.end() && out.size() <= charactersMax; ++it) {
        if (!first) out += QStringLiteral(", ");
        first = false;
        out += it.key() + QStringLiteral(": ");
        appendShort(out, it.value(), charactersMax);
    }
    out += u'}';
}

void appendShort(QString& out, const QJsonValue& value, int charactersMax) {
    const QString type = attributeType(value);
    const QJsonValue content = type.isEmpty() ? value : value.toObject().begin().value();
    if (type == u"S" || type == u"N") {
        // An empty text is not the same as none.
        const QString text = content.toString();
        out += text.isEmpty() ? QStringLiteral("\"\"") : firstOf(text, charactersMax + 1);
    } else if (type == u"B") {
        appendBinary(out, content.toString());
    } else if (type == u"BOOL") {
        out += content.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    } else if (type == u"NULL") {
        out += QStringLiteral("null");
    } else if (type == u"M") {
        appendMap(out, content.toObject(), charactersMax);
    } else if (type == u"L") {
        out += u'[';
        appendElements(out, content.toArray(), charactersMax,
                       [&](const QJsonValue& e) { appendShort(out, e, charactersMax); });
        out += u']';
    } else if (type == u"BS") {
        out += u'{';
        appendElements(out, content.toArray(), charactersMax,
                       [&](const QJsonValue& e) { appendBinary(out, e.toString()); });
        out += u'}';
    } else if (type == u"SS" || type == u"NS") {
        out += u'{';
        appendElements(out, content.toArray(), charactersMax,
                       [&](const QJsonValue& e) { out += e.toString(); });
        out += u'}';
    } else {
        out += QString::fromUtf8(
            QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).mid(1).chopped(1));
    }
}

/// True for characters that a QTextDocument replaces or takes for its own (no-break space, line and
/// paragraph separator, object replacement, noncharacters), for controls and half characters, and
/// for those that turn text.
bool isLostInEditors(const QString& text, qsizetype at) {
    const QChar c = text[at];
    const char16_t code = c.unicode();
    if (c.isHighSurrogate()) return at + 1 == text.size() || !text[at + 1].isLowSurrogate();
    if (c.isLowSurrogate()) return at == 0 || !text[at - 1].isHighSurrogate();
    return (code >= 0x7f && code <= 0xa0) || code == 0x2028 || code == 0x2029 ||
           (code >= 0xfdd0 && code <= 0xfdef) || code == 0xfeff || code >= 0xfff9 || turnsText(c);
}

/// A number as JSON if a double gives it back exactly, otherwise as text.
QJsonValue plainNumber(const QString& text) {
    const double number = text.toDouble();
    return QString::number(number, 'f', QLocale::FloatingPointShortest) == text ? QJsonValue(number)
                                                                                : QJsonValue(text);
}

}  // namespace

QString attributeType(const QJsonValue& value) {
    if (!value.isObject()) return {};
    const QJsonObject object = value.toObject();
    if (object.size() != 1) return {};
    const QString name = object.begin().key();
    for (const TypeName& type : kTypes)
        if (name == type.wire) return name;
    return {};
}

QString typeWord(const QString& wireName) {
    for (const TypeName& type : kTypes)
        if (wireName == type.wire) return QCoreApplication::translate("Attributes", type.word);
    return wireName;
}

QString oneLine(const QString& text) {
    QString line = text;
    line.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    for (QChar& c : line) {
        if (c == u'\n' || c == u'\r')
            c = u'⏎';
        else if (c == u'\t')
            c = u'⇥';
        else if (c < u' ' || turnsText(c))
            c = QChar(QChar::ReplacementCharacter);
    }
    return line;
}

QString shortText(const QJsonValue& value, int charactersMax) {
    QString out;
    appendShort(out, value, charactersMax);
    out = oneLine(out);
    if (out.size() > charactersMax) out = firstOf(out, charactersMax) + u'…';
    return out;
}

QJsonValue plainValue(const QJsonValue& value) {
    const QString type = attributeType(value);
    if (type.isEmpty()) return value;
    const QJsonValue content = value.toObject().begin().value();
    if (type == u"N") return plainNumber(content.toString());
    if (type == u"NULL") return QJsonValue::Null;
    if (type == u"M") return plainItem(content.toObject());
    if (type == u"L") {
        QJsonArray plain;
        for (const auto& element : content.toArray())
            plain.append(plainValue(element));
        return plain;
    }
    if (type == u"NS") {
        QJsonArray plain;
        for (const auto& element : content.toArray())
            plain.append(plainNumber(element.toString()));
        return plain;
    }
    return content;
}

QJsonObject plainItem(const QJsonObject& item) {
    QJsonObject plain;
    for (auto it = item.begin(); it != item.end(); ++it)
        plain[it.key()] = plainValue(it.value());
    return plain;
}

QString indentedJson(const QJsonObject& object) {
    const QString json =
        QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Indented)).trimmed();
    QString text;
    text.reserve(json.size());
    // Outside strings, JSON is ASCII.
    for (qsizetype i = 0; i < json.size(); ++i)
        if (isLostInEditors(json, i))
            text += QStringLiteral("\\u%1").arg(json[i].unicode(), 4, 16, QChar(u'0'));
        else
            text += json[i];
    return text;
}

QString wholeText(const QJsonValue& value) {
    const QString type = attributeType(value);
    // As the API writes it: a double would lose digits.
    if (type == u"N") return value[type].toString();
    const QJsonValue plain = plainValue(value);
    if (plain.isString()) return plain.toString();
    // A document is an array or an object; what stands in the brackets may be anything.
    return QString::fromUtf8(
        QJsonDocument(QJsonArray{plain}).toJson(QJsonDocument::Compact).mid(1).chopped(1));
}

QString csvField(const QString& text) {
    const bool plain = !text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n') &&
                       !text.contains(u'\r');
    if (plain) return text;
    QString quoted = text;
    quoted.replace(u'"', QStringLiteral("\"\""));
    return u'"' + quoted + u'"';
}

QString plainToolTip(const QString& text) {
    if (text.isEmpty()) return {};
    // A tool tip wraps rich text only, and that between words only: a long word gets places where
    // it may be broken, which cannot be seen.
    constexpr int kWordMax = 60;
    QString broken;
    int run = 0;
    for (const QChar c : text) {
        run = c.isSpace() ? 0 : run + 1;
        if (run > kWordMax && !c.isLowSurrogate()) {
            broken += QChar(QChar::SpecialCharacter(0x200B));
            run = 1;
        }
        broken += turnsText(c) ? QChar(QChar::ReplacementCharacter) : c;
    }
    constexpr int kLineMax = 80;
    return QStringLiteral("<div style=\"white-space:%1\">%2</div>")
        .arg(text.size() > kLineMax ? QLatin1String("pre-wrap") : QLatin1String("pre"),
             broken.toHtmlEscaped());
}

}  // namespace orrery::widgets
