#include "widgets/items/item_dialog.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTextOption>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

namespace {

/// `json` with each number as a string that begins with `mark`: a double would lose digits, and a
/// number of the service may have 38.
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

/// The attribute value for plain JSON whose numbers are marked.
QJsonValue typedValue(const QJsonValue& plain, QChar mark) {
    switch (plain.type()) {
        case QJsonValue::String: {
            const QString text = plain.toString();
            if (text.startsWith(mark)) return QJsonObject{{QStringLiteral("N"), text.mid(1)}};
            return QJsonObject{{QStringLiteral("S"), plain}};
        }
        case QJsonValue::Bool:
            return QJsonObject{{QStringLiteral("BOOL"), plain}};
        case QJsonValue::Array: {
            QJsonArray list;
            for (const auto& element : plain.toArray())
                list.append(typedValue(element, mark));
            return QJsonObject{{QStringLiteral("L"), list}};
        }
        case QJsonValue::Object: {
            QJsonObject map;
            const QJsonObject object = plain.toObject();
            for (auto it = object.begin(); it != object.end(); ++it)
                map[it.key()] = typedValue(it.value(), mark);
            return QJsonObject{{QStringLiteral("M"), map}};
        }
        default:
            return QJsonObject{{QStringLiteral("NULL"), true}};
    }
}

}  // namespace

QJsonObject typedItem(const QString& plainJson) {
    QChar mark(0xE000);
    while (plainJson.contains(mark))
        mark = QChar(mark.unicode() + 1);
    const QJsonObject object =
        QJsonDocument::fromJson(markNumbers(plainJson, mark).toUtf8()).object();
    return typedValue(object, mark).toObject()[QStringLiteral("M")].toObject();
}

ItemDialog::ItemDialog(const QString& table, const QJsonObject& emptyKey, const QJsonObject& item,
                       QWidget* parent)
    : QDialog(parent),
      m_keyNames(emptyKey.keys()),
      m_text(new QPlainTextEdit(this)),
      m_state(new QLabel(this)) {
    setWindowTitle(item.isEmpty() ? tr("Put item into %1").arg(table)
                                  : tr("Edit item of %1").arg(table));
    resize(560, 460);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(8);
    auto* hint = new QLabel(tr("DynamoDB JSON, with types, or plain JSON."), this);
    hint->setProperty("muted", true);
    m_text->setAccessibleName(tr("Item as JSON"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    m_text->setWordWrapMode(QTextOption::WrapAnywhere);  // As in the inspector.
    m_text->setFrameShape(QFrame::StyledPanel);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setProperty("bad", true);
    m_state->setMinimumHeight(fontMetrics().height() * 2);
    m_state->setAccessibleName(tr("State of the text"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_put = buttons->addButton(tr("Put item"), QDialogButtonBox::AcceptRole);
    m_put->setDefault(true);
    layout->addWidget(hint);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_state);
    layout->addWidget(buttons);
    connect(m_text, &QPlainTextEdit::textChanged, this, &ItemDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] { emit putWanted(this->item()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_text->setPlainText(indentedJson(item.isEmpty() ? emptyKey : item));
    check();
}

QString ItemDialog::problem() const {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(m_text->toPlainText().toUtf8(), &error);
    if (error.error != QJsonParseError::NoError) {
        const QByteArray before = m_text->toPlainText().toUtf8().left(error.offset);
        return tr("Line %1: %2").arg(before.count('\n') + 1).arg(error.errorString());
    }
    if (!document.isObject()) return tr("An item is an object: { … }");
    for (const QString& name : m_keyNames)
        if (!document.object().contains(name))
            return tr("The key attribute %1 is missing").arg(name);
    return {};
}

QJsonObject ItemDialog::item() const {
    const QJsonObject object = QJsonDocument::fromJson(m_text->toPlainText().toUtf8()).object();
    // With types or plain is one choice for the whole text: a plain item may well hold a map {"S":
    // 1}.
    const bool typed = std::all_of(object.begin(), object.end(), [](const QJsonValue& value) {
        return !attributeType(value).isEmpty();
    });
    return typed ? object : typedItem(m_text->toPlainText());
}

void ItemDialog::check() {
    const QString text = problem();
    m_put->setEnabled(text.isEmpty());
    m_state->setText(text);
}

void ItemDialog::setRefusal(const QString& text) {
    m_state->setText(text);
}

}  // namespace orrery::widgets
