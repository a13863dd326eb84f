#include "app/item_removal.h"

#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "widgets/base/format.h"
#include "widgets/items/conflict_dialog.h"
#include "widgets/items/item_diff.h"

namespace orrery::app {
namespace {

constexpr qsizetype kLinesMax = 12;

/// At most kLinesMax lines.
QString firstLines(const QStringList& lines) {
    if (lines.size() <= kLinesMax) return lines.join(u'\n');
    return lines.first(kLinesMax).join(u'\n') + u'\n' +
           ItemRemoval::tr("and %1 more").arg(lines.size() - kLinesMax);
}

/// True if the item has every attribute that the view showed.
bool agrees(const QJsonObject& shown, const QJsonObject& item) {
    return std::ranges::all_of(shown.keys(), [&](const QString& name) {
        return widgets::sameValue(shown[name], item.value(name));
    });
}

QString itemsText(qsizetype count) {
    return widgets::countText(count, "item", "items");
}

}  // namespace

ItemRemoval::ItemRemoval(Backend* backend, EditedTable table, const QList<QJsonObject>& items,
                         bool areWhole, QWidget* window)
    : QObject(window), m_backend(backend), m_table(std::move(table)), m_window(window) {
    for (const QJsonObject& item : items)
        m_items.append({item, areWhole, {}});
}

void ItemRemoval::ask() {
    const bool reads = std::ranges::any_of(m_items, [](const Seen& one) { return !one.isWhole; });
    if (!reads) return showQuestion();
    m_underWay = m_items.size();
    for (qsizetype i = 0; i < m_items.size(); ++i)
        readWhole(i);
}

void ItemRemoval::readWhole(qsizetype at) {
    using Version = widgets::ItemVersions::Version;
    lookAtLeader(m_backend, m_table, m_items[at].item,
                 [this, at, alive = std::weak_ptr(m_alive)](const std::optional<Version>& version,
                                                            const QString& error) {
                     if (alive.expired()) return;
                     Seen& seen = m_items[at];
                     seen.problem = error;
                     // Otherwise it changed since the view showed it, and is shown again.
                     if (version && version->present && agrees(seen.item, version->item))
                         seen = {version->item, true, {}};
                     if (--m_underWay == 0) showQuestion();
                 });
}

void ItemRemoval::showQuestion() {
    QStringList keys;
    for (const Seen& seen : m_items)
        keys << m_table.keyText(seen.item);
    auto* box =
        new QMessageBox(QMessageBox::Question, tr("Delete items"),
                        tr("Delete %1 from %2?").arg(itemsText(m_items.size()), m_table.title),
                        QMessageBox::Cancel, m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(tr("%1\n\nAn item that is not as you see it is kept, and shown to you.")
                                .arg(firstLines(keys)));
    QPushButton* yes = box->addButton(tr("Delete"), QMessageBox::AcceptRole);
    // Return deletes nothing.
    box->setDefaultButton(QMessageBox::Cancel);
    connect(box, &QDialog::finished, this, [this, box, yes] {
        if (box->clickedButton() != yes) return deleteLater();
        begin();
    });
    box->open();
}

void ItemRemoval::begin() {
    const QList<Seen> items = m_items;
    for (const Seen& seen : items)
        if (seen.problem.isEmpty())
            remove(seen);
        else
            m_failures << m_table.keyText(seen.item) + QStringLiteral(": ") + seen.problem;
    if (m_underWay == 0) finish();
}

void ItemRemoval::remove(const Seen& seen) {
    ++m_underWay;
    deleteAsSeen(m_backend, m_table, seen.item,
                 [this, seen, alive = std::weak_ptr(m_alive)](const Deletion& deletion) {
                     if (!alive.expired()) onAnswer(seen, deletion);
                 });
}

void ItemRemoval::onAnswer(const Seen& seen, const Deletion& deletion) {
    --m_underWay;
    switch (deletion.outcome) {
        case Deletion::Outcome::Deleted:
            ++m_deleted;
            emit written();
            break;
        case Deletion::Outcome::Gone:
            ++m_gone;
            break;
        case Deletion::Outcome::Changed:
            m_kept.append({seen, deletion.now});
            break;
        case Deletion::Outcome::Failed:
            m_failures << m_table.keyText(seen.item) + QStringLiteral(": ") + deletion.reason;
            break;
    }
    if (m_underWay == 0) showNextKept();
}

void ItemRemoval::showNextKept() {
    if (m_kept.isEmpty()) return finish();
    const Kept kept = m_kept.takeFirst();
    widgets::ItemConflict conflict;
    conflict.kind = widgets::ItemConflict::Kind::Delete;
    conflict.keyText = m_table.placeText(kept.now);
    conflict.seen = kept.seen.item;
    conflict.mine = kept.seen.item;
    conflict.theirs = kept.now;
    conflict.left = static_cast<int>(m_kept.size()) + 1;
    conflict.isPartial = !kept.seen.isWhole;
    auto* dialog = new widgets::ConflictDialog(conflict, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::ConflictDialog::reapplyWanted, this,
            [this, now = kept.now] { remove({now, true, {}}); });
    connect(dialog, &widgets::ConflictDialog::keepAllWanted, this, [this, now = kept.now] {
        rememberKept(now);
        for (const Kept& other : std::exchange(m_kept, {}))
            rememberKept(other.now);
        finish();
    });
    connect(dialog, &QDialog::rejected, this, [this, now = kept.now] {
        rememberKept(now);
        showNextKept();
    });
    dialog->open();
}

void ItemRemoval::rememberKept(const QJsonObject& item) {
    m_keptKeys << m_table.keyText(item);
}

QString ItemRemoval::resultText() const {
    QString text =
        m_deleted == m_items.size()
            ? tr("Deleted %1 from %2.").arg(itemsText(m_deleted), m_table.title)
            : tr("Deleted %1 of %2 from %3.")
                  .arg(widgets::countText(m_deleted), itemsText(m_items.size()), m_table.title);
    if (m_gone > 0) text += tr(" Others had deleted %1 already.").arg(itemsText(m_gone));
    return text;
}

void ItemRemoval::finish() {
    deleteLater();
    // The person has just seen and kept a single item.
    const bool isKnown = m_failures.isEmpty() && (m_keptKeys.isEmpty() || m_items.size() == 1);
    emit message(resultText());
    if (isKnown) return;
    QStringList parts;
    if (!m_failures.isEmpty())
        parts << tr("Not deleted, because of an error:\n%1").arg(firstLines(m_failures));
    if (!m_keptKeys.isEmpty())
        parts << tr("Kept, because others changed them:\n%1").arg(firstLines(m_keptKeys));
    auto* box =
        new QMessageBox(m_failures.isEmpty() ? QMessageBox::Information : QMessageBox::Warning,
                        tr("Delete items"), resultText(), QMessageBox::Close, m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(parts.join(QStringLiteral("\n\n")));
    box->open();
}

}  // namespace orrery::app
