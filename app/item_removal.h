#pragma once

#include <QJsonObject>
#include <QList>
#include <QWidget>
#include <memory>

#include "app/backend.h"
#include "app/item_edit.h"

namespace orrery::app {

/// Deletes items, each on the condition that it is equal to the one the person saw. Items that
/// differ are kept, and both of their versions are shown, one item at a time. The object deletes
/// itself at the end.
class ItemRemoval : public QObject {
    Q_OBJECT
public:
    /// `items` as the view shows them, with at least their keys. The backend must outlive `window`.
    ItemRemoval(Backend* backend, EditedTable table, const QList<QJsonObject>& items,
                QWidget* window);

    /// Asks the person, then starts.
    void ask();

signals:
    /// A deletion succeeded, so a new snapshot may differ.
    void written();
    void message(const QString& text);

private:
    struct Kept {
        QJsonObject seen;
        QJsonObject now;
    };

    void remove(const QJsonObject& seen);
    void onAnswer(const QJsonObject& seen, const Backend::Answer& answer);
    /// Shows the next kept item, or ends.
    void showNextKept();

    Backend* m_backend;
    EditedTable m_table;
    QList<QJsonObject> m_items;
    QWidget* m_window;
    int m_underWay = 0;
    QList<Kept> m_kept;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
