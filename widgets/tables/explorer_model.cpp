#include "widgets/tables/explorer_model.h"

#include <QFont>
#include <QSet>
#include <algorithm>

#include "core/base/account_id.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

struct ExplorerModel::Node {
    Node* parent = nullptr;
    QString name;  ///< For people, and unique below the parent.
    ExplorerTarget target;
    QString note;                       ///< Shown in the tool tip.
    QString contents;                   ///< "12 items".
    int depth = 0;                      // 1: Region, 2: table, 3: index.
    std::shared_ptr<const void> shown;  ///< The snapshot node that the children were made from.
    std::vector<std::unique_ptr<Node>> children;

    int row() const {
        const auto it = std::ranges::find(parent->children, this,
                                          [](const auto& child) { return child.get(); });
        return static_cast<int>(it - parent->children.begin());
    }
};

struct ExplorerModel::Wanted {
    QString name;
    ExplorerTarget target;
    QString note;
    QString contents;
};

QStringList replicaRegions(const observe::Snapshot& snapshot, const ExplorerTarget& target) {
    for (const observe::GlobalTableView& global : snapshot.globalTables) {
        const bool isShared = global.accountId.empty() || global.accountId == kSharedAccount;
        if (toQString(global.name) != target.table) continue;
        if ((isShared ? QString() : toQString(global.accountId)) != target.account) continue;
        QStringList regions;
        for (const observe::GlobalReplicaView& replica : global.replicas)
            regions << toQString(replica.region);
        if (regions.contains(target.region)) return regions;
    }
    return {};
}

QString indexItemsText(const observe::IndexView& index) {
    const QString items = countText(index.itemCount, "item", "items");
    return index.global || index.itemCount == 0 ? items : ExplorerModel::tr("up to %1").arg(items);
}

namespace {

/// "12 items"; of a table that comes or goes, that it does.
QString contentsOf(const observe::TableView& table) {
    if (table.status == "CREATING") return ExplorerModel::tr("being created");
    if (table.status == "DELETING") return ExplorerModel::tr("being deleted");
    return countText(table.itemCount, "item", "items");
}

}  // namespace

ExplorerModel::ExplorerModel(QObject* parent)
    : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

ExplorerModel::~ExplorerModel() = default;

ExplorerModel::Node* ExplorerModel::nodeOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex ExplorerModel::indexOf(Node* node, int column) const {
    return node == m_root.get() ? QModelIndex() : createIndex(node->row(), column, node);
}

void ExplorerModel::removeOthers(Node* parent, const std::vector<Wanted>& wanted) {
    QSet<QString> names;
    for (const Wanted& w : wanted)
        names.insert(w.name);
    auto& children = parent->children;
    for (int row = static_cast<int>(children.size()) - 1; row >= 0; --row) {
        if (names.contains(children[static_cast<std::size_t>(row)]->name)) continue;
        beginRemoveRows(indexOf(parent), row, row);
        children.erase(children.begin() + row);
        endRemoveRows();
    }
}

void ExplorerModel::update(Node* parent, const std::vector<Wanted>& wanted) {
    auto& children = parent->children;
    const auto sameName = [](const Wanted& w, const auto& child) { return w.name == child->name; };
    if (!std::ranges::equal(wanted, children, sameName)) removeOthers(parent, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i >= children.size() || children[i]->name != wanted[i].name) {
            auto node = std::make_unique<Node>();
            node->parent = parent;
            node->depth = parent->depth + 1;
            node->name = wanted[i].name;
            node->target = wanted[i].target;
            beginInsertRows(indexOf(parent), static_cast<int>(i), static_cast<int>(i));
            children.insert(children.begin() + static_cast<std::ptrdiff_t>(i), std::move(node));
            endInsertRows();
        }
        Node& node = *children[i];
        if (node.contents == wanted[i].contents && node.note == wanted[i].note) continue;
        node.contents = wanted[i].contents;
        node.note = wanted[i].note;
        emit dataChanged(indexOf(&node, 0), indexOf(&node, ColumnCount - 1));
    }
}

