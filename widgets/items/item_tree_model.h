#pragma once

#include <QAbstractItemModel>
#include <QJsonObject>
#include <memory>
#include <vector>

namespace orrery::widgets {

/// An item as a tree of attributes, compared with another version of the item. Rows that differ are
/// tinted and show the other value.
class ItemTreeModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column : int { Name, Type, Value, Difference, ColumnCount };

    explicit ItemTreeModel(QObject* parent = nullptr);
    ~ItemTreeModel() override;

    /// `compared` is null if there is nothing to compare with. Resets the model only if something
    /// changed.
    void setItem(const QJsonObject& item, const QJsonObject* compared);
    /// How many attributes differ, counted at the top level.
    int differenceCount() const;
    /// The whole value of a row; undefined where only the other item has one.
    QJsonValue valueAt(const QModelIndex& index) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;

    static QString text(const Node& node, int column);
    static void addChild(Node& parent, const QString& name, const QJsonValue& here,
                         const QJsonValue& there, bool compare);
    static void addElements(Node& parent, const QJsonValue& here, const QJsonValue& there,
                            bool compare);

    Node* nodeOf(const QModelIndex& index) const;

    QJsonObject m_item;
    QJsonObject m_compared;
    bool m_compare = false;
    std::unique_ptr<Node> m_root;
};

}  // namespace orrery::widgets
