#include "app/item_removal.h"

#include <QJsonDocument>
#include <QMessageBox>
#include <QPushButton>

#include "app/looks.h"
#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/items/conflict_dialog.h"

namespace orrery::app {

ItemRemoval::ItemRemoval(Backend* backend, EditedTable table, const QList<QJsonObject>& items,
                         QWidget* window)
    : QObject(window),
      m_backend(backend),
      m_table(std::move(table)),
      m_items(items),
      m_window(window) {}

void ItemRemoval::ask() {
    auto* box =
        new QMessageBox(QMessageBox::Question, tr("Delete items"),
                        tr("Delete %1 from %2?")
                            .arg(widgets::countText(m_items.size(), "item", "items"), m_table.name),
                        QMessageBox::Cancel, m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(tr("An item that is not as you see it is kept, and shown to you."));
    QPushButton* yes = box->addButton(tr("Delete"), QMessageBox::AcceptRole);
    connect(box, &QDialog::finished, this, [this, box, yes] {
        if (box->clickedButton() != yes) return deleteLater();
        for (const QJsonObject& item : m_items)
            remove(item);
    });
    box->open();
}

void ItemRemoval::remove(const QJsonObject& seen) {
    ++m_underWay;
    const widgets::ItemWrite write = widgets::deleteItem(m_table.name, m_table.keyNames, seen);
    m_backend->call(m_table.region.toStdString(), "DeleteItem",
                    QJsonDocument(write.request).toJson(QJsonDocument::Compact).toStdString(),
                    [this, seen, alive = std::weak_ptr(m_alive)](const Backend::Answer& answer) {
                        if (!alive.expired()) onAnswer(seen, answer);
                    });
}

void ItemRemoval::onAnswer(const QJsonObject& seen, const Backend::Answer& answer) {
    --m_underWay;
    const QJsonObject now = bodyOf(answer)[QLatin1String("Item")].toObject();
    if (succeeded(answer))
        emit written();
    else if (errorType(answer) != u"ConditionalCheckFailedException")
        emit message(errorText(answer));
    else if (!now.isEmpty())
        m_kept.append({seen, now});
    // A failed condition without an item means that another client deleted it already.
    if (m_underWay == 0) showNextKept();
}

void ItemRemoval::showNextKept() {
    if (m_kept.isEmpty()) return deleteLater();
    const Kept kept = m_kept.takeFirst();
    constexpr int kPartMax = 60;
    QStringList key{m_table.name};
    for (const QString& name : m_table.keyNames)
        key << widgets::shortText(kept.now[name], kPartMax);
    widgets::ItemConflict conflict;
    conflict.kind = widgets::ItemConflict::Kind::Delete;
    conflict.keyText = key.join(QStringLiteral(" · "));
    conflict.seen = kept.seen;
    conflict.mine = kept.seen;
    conflict.theirs = kept.now;
    conflict.left = static_cast<int>(m_kept.size()) + 1;
    auto* dialog = new widgets::ConflictDialog(conflict, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::ConflictDialog::reapplyWanted, this,
            [this, now = kept.now] { remove(now); });
    connect(dialog, &widgets::ConflictDialog::keepAllWanted, this, &QObject::deleteLater);
    connect(dialog, &QDialog::rejected, this, &ItemRemoval::showNextKept);
    dialog->open();
}

}  // namespace orrery::app
