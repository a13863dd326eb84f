#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTreeView>
#include <QWidget>

#include "widgets/tables/explorer_model.h"

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

private:
    void makeTree();
    void showMenu(const QPoint& at);
    ExplorerTarget targetOf(const QModelIndex& proxyIndex) const;

    ExplorerModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QTreeView* m_tree;
    void showNothing();

    QLineEdit* m_filter;
    QLabel* m_nothing;
    QStackedWidget* m_stack;  // The hint for an empty tree, or the tree.
};

}  // namespace orrery::widgets
