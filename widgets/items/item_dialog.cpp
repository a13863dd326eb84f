#include "widgets/items/item_dialog.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QJsonDocument>
#include <QMessageBox>
#include <QShortcut>
#include <QSignalBlocker>
#include <QTextDocument>
#include <QTextOption>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/theme.h"
#include "widgets/items/item_write.h"
#include "widgets/items/json_check.h"
#include "widgets/items/typed_item.h"

namespace orrery::widgets {

ItemDialog::ItemDialog(const QString& table, const QJsonObject& emptyKey, QWidget* parent)
    : QDialog(parent),
      m_table(table),
      m_emptyKey(emptyKey),
      m_keyNames(emptyKey.keys()),
      m_note(new QLabel(this)),
      m_text(new QPlainTextEdit(this)),
      m_state(new QLabel(this)) {
    setWindowTitle(tr("Put item into %1").arg(table));
    resize(620, 500);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(8);
    m_note->setProperty("muted", true);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);  // Names are no HTML.
    m_note->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    m_note->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_text->setAccessibleName(tr("Item as JSON"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    m_text->setWordWrapMode(QTextOption::WrapAnywhere);  // As in the inspector.
    m_text->setFrameShape(QFrame::StyledPanel);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setProperty("bad", true);
    m_state->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    m_state->setAccessibleName(tr("State of the text"));
    layout->addWidget(m_note);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_state);
    makeButtons();
    setOnlyVersion(indentedJson(emptyKey), {});
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        followHistory();
        check();
    });
    setPhase(Phase::Editing);
}

void ItemDialog::makeButtons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_readAgain = buttons->addButton(tr("Read again"), QDialogButtonBox::ActionRole);
    m_put = buttons->addButton(tr("Put item"), QDialogButtonBox::AcceptRole);
    m_put->setDefault(true);
    // While the text is locked, the focus is on another button. Return must not make that one the
    // default.
    m_cancel = buttons->button(QDialogButtonBox::Cancel);
    m_cancel->setAutoDefault(false);
    m_readAgain->setAutoDefault(false);
    layout()->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] { emit putWanted(item()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &ItemDialog::reject);
    connect(m_readAgain, &QPushButton::clicked, this, &ItemDialog::readWanted);
    // In the editor, Return alone begins a line.
    for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter})
        connect(new QShortcut(Qt::CTRL | key, this), &QShortcut::activated, m_put,
                &QPushButton::click);
    m_put->setToolTip(tr("Ctrl+Return"));
}

void ItemDialog::setOnlyVersion(const QString& text, const QJsonObject& base) {
    const QSignalBlocker blocker(m_text);
    m_text->setPlainText(text);  // Empties the history of the document.
    m_versions = {Version{0, text, base, {}}};
    m_version = 0;
}

void ItemDialog::editItem(const QJsonObject& item) {
    setWindowTitle(tr("Edit item of %1").arg(m_table));
    setOnlyVersion(indentedJson(item), item);
    setPhase(Phase::Editing);
}

void ItemDialog::replaceText(const QJsonObject& item, const QJsonObject& base,
                             const QString& note) {
    setWindowTitle(tr("Edit item of %1").arg(m_table));
    const QString text = indentedJson(item);
    {
        const QSignalBlocker blocker(m_text);
        QTextCursor cursor(m_text->document());
        cursor.select(QTextCursor::Document);
        cursor.insertText(text);
        m_text->moveCursor(QTextCursor::Start);
    }
    m_versions.resize(m_version + 1);
    m_versions.push_back({m_text->document()->availableUndoSteps(), text, base, note});
    ++m_version;
    setPhase(Phase::Editing);
}

void ItemDialog::followHistory() {
    const int steps = m_text->document()->availableUndoSteps();
    while (m_version > 0 && steps < m_versions[m_version].undoSteps)
        --m_version;
    if (m_version + 1 == m_versions.size()) return;
    const Version& next = m_versions[m_version + 1];
    if (steps == next.undoSteps && text() == next.text)
        ++m_version;  // Redone.
    else if (!m_text->document()->isRedoAvailable())
        m_versions.resize(m_version + 1);  // Typing after an undo ends what could be redone.
}

