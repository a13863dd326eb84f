#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTreeView>
#include <QWidget>

#include "widgets/tables/explorer_model.h"

class QMenu;

namespace orrery::widgets {

/// The tree of Regions, tables and indexes with a line to filter it by name.
class Explorer : public QWidget {
    Q_OBJECT
public:
    explicit Explorer(QWidget* parent = nullptr);

    void setSnapshot(const observe::SnapshotPtr& snapshot);
    void setCurrent(const ExplorerTarget& target);
    ExplorerTarget current() const;

    QTreeView* tree() const { return m_tree; }
    QLineEdit* filterLine() const { return m_filter; }
    ExplorerModel* model() const { return m_model; }

signals:
    /// The person opened a table or an index.
    void opened(const ExplorerTarget& target);
    void createTableWanted(const QString& region);
    void deleteTableWanted(const ExplorerTarget& target);
    void addReplicaWanted(const ExplorerTarget& target);
    void removeReplicaWanted(const ExplorerTarget& target);

private:
    void makeTree();
    void showMenu(const QPoint& at);
    void addReplicaActions(QMenu& menu, const ExplorerTarget& target);
    ExplorerTarget targetOf(const QModelIndex& proxyIndex) const;
    /// The first table in sight of the filter; invalid if there is none.
    QModelIndex firstTable() const;

    void showNothing();

    observe::SnapshotPtr m_snapshot;
    ExplorerModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QTreeView* m_tree;
    QLineEdit* m_filter;
    QLabel* m_nothing;
    QStackedWidget* m_stack;  // The hint for an empty tree, or the tree.
};

}  // namespace orrery::widgets
