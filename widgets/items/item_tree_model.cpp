#include "widgets/items/item_tree_model.h"

#include <QJsonArray>
#include <QSet>
#include <algorithm>

#include "widgets/base/attribute_text.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

struct ItemTreeModel::Node {
    Node* parent = nullptr;
    int row = 0;
    QString name;
    QString type;
    QString value;
    QString difference;  // Empty: the same, or nothing to compare with.
    QJsonValue whole;    // Undefined where only the other item has it.
    std::vector<std::unique_ptr<Node>> children;
};

ItemTreeModel::ItemTreeModel(QObject* parent)
    : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

ItemTreeModel::~ItemTreeModel() = default;

void ItemTreeModel::addElements(Node& parent, const QJsonValue& here, const QJsonValue& there,
                                bool compare) {
    const QJsonValue& shape = here.isUndefined() ? there : here;
    const QString type = attributeType(shape);
    // The content is compared only where both have the same type.
    const bool alike = attributeType(here) == attributeType(there);
    const QJsonValue mine = here.toObject()[type];
    const QJsonValue theirs = alike || here.isUndefined() ? there.toObject()[type] : QJsonValue();
    const bool deeper = compare && alike;
    if (type == u"M") {
        QStringList names = mine.toObject().keys();
        if (deeper)
            for (const QString& name : theirs.toObject().keys())
                if (!names.contains(name)) names << name;
        for (const QString& name : names)
            addChild(parent, name, mine.toObject().value(name), theirs.toObject().value(name),
                     deeper);
    } else if (type == u"L") {
        const QJsonArray a = mine.toArray();
        const QJsonArray b = deeper ? theirs.toArray() : QJsonArray();
        for (qsizetype i = 0; i < std::max(a.size(), b.size()); ++i)
            addChild(parent, QString::number(i),
                     i < a.size() ? a[i] : QJsonValue(QJsonValue::Undefined),
                     i < b.size() ? b[i] : QJsonValue(QJsonValue::Undefined), deeper);
    }
}

void ItemTreeModel::addChild(Node& parent, const QString& name, const QJsonValue& here,
                             const QJsonValue& there, bool compare) {
    auto node = std::make_unique<Node>();
    node->parent = &parent;
    node->row = static_cast<int>(parent.children.size());
    node->name = name;
    node->whole = here;
    const QJsonValue& shown = here.isUndefined() ? there : here;
    const QString type = attributeType(shown);
    node->type = typeWord(type);
    node->value = here.isUndefined() ? tr("missing") : shortText(here, 400);
    if (compare && here != there)
        node->difference = there.isUndefined() ? tr("missing") : shortText(there, 400);
    addElements(*node, here, there, compare && !there.isUndefined() && !here.isUndefined());
    parent.children.push_back(std::move(node));
}

void ItemTreeModel::setItem(const QJsonObject& item, const QJsonObject* compared) {
    const bool compare = compared != nullptr;
    if (item == m_item && compare == m_compare && (!compare || *compared == m_compared)) return;
    beginResetModel();
    m_item = item;
    m_compare = compare;
    m_compared = compare ? *compared : QJsonObject();
    m_root = std::make_unique<Node>();
    QStringList names = item.keys();
    if (compare)
        for (const QString& name : compared->keys())
            if (!item.contains(name)) names << name;
    for (const QString& name : names)
        addChild(*m_root, name, item.value(name), m_compared.value(name), compare);
    endResetModel();
}

int ItemTreeModel::differenceCount() const {
    return static_cast<int>(std::ranges::count_if(
        m_root->children, [](const auto& child) { return !child->difference.isEmpty(); }));
}

ItemTreeModel::Node* ItemTreeModel::nodeOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex ItemTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex ItemTreeModel::parent(const QModelIndex& child) const {
    if (!child.isValid()) return {};
    Node* parent = nodeOf(child)->parent;
    return parent == m_root.get() ? QModelIndex() : createIndex(parent->row, 0, parent);
}

int ItemTreeModel::rowCount(const QModelIndex& parent) const {
    if (parent.column() > 0) return 0;
    return static_cast<int>(nodeOf(parent)->children.size());
}

int ItemTreeModel::columnCount(const QModelIndex&) const {
    return ColumnCount;
}

QString ItemTreeModel::text(const Node& node, int column) {
    switch (static_cast<Column>(column)) {
        case Name:
            return oneLine(node.name);
        case Type:
            return node.type;
        case Value:
            return node.value;
        case Difference:
            return node.difference;
        case ColumnCount:
            break;
    }
    return {};
}

QJsonValue ItemTreeModel::valueAt(const QModelIndex& index) const {
    return index.isValid() ? nodeOf(index)->whole : QJsonValue(QJsonValue::Undefined);
}

QVariant ItemTreeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Node& node = *nodeOf(index);
    if (role == Qt::DisplayRole) return text(node, index.column());
    if (role == Qt::ToolTipRole) return plainToolTip(text(node, index.column()));
    if (role == Qt::BackgroundRole && !node.difference.isEmpty()) return colors().changed;
    if (role == Qt::ForegroundRole && index.column() == Type) return colors().muted;
    return {};
}

QVariant ItemTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
        case Name:
            return tr("Attribute");
        case Type:
            return tr("Type");
        case Value:
            return tr("Value");
        case Difference:
            return tr("At the leader");
        case ColumnCount:
            break;
    }
    return {};
}

}  // namespace orrery::widgets
