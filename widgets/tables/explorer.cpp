#include "widgets/tables/explorer.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"

namespace orrery::widgets {
namespace {

/// Keeps the indexes of a table whose name matches. The tables of a Region whose name matches are
/// not kept: "us" is a part of many names.
class TableFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        const bool isIndex = parent.isValid() && parent.parent().isValid();
        return QSortFilterProxyModel::filterAcceptsRow(row, parent) ||
               (isIndex && QSortFilterProxyModel::filterAcceptsRow(parent.row(), parent.parent()));
    }
};

}  // namespace

Explorer::Explorer(QWidget* parent)
    : QWidget(parent),
      m_model(new ExplorerModel(this)),
      m_proxy(new TableFilter(this)),
      m_tree(new QTreeView(this)),
      m_filter(new QLineEdit(this)),
      m_nothing(new QLabel(this)),
      m_stack(new QStackedWidget(this)) {
    m_proxy->setSourceModel(m_model);
    m_proxy->setRecursiveFilteringEnabled(true);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setPlaceholderText(tr("Filter by name"));
    m_filter->setAccessibleName(tr("Filter tables by name"));
    m_filter->setClearButtonEnabled(true);
    auto* add = new QToolButton(this);
    add->setIcon(icon(Symbol::Add));
    add->setToolTip(tr("Create a table"));
    add->setAccessibleName(tr("Create a table"));
    add->setFocusPolicy(Qt::StrongFocus);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 6, 6, 6);
    row->addWidget(m_filter, 1);
    row->addWidget(add);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(row);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->setMargin(16);
    m_nothing->setProperty("muted", true);
    // The tab order follows the layout, from top to bottom.
    setTabOrder(m_filter, add);
    setTabOrder(add, m_tree);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(m_tree);
    layout->addWidget(m_stack, 1);
    makeTree();
    setFocusProxy(m_tree);
    showNothing();
    // Narrower, names could not be read.
    setMinimumWidth(
        fontMetrics().horizontalAdvance(QStringLiteral("GameScores · 1,000,000 items")));

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_proxy->setFilterFixedString(text);
        if (!text.isEmpty()) m_tree->expandAll();
        showNothing();
    });
    // From the filter on by keys: down into the tree, or straight to the first table.
    auto* down = new QShortcut(Qt::Key_Down, m_filter, nullptr, nullptr, Qt::WidgetShortcut);
    connect(down, &QShortcut::activated, this, [this] {
        m_tree->setFocus();
        m_tree->setCurrentIndex(firstTable());
    });
    connect(m_filter, &QLineEdit::returnPressed, this, [this] {
        if (firstTable().isValid()) emit opened(targetOf(firstTable()));
    });
    connect(add, &QToolButton::clicked, this, [this] { emit createTableWanted(current().region); });
    // A new Region is expanded, so that its tables are visible at once.
    connect(m_proxy, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& region) {
        if (region.isValid() && !region.parent().isValid()) m_tree->expand(region);
    });
}

void Explorer::makeTree() {
    m_tree->setModel(m_proxy);
    m_tree->setAccessibleName(tr("Regions, tables and indexes"));
    m_tree->setHeaderHidden(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setTextElideMode(Qt::ElideMiddle);  // Many names differ only at their ends.
    m_tree->setIndentation(16);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(ExplorerModel::Name, QHeaderView::Stretch);
    m_tree->header()->setSectionResizeMode(ExplorerModel::Items, QHeaderView::ResizeToContents);
    const auto open = [this](const QModelIndex& index) {
        const ExplorerTarget target = targetOf(index);
        if (!target.table.isEmpty()) emit opened(target);
    };
    connect(m_tree, &QTreeView::clicked, this, open);
    connect(m_tree, &QTreeView::activated, this, open);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &Explorer::showMenu);
    auto* remove = new QShortcut(Qt::Key_Delete, m_tree, nullptr, nullptr, Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, [this] {
        if (current().isTable()) emit deleteTableWanted(current());
    });
}

QModelIndex Explorer::firstTable() const {
    for (int region = 0; region < m_proxy->rowCount(); ++region) {
        const QModelIndex table = m_proxy->index(0, 0, m_proxy->index(region, 0));
        if (table.isValid()) return table;
    }
    return {};
}

void Explorer::setSnapshot(const observe::SnapshotPtr& snapshot) {
    const ExplorerTarget before = current();
    m_snapshot = snapshot;
    m_model->setSnapshot(snapshot);
    // The tree would select a neighbour instead, which the person did not choose.
    if (!before.region.isEmpty() && !m_model->find(before).isValid()) {
        m_tree->clearSelection();
        m_tree->selectionModel()->clearCurrentIndex();
        const bool isIndex = before.isIndex();
        setCurrent({before.region,
                    isIndex ? before.table : QString(),
                    {},
                    isIndex ? before.account : QString()});
    }
    showNothing();
}

void Explorer::showNothing() {
    m_nothing->setText(m_model->rowCount() == 0
                           ? tr("No tables yet.\nCreate one, load a sample from the start page, or "
                                "let an application create it.")
                           : tr("No name contains “%1”.").arg(m_filter->text()));
    m_stack->setCurrentIndex(m_proxy->rowCount() == 0 ? 0 : 1);
}

ExplorerTarget Explorer::targetOf(const QModelIndex& proxyIndex) const {
    return m_model->target(m_proxy->mapToSource(proxyIndex));
}

ExplorerTarget Explorer::current() const {
    return targetOf(m_tree->currentIndex());
}

void Explorer::setCurrent(const ExplorerTarget& target) {
    if (current() == target) return;
    const QModelIndex index = m_proxy->mapFromSource(m_model->find(target));
    if (index.isValid()) m_tree->setCurrentIndex(index);
}

void Explorer::addReplicaActions(QMenu& menu, const ExplorerTarget& target) {
    menu.addSeparator();
    menu.addAction(icon(Symbol::Region), tr("Add replica in Region…"), this,
                   [this, target] { emit addReplicaWanted(target); });
    if (m_snapshot != nullptr && replicaRegions(*m_snapshot, target).size() > 1)
        menu.addAction(icon(Symbol::Remove), tr("Remove replica…"), this,
                       [this, target] { emit removeReplicaWanted(target); });
    menu.addSeparator();
}

void Explorer::showMenu(const QPoint& at) {
    const ExplorerTarget target = targetOf(m_tree->indexAt(at));
    QMenu menu(this);
    if (!target.table.isEmpty())
        menu.addAction(icon(Symbol::Table), tr("Open"), this,
                       [this, target] { emit opened(target); });
    menu.addAction(icon(Symbol::Add), tr("Create table…"), this,
                   [this, target] { emit createTableWanted(target.region); });
    if (target.isTable()) addReplicaActions(menu, target);
    if (target.isTable())
        menu.addAction(icon(Symbol::Remove),
                       tr("Delete table %1…").arg(tableText(target.table, target.account)), this,
                       [this, target] { emit deleteTableWanted(target); });
    menu.exec(m_tree->viewport()->mapToGlobal(at));
}

}  // namespace orrery::widgets