void ItemDialog::makeNew(const QString& note) {
    m_versions.resize(m_version + 1);
    m_versions.back().base = {};
    m_versions.back().origin = note;
    setWindowTitle(tr("Put item into %1").arg(m_table));
    setPhase(Phase::Editing);
}

void ItemDialog::setReading(const QJsonObject& key) {
    setWindowTitle(tr("Edit item of %1").arg(m_table));
    setOnlyVersion(indentedJson(key), key);
    setPhase(Phase::Reading);
}

void ItemDialog::setReadFailure(const QString& text) {
    setPhase(Phase::ReadFailed);
    m_state->setText(text);
}

void ItemDialog::setWriting(bool waits) {
    m_waits = waits;
    setPhase(Phase::Writing);
}

void ItemDialog::setWritten() {
    setPhase(Phase::Editing);
}

void ItemDialog::setRefusal(const QString& text) {
    setPhase(Phase::Editing);
    m_state->setText(text);
}

void ItemDialog::setOldItem(const QJsonObject& key, const QString& keyText) {
    m_oldKey = key;
    m_oldKeyText = keyText;
    check();
}

void ItemDialog::reject() {
    if (m_phase == Phase::Editing && m_text->document()->isModified()) return askToDiscard();
    if (m_phase != Phase::Writing) return QDialog::reject();
    hide();
    emit left();
}

// One press of Escape must not throw away what was typed.
void ItemDialog::askToDiscard() {
    auto* question = new QMessageBox(QMessageBox::Question, tr("Discard the changes?"),
                                     tr("The text of this item has not been saved."),
                                     QMessageBox::NoButton, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    const QPushButton* discard = question->addButton(tr("Discard"), QMessageBox::DestructiveRole);
    QPushButton* keep = question->addButton(tr("Keep editing"), QMessageBox::RejectRole);
    question->setDefaultButton(keep);
    question->setEscapeButton(keep);
    connect(discard, &QPushButton::clicked, this, [this] { QDialog::reject(); });
    question->open();
}

void ItemDialog::setPhase(Phase phase) {
    m_phase = phase;
    m_text->setReadOnly(phase != Phase::Editing);
    m_text->setEnabled(phase == Phase::Editing || phase == Phase::Writing);
    m_readAgain->setVisible(phase == Phase::ReadFailed);
    m_cancel->setText(phase == Phase::Writing ? tr("Close") : tr("Cancel"));
    check();
    if (phase == Phase::Editing) {
        m_text->setFocus();
        m_put->setDefault(true);
    }
}

bool ItemDialog::isTyped(const QJsonObject& object) const {
    // A key value is a string, a number or binary, so it is a JSON object only if it has a type.
    return std::ranges::all_of(m_keyNames, [&object](const QString& name) {
        return !attributeType(object[name]).isEmpty();
    });
}

bool ItemDialog::isKeyChanged() const {
    const QJsonObject now = item();
    return std::ranges::any_of(m_keyNames,
                               [&](const QString& name) { return now[name] != base()[name]; });
}

bool ItemDialog::deletesOldToo() const {
    return !m_oldKey.isEmpty() && keyOf(base(), m_keyNames) != m_oldKey;
}

// As typed: QPlainTextEdit::toPlainText returns a no-break space as a space.
QString ItemDialog::text() const {
    QString text = m_text->document()->toRawText();
    bool inString = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        QChar& c = text[i];
        if (c == QChar::ParagraphSeparator || c == QChar::LineSeparator)
            c = u'\n';
        else if (c == u'"')
            inString = !inString;
        else if (c == u'\\' && inString && i + 1 < text.size() && text[i + 1] < QChar(0x7f))
            ++i;
        else if (c == QChar::Nbsp && !inString)
            c = u' ';
    }
    return text;
}

QString ItemDialog::problem() const {
    QJsonParseError error;
    const QString text = this->text();
    const QByteArray bytes = text.toUtf8();
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (error.error != QJsonParseError::NoError)
        return tr("Line %1: %2")
            .arg(bytes.left(error.offset).count('\n') + 1)
            .arg(error.errorString());
    if (const auto mistake = findJsonMistake(text))
        return tr("Line %1: %2")
            .arg(QStringView(text).first(mistake->at).count(u'\n') + 1)
            .arg(mistake->text);
    if (!document.isObject()) return tr("An item is an object: { … }");
    const QJsonObject object = document.object();
    for (const QString& name : m_keyNames)
        if (!object.contains(name)) return tr("The key attribute %1 is missing").arg(name);
    return {};
}

