#pragma once

#include <QAbstractItemModel>
#include <QStringList>
#include <memory>
#include <vector>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// The Region, table or index of a row in the explorer. A Region's row has empty table and index
/// names.
struct ExplorerTarget {
    QString region;
    QString table;
    QString index;
    QString account{};  ///< The table's account id; empty for the shared account.

    bool isTable() const { return !table.isEmpty() && index.isEmpty(); }
    bool isIndex() const { return !index.isEmpty(); }
    bool operator==(const ExplorerTarget&) const = default;
};

/// The Regions of the global table of which `target` is a replica, in the order in which they
/// joined; empty if it is in one Region only.
QStringList replicaRegions(const observe::Snapshot& snapshot, const ExplorerTarget& target);

/// "12 items"; for a local index "up to 12 items", since only the table's items are counted and
/// items without the index's sort key have no entry.
QString indexItemsText(const observe::IndexView& index);

/// Regions, their tables and their indexes. Takes every snapshot, skips nodes that did not change
/// since the last one, and keeps existing rows, so selection and expansion survive.
class ExplorerModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Items, ColumnCount };

    explicit ExplorerModel(QObject* parent = nullptr);
    ~ExplorerModel() override;

    void setSnapshot(const observe::SnapshotPtr& snapshot);

    ExplorerTarget target(const QModelIndex& index) const;
    /// The row of `target`; invalid if there is none.
    QModelIndex find(const ExplorerTarget& target) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    /// The wanted contents of a row, to be compared with the shown ones.
    struct Wanted;

    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOf(Node* node, int column = 0) const;
    void removeOthers(Node* parent, const std::vector<Wanted>& wanted);
    /// Makes the children equal to `wanted`, which is ordered by name, as in the snapshot.
    void update(Node* parent, const std::vector<Wanted>& wanted);
    void updateRegion(Node* node, const observe::RegionView& region);
    void updateTable(Node* node, const observe::TableView& table);

    std::unique_ptr<Node> m_root;
};

}  // namespace orrery::widgets
