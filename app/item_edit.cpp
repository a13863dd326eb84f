#include "app/item_edit.h"

#include <QJsonDocument>
#include <QMessageBox>
#include <QPushButton>
#include <utility>

#include "app/item_deletion.h"
#include "app/looks.h"
#include "widgets/items/conflict_dialog.h"
#include "widgets/items/item_dialog.h"
#include "widgets/items/item_diff.h"

namespace orrery::app {

using widgets::Guard;
using widgets::ItemConflict;
using widgets::ItemWrite;

ItemEdit::ItemEdit(Backend* backend, EditedTable table, const QJsonObject& shown, QWidget* window)
    : m_backend(backend),
      m_table(std::move(table)),
      m_dialog(new widgets::ItemDialog(m_table.title, m_table.emptyKey, window)),
      m_shown(shown) {
    setParent(m_dialog);
    // WA_DeleteOnClose would also delete a dialog that only hides during a write.
    connect(m_dialog, &QDialog::finished, m_dialog, &QObject::deleteLater);
    connect(m_dialog, &widgets::ItemDialog::left, this, [this] {
        m_isLeft = true;
        emit message(
            tr("The write was sent before you closed the dialog; what becomes of it is "
               "said here."));
    });
    connect(m_dialog, &widgets::ItemDialog::putWanted, this,
            [this](const QJsonObject& item) { write(item, Guard::WholeItem); });
    connect(m_dialog, &widgets::ItemDialog::readWanted, this, &ItemEdit::read);
    if (!shown.isEmpty()) read();
    m_dialog->show();
}

void ItemEdit::call(std::string_view operation, const QJsonObject& request, AnswerHandler handler) {
    m_backend->call(m_table.scope(), operation,
                    QJsonDocument(request).toJson(QJsonDocument::Compact).toStdString(),
                    [alive = std::weak_ptr(m_alive),
                     handler = std::move(handler)](const Backend::Answer& answer) {
                        if (!alive.expired()) handler(answer);
                    });
}

QString ItemEdit::failureText(const Backend::Answer& answer) const {
    return errorText(answer, *m_backend->snapshot(), m_table.region);
}

QJsonObject ItemEdit::keyOf(const QJsonObject& item) const {
    return widgets::keyOf(item, m_table.keyNames);
}

const QJsonObject& ItemEdit::base() const {
    return m_dialog->base();
}

void ItemEdit::read() {
    m_dialog->setReading(keyOf(m_shown));
    const QJsonObject request{{QStringLiteral("TableName"), m_table.name},
                              {QStringLiteral("Key"), keyOf(m_shown)},
                              {QStringLiteral("ConsistentRead"), true}};
    call("GetItem", request, [this](const Backend::Answer& answer) {
        if (!succeeded(answer)) return m_dialog->setReadFailure(failureText(answer));
        const QJsonObject stored = bodyOf(answer)[QLatin1String("Item")].toObject();
        m_dialog->editItem(stored.isEmpty() ? m_shown : stored);
        if (stored.isEmpty())
            m_dialog->makeNew(
                tr("This item was deleted. This is what your view still shows of it; "
                   "you can put it as a new item."));
    });
}

void ItemEdit::write(const QJsonObject& wanted, Guard guard) {
    m_wanted = wanted;
    const bool moves = !base().isEmpty() && keyOf(wanted) != keyOf(base());
    if (!moves && keyOf(m_old) == keyOf(base())) setOld({});
    // A second key change must not replace the item that the edit started from.
    if (moves && m_old.isEmpty()) setOld(base());
    if (base().isEmpty() || moves)
        return send(widgets::putNewItem(m_table.name, m_table.keyNames, wanted));
    if (widgets::changesOf(base(), wanted).isEmpty()) return deleteOldOrFinish();
    const auto change = widgets::changeItem(m_table.name, m_table.keyNames, base(), wanted, guard);
    if (!change)
        return m_dialog->setRefusal(
            tr("This changes more attributes than one conditional write can hold. Save a part of "
               "the changes first."));
    send(*change);
}

bool ItemEdit::isPaused() const {
    return m_backend->snapshot()->clock.state == observe::ClockState::Paused;
}

void ItemEdit::send(const ItemWrite& write) {
    m_dialog->setWriting(isPaused());
    call(write.operation.toStdString(), write.request,
         [this, write](const Backend::Answer& answer) { onWritten(write, answer); });
}

void ItemEdit::onWritten(const ItemWrite& write, const Backend::Answer& answer) {
    if (errorType(answer) == u"ConditionalCheckFailedException") {
        if (m_isLeft)
            return endLeft(tr("Nothing was written, because the item is not as you saw it: %1")
                               .arg(m_table.placeText(m_wanted)));
        const QJsonObject now = bodyOf(answer)[QLatin1String("Item")].toObject();
        return onRefusedWrite(now.isEmpty() ? std::nullopt : std::optional(now));
    }
    if (!succeeded(answer))
        return m_isLeft ? endLeft(tr("The write failed: %1. %2")
                                      .arg(m_table.placeText(m_wanted), failureText(answer)))
                        : m_dialog->setRefusal(failureText(answer));
    emit written();
    const QJsonObject replaced = bodyOf(answer)[QLatin1String("Attributes")].toObject();
    if (write.operation == u"PutItem" && showUnseen(replaced)) return;
    if (m_isLeft && !m_old.isEmpty())
        return askAboutOld(m_old, tr("You closed the dialog before that."),
                           tr("Delete the old item"));
    deleteOldOrFinish();
}

bool ItemEdit::showUnseen(const QJsonObject& replaced) {
    bool unseen = false;
    for (auto it = replaced.begin(); it != replaced.end(); ++it)
        unseen |= !base().contains(it.key());
    if (!unseen) return false;
    auto* dialog = showConflict({ItemConflict::Kind::Replaced, m_table.placeText(m_wanted), base(),
                                 m_wanted, replaced, /*left=*/1},
                                m_wanted);
    connect(dialog, &QDialog::rejected, this, &ItemEdit::deleteOldOrFinish);
    return true;
}

void ItemEdit::onRefusedWrite(const std::optional<QJsonObject>& theirs) {
    // The new key may be the old one in another spelling, such as 1.0 for 1.
    const bool sameItem = theirs && keyOf(*theirs) == keyOf(base());
    const bool isNew = base().isEmpty() || (keyOf(m_wanted) != keyOf(base()) && !sameItem);
    if (!isNew && keyOf(m_old) == keyOf(base())) setOld({});
    showConflict(
        {isNew ? ItemConflict::Kind::NewItem : ItemConflict::Kind::Edit,
         m_table.placeText(m_wanted), isNew ? QJsonObject() : base(), m_wanted, theirs, /*left=*/1},
        theirs.value_or(QJsonObject()));
}

widgets::ConflictDialog* ItemEdit::showConflict(const ItemConflict& conflict,
                                                const QJsonObject& inTable) {
    comeBack();
    m_dialog->setWritten();
    ItemConflict shown = conflict;
    if (!m_old.isEmpty()) shown.oldKeyText = m_table.keyText(m_old);
    auto* dialog = new widgets::ConflictDialog(shown, m_dialog);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::ConflictDialog::reapplyWanted, this,
            [this, conflict, inTable] { reapplyTo(conflict, inTable); });
    connect(dialog, &widgets::ConflictDialog::takeTheirsWanted, this,
            [this, conflict, inTable] { take(conflict.theirs, inTable); });
    dialog->open();
    return dialog;
}

