#pragma once

#include <QJsonObject>
#include <QList>
#include <QStringList>
#include <QWidget>
#include <memory>

#include "app/backend.h"
#include "app/edited_table.h"
#include "app/item_deletion.h"

namespace orrery::app {

/// Deletes items, each on the condition that it is equal to the one the person saw. Items that
/// differ are kept, and both of their versions are shown, one item at a time. At the end, the
/// person is told of each item that is still there, and why. The object deletes itself then.
class ItemRemoval : public QObject {
    Q_OBJECT
public:
    /// `items` as the view shows them, with at least their keys; `areWhole` unless the view leaves
    /// attributes out. The backend must outlive `window`.
    ItemRemoval(Backend* backend, EditedTable table, const QList<QJsonObject>& items, bool areWhole,
                QWidget* window);

    /// Asks the person, then starts. If the view leaves attributes out, reads the whole items
    /// first, so that the deletion can be bound to all of them.
    void ask();

signals:
    /// A deletion succeeded, so a new snapshot may differ.
    void written();
    void message(const QString& text);

private:
    struct Seen {
        QJsonObject item;
        bool isWhole = true;
        QString problem;  ///< Why the whole item could not be read.
    };
    struct Kept {
        Seen seen;
        QJsonObject now;
    };

    void readWhole(qsizetype at);
    void showQuestion();
    void begin();
    void remove(const Seen& seen);
    void onAnswer(const Seen& seen, const Deletion& deletion);
    /// Shows the next kept item, or ends.
    void showNextKept();
    void rememberKept(const QJsonObject& item);
    /// Tells what became of the items, and ends.
    void finish();
    QString resultText() const;

    Backend* m_backend;
    EditedTable m_table;
    QList<Seen> m_items;
    QWidget* m_window;
    qsizetype m_underWay = 0;
    QList<Kept> m_kept;  // To be shown.
    qsizetype m_deleted = 0;
    qsizetype m_gone = 0;    // Others deleted them.
    QStringList m_keptKeys;  // Of changed items that the person kept.
    QStringList m_failures;  // "key: reason".
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
