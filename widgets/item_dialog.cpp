#include "widgets/item_dialog.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QJsonArray>
#include <QJsonDocument>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/attribute_text.h"
#include "widgets/theme.h"

namespace orrery::widgets {

QJsonValue typedValue(const QJsonValue& plain) {
    switch (plain.type()) {
        case QJsonValue::String:
            return QJsonObject{{QStringLiteral("S"), plain}};
        case QJsonValue::Double:
            return QJsonObject{
                {QStringLiteral("N"),
                 QString::number(plain.toDouble(), 'g', QLocale::FloatingPointShortest)}};
        case QJsonValue::Bool:
            return QJsonObject{{QStringLiteral("BOOL"), plain}};
        case QJsonValue::Array: {
            QJsonArray list;
            for (const QJsonValue& element : plain.toArray())
                list.append(typedValue(element));
            return QJsonObject{{QStringLiteral("L"), list}};
        }
        case QJsonValue::Object: {
            QJsonObject map;
            const QJsonObject object = plain.toObject();
            for (auto it = object.begin(); it != object.end(); ++it)
                map[it.key()] = typedValue(it.value());
            return QJsonObject{{QStringLiteral("M"), map}};
        }
        default:
            return QJsonObject{{QStringLiteral("NULL"), true}};
    }
}

ItemDialog::ItemDialog(const QString& table, const QStringList& keyNames, const QJsonObject& item,
                       QWidget* parent)
    : QDialog(parent),
      m_keyNames(keyNames),
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
    m_text->setFrameShape(QFrame::StyledPanel);
    m_state->setWordWrap(true);
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
    QJsonObject shown = item;
    if (shown.isEmpty())
        for (const QString& name : keyNames)
            shown[name] = QJsonObject{{QStringLiteral("S"), QString()}};
    m_text->setPlainText(indentedJson(shown));
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
    return typed ? object : typedValue(object).toObject()[QStringLiteral("M")].toObject();
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