QJsonObject ItemDialog::item() const {
    const QString text = this->text();
    const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
    QJsonObject item = typedItem(text, typesBefore());
    // A value with a type stands for itself, also beside one without.
    if (isTyped(object))
        for (auto it = object.begin(); it != object.end(); ++it)
            if (!attributeType(it.value()).isEmpty()) item[it.key()] = it.value();
    return item;
}

QStringList ItemDialog::untyped() const {
    const QJsonObject object = QJsonDocument::fromJson(text().toUtf8()).object();
    QStringList names;
    if (!isTyped(object)) return names;
    for (auto it = object.begin(); it != object.end(); ++it)
        if (attributeType(it.value()).isEmpty()) names << it.key();
    return names;
}

const QJsonObject& ItemDialog::typesBefore() const {
    return base().isEmpty() ? m_emptyKey : base();
}

// Typed JSON says its types; plain JSON has no sets and no binary values.
QString ItemDialog::warning() const {
    QJsonObject before = typesBefore();
    QJsonObject after = item();
    if (isTyped(QJsonDocument::fromJson(text().toUtf8()).object())) {
        const QStringList plain = untyped();
        for (QJsonObject* object : {&before, &after})
            for (const QString& name : object->keys())
                if (!plain.contains(name)) object->remove(name);
    }
    const QStringList changes = typeChanges(before, after);
    if (changes.isEmpty()) return {};
    return tr("Saving changes types: %1. DynamoDB JSON would keep them.")
        .arg(changes.join(QStringLiteral(", ")));
}

QString ItemDialog::note(bool moves) const {
    if (m_phase == Phase::Reading) return tr("Reading the item from its leader…");
    if (m_phase == Phase::ReadFailed) return tr("The item could not be read from its leader.");
    if (m_phase == Phase::Writing && m_waits)
        return tr(
            "The clock is paused, so the write waits until it runs (F9) or steps (F10). Closing "
            "this dialog does not take it back.");
    if (m_phase == Phase::Writing)
        return tr(
            "The write is sent. Closing this dialog does not take it back; what became of it is "
            "said then.");
    if (deletesOldToo())
        return tr("Saving writes this item and then deletes the item with the old key (%1): two "
                  "writes.")
            .arg(m_oldKeyText);
    if (moves)
        return tr(
            "You changed the key. Saving puts a new item and then deletes the item with the "
            "old key: two writes.");
    if (m_phase == Phase::Editing && problem().isEmpty()) {
        const QJsonObject read = item();
        QStringList types;
        for (const QString& name : untyped())
            types << tr("%1 (%2)").arg(name, typeWord(attributeType(read[name])));
        if (!types.isEmpty())
            return tr("Written without a type, and read by itself: %1.")
                .arg(types.join(QStringLiteral(", ")));
    }
    if (const QString& origin = m_versions[m_version].origin; !origin.isEmpty()) return origin;
    return base().isEmpty() ? tr("DynamoDB JSON, with types, or plain JSON.")
                            : tr("The item as its leader holds it now. DynamoDB JSON, with types, "
                                 "or plain JSON.");
}

void ItemDialog::check() {
    const bool edits = m_phase == Phase::Editing;
    const QString wrong = edits ? problem() : QString();
    m_put->setEnabled(edits && wrong.isEmpty());
    m_state->setText(edits && wrong.isEmpty() ? warning() : wrong);
    const bool moves = edits && wrong.isEmpty() && !base().isEmpty() && isKeyChanged();
    m_put->setText(putText(moves));
    m_note->setText(note(moves));
}

QString ItemDialog::putText(bool moves) const {
    if (m_phase == Phase::Writing) return tr("Writing…");
    if (moves) return tr("Put new, delete old");
    if (deletesOldToo()) return tr("Save, delete old");
    return base().isEmpty() ? tr("Put item") : tr("Save changes");
}

}  // namespace orrery::widgets