void ItemEdit::reapplyTo(const ItemConflict& conflict, const QJsonObject& inTable) {
    QJsonObject merged = conflict.mine;
    if (conflict.theirs) {
        merged = widgets::reapply(conflict.seen, conflict.mine, *conflict.theirs);
        for (const QString& name : m_table.keyNames)
            merged[name] = conflict.theirs->value(name);
        m_dialog->replaceText(merged, inTable);
    } else {
        m_dialog->makeNew({});
    }
    // The person has seen the stored version, so the write guards only the values it overwrites. A
    // condition on the whole item would never hold while others keep changing a counter in it.
    write(merged, Guard::WhatIsWritten);
}

void ItemEdit::take(const std::optional<QJsonObject>& theirs, const QJsonObject& inTable) {
    setOld({});
    if (theirs)
        m_dialog->replaceText(*theirs, inTable,
                              tr("This is the item as it is now. Undo (Ctrl+Z) brings back your "
                                 "text."));
    else
        m_dialog->makeNew(
            tr("The item stays deleted. Your text is still here: cancel, or put it "
               "as a new item."));
}

void ItemEdit::setOld(const QJsonObject& old) {
    m_old = old;
    if (old.isEmpty()) return m_dialog->setOldItem({}, {});
    m_dialog->setOldItem(keyOf(old), m_table.keyText(old));
}

