#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <vector>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// What the explorer's rows stand for. Empty names mean "none": a Region has only a region.
struct ExplorerTarget {
    QString region;
    QString table;
    QString index;

    bool isRegion() const { return !region.isEmpty() && table.isEmpty(); }
    bool isTable() const { return !table.isEmpty() && index.isEmpty(); }
    bool isIndex() const { return !index.isEmpty(); }
    bool operator==(const ExplorerTarget&) const = default;
};

/// Regions, their tables, their indexes. Told of each snapshot; rows that stay keep their place, so
/// that selection and expansion do; what did not change since the last one is not looked at.
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
    /// What a row shall say, before it is compared with what it says.
    struct Wanted;

    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOf(Node* node, int column = 0) const;
    void removeOthers(Node* parent, const std::vector<Wanted>& wanted);
    /// Makes the children those of `wanted`, whose order is that of the snapshot: by name.
    void update(Node* parent, const std::vector<Wanted>& wanted);
    void updateRegion(Node* node, const observe::RegionView& region);
    void updateTable(Node* node, const observe::TableView& table);

    std::unique_ptr<Node> m_root;
};

}  // namespace orrery::widgets
