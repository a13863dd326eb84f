#include "widgets/items/conflict_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QVBoxLayout>

namespace orrery::widgets {
namespace {

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

}  // namespace

ConflictDialog::ConflictDialog(const ItemConflict& conflict, QWidget* parent)
    : QDialog(parent), m_conflict(conflict), m_comparison(new ItemComparison(this)) {
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
    m_comparison->setItems(comparedItems());
    layout->addWidget(key);
    layout->addWidget(text);
    layout->addWidget(m_comparison, 1);
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

ComparedItems ConflictDialog::comparedItems() const {
    ComparedItems items{{myTitle(), m_conflict.mine},
                        {theirTitle(), m_conflict.theirs, tr("The item was deleted.")}};
    items.left.isPartial = m_conflict.isPartial;
    if (m_conflict.kind == ItemConflict::Kind::Edit ||
        m_conflict.kind == ItemConflict::Kind::Replaced)
        items.base = m_conflict.seen;
    return items;
}

bool ConflictDialog::deletes() const {
    return m_conflict.kind == ItemConflict::Kind::Delete ||
           m_conflict.kind == ItemConflict::Kind::Moved;
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
