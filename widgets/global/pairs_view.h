#pragma once

#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QWidget>

#include "core/observe/snapshot.h"
#include "widgets/base/elided_label.h"

class QSortFilterProxyModel;

namespace orrery::widgets {

class PairsModel;

/// The replication between Regions as a table that can be sorted and copied.
class PairsView : public QWidget {
    Q_OBJECT
public:
    explicit PairsView(QWidget* parent = nullptr);

    void setSnapshot(const observe::SnapshotPtr& snapshot);
    /// Copies the selected rows with their titles, as text with tabs; all rows if none is
    /// selected.
    void copy();

    QTableView* table() const { return m_table; }
    QString titleText() const { return m_title->text(); }

signals:
    void copied(const QString& what);

private:
    QWidget* makeBody();
    void fitColumns();

    PairsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    ElidedLabel* m_title;
    QStackedWidget* m_stack;
};

}  // namespace orrery::widgets
