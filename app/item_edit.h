#pragma once

#include <QJsonObject>
#include <QObject>
#include <memory>
#include <optional>

#include "app/backend.h"
#include "app/edited_table.h"
#include "widgets/items/item_write.h"

namespace orrery::widgets {
class ConflictDialog;
class ItemDialog;
struct ItemConflict;
}  // namespace orrery::widgets

namespace orrery::app {

/// One edit of one item, from the dialog to the last write.
///
/// The edit starts from a strong read, because a view may show an index's projection or a replica
/// that lags. It sends only the changes, on the condition that the item is still equal to the one
/// read. Otherwise it shows both versions and the person chooses; the typed text is never lost. If
/// the person changed the key, the edit puts a new item and then deletes the old one. What became
/// of the old one is said before the dialog closes.
///
/// A person who closes the dialog during a write only hides it. The edit then says what became of
/// the write, and asks before it deletes the old item of a changed key; the dialog comes back if
/// there is something to decide.
///
/// The dialog owns the edit.
class ItemEdit : public QObject {
    Q_OBJECT
public:
    /// Opens the dialog. `shown` is the item as the view shows it, with at least its key; empty for
    /// a new item. The backend must outlive `window`.
    ItemEdit(Backend* backend, EditedTable table, const QJsonObject& shown, QWidget* window);

    widgets::ItemDialog* dialog() const { return m_dialog; }

signals:
    /// A write succeeded, so a new snapshot may differ.
    void written();
    /// A result to show after the dialog has closed.
    void message(const QString& text);

private:
    using AnswerHandler = Backend::AnswerHandler;

    void read();
    void write(const QJsonObject& wanted, widgets::Guard guard);
    void send(const widgets::ItemWrite& write);
    void onWritten(const widgets::ItemWrite& write, const Backend::Answer& answer);
    /// If the item that a PutItem replaced had attributes that the person did not see, shows them
    /// as a conflict and returns true.
    bool showUnseen(const QJsonObject& replaced);
    /// The condition of a write failed; `theirs` is the stored item, if there is one.
    void onRefusedWrite(const std::optional<QJsonObject>& theirs);
    /// Opens the dialog. `inTable` is the stored item, on which the next write is based; it is
    /// empty if there is none.
    widgets::ConflictDialog* showConflict(const widgets::ItemConflict& conflict,
                                          const QJsonObject& inTable);
    void reapplyTo(const widgets::ItemConflict& conflict, const QJsonObject& inTable);
    void take(const std::optional<QJsonObject>& theirs, const QJsonObject& inTable);
    /// Sets the item to delete once the text is written, after a change of the key.
    void setOld(const QJsonObject& old);
    /// Shows the dialog again if the person closed it during a write.
    void comeBack();
    /// Ends the edit of a closed dialog with a message.
    void endLeft(const QString& text);
    void deleteOldOrFinish();
    void deleteOld(const QJsonObject& old);
    void onOldChanged(const QJsonObject& now);
    /// The new item is written, and `old` is not deleted; `again` is the button that deletes it.
    void askAboutOld(const QJsonObject& old, const QString& reason, const QString& again);
    void finish();

    /// The stored item that the text is based on; empty if none.
    const QJsonObject& base() const;
    QJsonObject keyOf(const QJsonObject& item) const;
    QString failureText(const Backend::Answer& answer) const;
    bool isPaused() const;
    /// Drops the answer once the dialog is destroyed.
    void call(std::string_view operation, const QJsonObject& request, AnswerHandler handler);

    Backend* m_backend;
    EditedTable m_table;
    widgets::ItemDialog* m_dialog;
    QJsonObject m_shown;
    QJsonObject m_wanted;   // The item in flight.
    QJsonObject m_old;      // After a key change, the item to delete; else empty.
    bool m_isLeft = false;  // The person closed the dialog during a write.
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