void ItemEdit::comeBack() {
    if (std::exchange(m_isLeft, false)) m_dialog->show();
}

void ItemEdit::endLeft(const QString& text) {
    emit message(text);
    m_dialog->done(QDialog::Rejected);
}

void ItemEdit::deleteOldOrFinish() {
    m_old.isEmpty() ? finish() : deleteOld(m_old);
}

void ItemEdit::deleteOld(const QJsonObject& old) {
    m_dialog->setWriting(isPaused());
    deleteAsSeen(m_backend, m_table, old,
                 [this, old, alive = std::weak_ptr(m_alive)](const Deletion& deletion) {
                     if (alive.expired()) return;
                     if (deletion.outcome == Deletion::Outcome::Changed)
                         return onOldChanged(deletion.now);
                     if (deletion.outcome == Deletion::Outcome::Failed)
                         return askAboutOld(old, deletion.reason, tr("Try again"));
                     finish();
                 });
}

void ItemEdit::onOldChanged(const QJsonObject& now) {
    comeBack();
    ItemConflict conflict;
    conflict.kind = ItemConflict::Kind::Moved;
    conflict.keyText = m_table.placeText(now);
    conflict.seen = m_old;
    conflict.mine = m_old;
    conflict.theirs = now;
    auto* dialog = new widgets::ConflictDialog(conflict, m_dialog);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::ConflictDialog::reapplyWanted, this, [this, now] {
        setOld(now);
        deleteOld(now);
    });
    connect(dialog, &QDialog::rejected, this, [this] {
        emit message(tr("The new item is written, and the old one is kept."));
        finish();
    });
    dialog->open();
}

void ItemEdit::askAboutOld(const QJsonObject& old, const QString& reason, const QString& again) {
    comeBack();
    auto* box = new QMessageBox(QMessageBox::Warning, tr("The old item was not deleted"),
                                tr("The new item is written, but the old one was not deleted."),
                                QMessageBox::NoButton, m_dialog);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(
        tr("New: %1\nOld: %2\n\n%3").arg(m_table.keyText(m_wanted), m_table.keyText(old), reason));
    QPushButton* repeat = box->addButton(again, QMessageBox::ActionRole);
    QPushButton* leave = box->addButton(tr("Keep both"), QMessageBox::RejectRole);
    box->setDefaultButton(leave);
    box->setEscapeButton(leave);
    connect(box, &QDialog::finished, this, [this, box, repeat, old] {
        if (box->clickedButton() == repeat) return deleteOld(old);
        emit message(tr("The new item is written, and the old one is still there."));
        finish();
    });
    box->open();
}

void ItemEdit::finish() {
    emit written();
    if (m_isLeft)
        emit message(m_old.isEmpty()
                         ? tr("It is written: %1").arg(m_table.placeText(m_wanted))
                         : tr("It is written: %1. The old item is deleted: %2")
                               .arg(m_table.placeText(m_wanted), m_table.keyText(m_old)));
    m_dialog->accept();
}

}  // namespace orrery::app
