#include "widgets/items/conflict_dialog.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QHeaderView>
#include <QJsonDocument>
#include <QLabel>
#include <QSplitter>
#include <QTabWidget>
#include <QTextOption>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/theme.h"
#include "widgets/items/item_diff.h"

namespace orrery::widgets {
namespace {

enum Column { Name, Who, Mine, Theirs, ColumnCount };

constexpr int kCellCharactersMax = 400;

QString whoText(ChangedBy who) {
    switch (who) {
        case ChangedBy::You:
            return ConflictDialog::tr("you");
        case ChangedBy::Others:
            return ConflictDialog::tr("others");
        case ChangedBy::Both:
            return ConflictDialog::tr("you and others");
        case ChangedBy::Nobody:
            break;
    }
    return {};
}

/// "Number: 5".
QString valueText(const QJsonValue& value) {
    return typeWord(attributeType(value)) + QStringLiteral(": ") +
           shortText(value, kCellCharactersMax);
}

QString titleOf(ItemConflict::Kind kind) {
    switch (kind) {
        case ItemConflict::Kind::Delete:
            return ConflictDialog::tr("The item was not deleted");
        case ItemConflict::Kind::Moved:
            return ConflictDialog::tr("The old item was not deleted");
        case ItemConflict::Kind::Replaced:
            return ConflictDialog::tr("The item was replaced");
        case ItemConflict::Kind::Edit:
        case ItemConflict::Kind::NewItem:
            break;
    }
    return ConflictDialog::tr("The item was not written");
}

QPlainTextEdit* makeText(const QJsonObject& item, const QString& name) {
    auto* text = new QPlainTextEdit(indentedJson(item));
    text->setAccessibleName(name);
    text->setReadOnly(true);
    text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    text->setWordWrapMode(QTextOption::WrapAnywhere);  // As in the inspector.
    return text;
}

}  // namespace

ConflictDialog::ConflictDialog(const ItemConflict& conflict, QWidget* parent)
    : QDialog(parent), m_conflict(conflict) {
    setWindowTitle(titleOf(conflict.kind));
    resize(820, 500);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(8);
    auto* key = new QLabel(conflict.keyText, this);
    key->setProperty("heading", true);
    key->setTextFormat(Qt::PlainText);  // Keys are no HTML.
    key->setWordWrap(true);
    auto* text = new QLabel(explanation(), this);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    auto* tabs = new QTabWidget(this);
    tabs->setDocumentMode(true);
    tabs->addTab(makeTable(), tr("Attributes"));
    tabs->addTab(makeTexts(), tr("DynamoDB JSON"));
    layout->addWidget(key);
    layout->addWidget(text);
    layout->addWidget(tabs, 1);
    makeButtons();
}

QString ConflictDialog::explanation() const {
    const QString deleted = alsoDeleted();
    return deleted.isEmpty() ? situation() : situation() + u' ' + deleted;
}

QString ConflictDialog::alsoDeleted() const {
    if (m_conflict.oldKeyText.isEmpty()) return {};
    return m_conflict.kind == ItemConflict::Kind::Replaced
               ? tr("After your decision, the item with the old key (%1) is deleted.")
                     .arg(m_conflict.oldKeyText)
               : tr("After that, the item with the old key (%1) is deleted.")
                     .arg(m_conflict.oldKeyText);
}

QString ConflictDialog::reapplyText() const {
    if (deletes()) return tr("Delete it as it is now");
    if (m_conflict.kind == ItemConflict::Kind::Replaced) return tr("Put theirs back too");
    return m_conflict.oldKeyText.isEmpty() ? tr("Reapply my changes")
                                           : tr("Reapply and delete the old item");
}

QString ConflictDialog::situation() const {
    const bool gone = !m_conflict.theirs;
    switch (m_conflict.kind) {
        case ItemConflict::Kind::NewItem:
            return tr(
                "An item with this key exists already, so nothing was written. If you "
                "reapply your changes, they set your attributes in that item and keep its "
                "others.");
        case ItemConflict::Kind::Delete:
            return tr("The item differs from what your view showed, so it was not deleted.");
        case ItemConflict::Kind::Moved:
            return tr(
                "The item with the new key is written. Another client changed the item with the "
                "old key while you edited it, so that item was not deleted: both exist now.");
        case ItemConflict::Kind::Replaced:
            return tr(
                "Your version changes too many attributes for an update, so it was put as a "
                "whole. It replaced attributes that another client added while you edited.");
        case ItemConflict::Kind::Edit:
            break;
    }
    return gone ? tr("Another client deleted the item while you edited it, so nothing was written. "
                     "If you reapply your changes, your version is put as a new item.")
                : tr("Another client changed the item while you edited it, so nothing was written. "
                     "You can reapply your changes to the item as it is now.");
}

QString ConflictDialog::myTitle() const {
    return deletes() ? tr("As you saw it") : tr("Your version");
}

QString ConflictDialog::theirTitle() const {
    return m_conflict.kind == ItemConflict::Kind::Replaced ? tr("What it replaced")
                                                           : tr("The item now");
}

QWidget* ConflictDialog::makeTable() {
    m_table = new QTableWidget(0, ColumnCount, this);
    m_table->setAccessibleName(tr("Attributes of both versions"));
    m_table->setHorizontalHeaderLabels(
        {tr("Attribute"), tr("Changed by"), myTitle(), theirTitle()});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(true);
    m_table->verticalHeader()->hide();
    QHeaderView* header = m_table->horizontalHeader();
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setHighlightSections(false);
    header->setSectionResizeMode(QHeaderView::Stretch);
    header->setSectionResizeMode(Name, QHeaderView::Interactive);
    header->setSectionResizeMode(Who, QHeaderView::ResizeToContents);
    const QJsonObject theirs = m_conflict.theirs.value_or(QJsonObject());
    QStringList names = m_conflict.seen.keys() + m_conflict.mine.keys() + theirs.keys();
    names.removeDuplicates();
    names.sort();
    std::ranges::stable_partition(names, [this](const QString& name) { return differs(name); });
    for (const QString& name : names)
        addRow(name);
    m_table->setColumnHidden(Who, m_conflict.kind != ItemConflict::Kind::Edit &&
                                      m_conflict.kind != ItemConflict::Kind::Replaced);
    m_table->resizeColumnToContents(Name);
    m_table->setColumnWidth(Name, std::clamp(m_table->columnWidth(Name), 90, 200));
    return m_table;
}

bool ConflictDialog::deletes() const {
    return m_conflict.kind == ItemConflict::Kind::Delete ||
           m_conflict.kind == ItemConflict::Kind::Moved;
}

bool ConflictDialog::isOutOfView(const QString& name) const {
    return m_conflict.isPartial && !m_conflict.mine.contains(name);
}

QString ConflictDialog::cellText(const QString& name, const QJsonObject& version) const {
    if (!version.contains(name)) return tr("missing");
    const QJsonObject theirs = m_conflict.theirs.value_or(QJsonObject());
    const QString mine = valueText(m_conflict.mine.value(name));
    const bool looksEqual = differs(name) && m_conflict.mine.contains(name) &&
                            theirs.contains(name) && mine == valueText(theirs.value(name));
    if (!looksEqual) return valueText(version.value(name));
    // The difference is the type of an element, or far inside.
    constexpr qsizetype kJsonCharactersMax = 4000;
    return QString::fromUtf8(
               QJsonDocument(version.value(name).toObject()).toJson(QJsonDocument::Compact))
        .left(kJsonCharactersMax);
}

bool ConflictDialog::differs(const QString& name) const {
    const QJsonObject theirs = m_conflict.theirs.value_or(QJsonObject());
    return !isOutOfView(name) && !sameValue(m_conflict.mine.value(name), theirs.value(name));
}

void ConflictDialog::addRow(const QString& name) {
    const QJsonObject theirs = m_conflict.theirs.value_or(QJsonObject());
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const QString texts[] = {
        name, whoText(changedBy(name, m_conflict.seen, m_conflict.mine, theirs)),
        isOutOfView(name) ? tr("not in your view") : cellText(name, m_conflict.mine),
        cellText(name, theirs)};
    for (int column = 0; column < ColumnCount; ++column) {
        auto* cell = new QTableWidgetItem(texts[column]);
        cell->setToolTip(plainToolTip(texts[column]));
        cell->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        if (differs(name)) cell->setBackground(colors().changed);
        m_table->setItem(row, column, cell);
    }
}

QWidget* ConflictDialog::makeTexts() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    m_mine = makeText(m_conflict.mine, myTitle());
    m_theirs = makeText(m_conflict.theirs.value_or(QJsonObject()), theirTitle());
    if (!m_conflict.theirs) m_theirs->setPlainText(tr("The item was deleted."));
    for (QPlainTextEdit* text : {m_mine, m_theirs}) {
        auto* side = new QWidget(splitter);
        auto* layout = new QVBoxLayout(side);
        layout->setContentsMargins(0, 6, 0, 0);
        layout->setSpacing(4);
        auto* title = new QLabel(text->accessibleName(), side);
        title->setProperty("muted", true);
        layout->addWidget(title);
        layout->addWidget(text, 1);
        splitter->addWidget(side);
    }
    splitter->setChildrenCollapsible(false);
    return splitter;
}