void ExplorerModel::updateTable(Node* node, const observe::TableView& table) {
    std::vector<Wanted> wanted;
    ExplorerTarget target = node->target;
    for (const observe::IndexView& index : table.indexes) {
        target.index = toQString(index.name);
        wanted.push_back(
            {target.index, target,
             (index.global ? tr("Global secondary index on %1") : tr("Local secondary index on %1"))
                 .arg(toQString(index.keys)),
             indexItemsText(index)});
    }
    update(node, wanted);
}

void ExplorerModel::updateRegion(Node* node, const observe::RegionView& region) {
    std::vector<Wanted> wanted;
    wanted.reserve(region.tables.size());
    for (const observe::TableViewPtr& table : region.tables) {
        const ExplorerTarget target{
            toQString(region.name), toQString(table->name), {}, accountOf(*table)};
        wanted.push_back({tableText(target.table, target.account), target,
                          tr("Table on %1, %2, %3")
                              .arg(toQString(table->keys), toQString(table->status),
                                   bytesText(table->itemBytes)),
                          contentsOf(*table)});
    }
    update(node, wanted);
    auto child = node->children.begin();
    for (const observe::TableViewPtr& table : region.tables) {
        Node* shown = (child++)->get();
        if (shown->shown == table) continue;
        shown->shown = table;
        updateTable(shown, *table);
    }
}

void ExplorerModel::setSnapshot(const observe::SnapshotPtr& snapshot) {
    std::vector<Wanted> wanted;
    for (const observe::RegionViewPtr& region : snapshot->regions)
        wanted.push_back(
            {toQString(region->name),
             {toQString(region->name), {}, {}},
             tr("Region"),
             countText(static_cast<std::int64_t>(region->tables.size()), "table", "tables")});
    update(m_root.get(), wanted);
    for (std::size_t i = 0; i < snapshot->regions.size(); ++i) {
        Node* node = m_root->children[i].get();
        if (node->shown == snapshot->regions[i]) continue;
        node->shown = snapshot->regions[i];
        updateRegion(node, *snapshot->regions[i]);
    }
}

ExplorerTarget ExplorerModel::target(const QModelIndex& index) const {
    return nodeOf(index)->target;
}

QModelIndex ExplorerModel::find(const ExplorerTarget& target) const {
    Node* node = m_root.get();
    const QString table =
        target.table.isEmpty() ? QString() : tableText(target.table, target.account);
    for (const QString& name : {target.region, table, target.index}) {
        if (name.isEmpty()) break;
        const auto it =
            std::ranges::find(node->children, name, [](const auto& child) { return child->name; });
        if (it == node->children.end()) return {};
        node = it->get();
    }
    return indexOf(node);
}

QModelIndex ExplorerModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex ExplorerModel::parent(const QModelIndex& child) const {
    return child.isValid() ? indexOf(nodeOf(child)->parent) : QModelIndex();
}

int ExplorerModel::rowCount(const QModelIndex& parent) const {
    if (parent.column() > 0) return 0;
    return static_cast<int>(nodeOf(parent)->children.size());
}

int ExplorerModel::columnCount(const QModelIndex&) const {
    return ColumnCount;
}

QVariant ExplorerModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Node& node = *nodeOf(index);
    const bool isRegion = node.depth == 1;
    if (role == Qt::DisplayRole) return index.column() == Name ? node.name : node.contents;
    if (role == Qt::ToolTipRole) return node.note;
    if (role == Qt::AccessibleTextRole) return tr("%1, %2").arg(node.name, node.contents);
    if (role == Qt::TextAlignmentRole && index.column() == Items)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ForegroundRole && index.column() == Items) return colors().muted;
    if (role == Qt::FontRole && index.column() == Items) {
        QFont font;
        font.setPointSizeF(font.pointSizeF() * 0.9);
        return font;
    }
    if (role == Qt::DecorationRole && index.column() == Name)
        return icon(isRegion ? Symbol::Region : node.depth == 2 ? Symbol::Table : Symbol::Index);
    return {};
}

QVariant ExplorerModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == Name ? tr("Name") : tr("Contents");
}

}  // namespace orrery::widgets