void ConflictDialog::makeButtons() {
    const bool replaced = m_conflict.kind == ItemConflict::Kind::Replaced;
    auto* buttons = new QDialogButtonBox(this);
    const auto add = [buttons](const QString& text, QDialogButtonBox::ButtonRole role) {
        return buttons->addButton(text, role);
    };
    m_reapply = add(reapplyText(), QDialogButtonBox::AcceptRole);
    m_takeTheirs = add(m_conflict.theirs ? tr("Take theirs") : tr("Leave it deleted"),
                       QDialogButtonBox::ActionRole);
    m_keepAll = add(tr("Keep all %1").arg(m_conflict.left), QDialogButtonBox::ActionRole);
    m_cancel = add(deletes()  ? tr("Keep it")
                   : replaced ? tr("Keep mine")
                              : tr("Back to my text"),
                   QDialogButtonBox::RejectRole);
    m_takeTheirs->setVisible(!deletes());
    m_keepAll->setVisible(deletes() && m_conflict.left > 1);
    // Return shall change nothing unread.
    m_cancel->setDefault(true);
    m_cancel->setFocus();
    layout()->addWidget(buttons);
    // The dialog closes first: what follows may open the next one.
    connect(m_reapply, &QPushButton::clicked, this, [this] {
        accept();
        emit reapplyWanted();
    });
    connect(m_takeTheirs, &QPushButton::clicked, this, [this] {
        accept();
        emit takeTheirsWanted();
    });
    connect(m_keepAll, &QPushButton::clicked, this, [this] {
        accept();
        emit keepAllWanted();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

}  // namespace orrery::widgets
