#include "widgets/global/pairs_view.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/global/pairs_model.h"

namespace orrery::widgets {

PairsView::PairsView(QWidget* parent)
    : QWidget(parent),
      m_model(new PairsModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView(this)),
      m_title(new ElidedLabel(this)),
      m_stack(new QStackedWidget(this)) {
    setAccessibleName(tr("Replication between Regions"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
    auto* nothing = new QLabel(
        tr("Each pair of Regions is listed here once a table has replicas in two of them."), this);
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setWordWrap(true);
    nothing->setMargin(16);
    nothing->setProperty("muted", true);
    m_stack->addWidget(nothing);
    m_stack->addWidget(makeBody());
    setFocusProxy(m_table);
}

QWidget* PairsView::makeBody() {
    auto* body = new QWidget(m_stack);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_title->setContentsMargins(12, 4, 12, 4);
    m_title->setProperty("muted", true);
    layout->addWidget(m_title);
    layout->addWidget(m_table, 1);
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(PairsModel::kSortRole);
    m_table->setAccessibleName(tr("Replication between Regions as a table"));
    m_table->setModel(m_sorted);
    m_table->setSelectionBehavior(QTableView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setSortingEnabled(true);
    // At first in the order of the snapshot, by table.
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 8);
    m_table->horizontalHeader()->setHighlightSections(false);
    auto* copyAction = new QAction(icon(Symbol::Copy), tr("Copy rows"), m_table);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, &PairsView::copy);
    m_table->addAction(copyAction);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    fitColumns();
    return body;
}

void PairsView::fitColumns() {
    // As wide as what usually stands in them; the state has what is left.
    const char* const usual[] = {"ap-northeast-1", "ap-northeast-1", "A table name", "999,999",
                                 "999 ms",         "999 ms",         "9,999",        ""};
    constexpr int kSortMark = 14;
    QHeaderView* header = m_table->horizontalHeader();
    header->setMinimumSectionSize(40);
    for (int column = 0; column < PairsModel::ColumnCount; ++column) {
        if (column == PairsModel::State) {
            header->setSectionResizeMode(column, QHeaderView::Stretch);
            continue;
        }
        const QString title =
            m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        const int width =
            std::max(fontMetrics().horizontalAdvance(QString::fromUtf8(usual[column])),
                     fontMetrics().horizontalAdvance(title) + kSortMark);
        m_table->setColumnWidth(column, width + 16);
    }
}

void PairsView::setSnapshot(const observe::SnapshotPtr& snapshot) {
    m_model->setSnapshot(*snapshot);
    m_stack->setCurrentIndex(snapshot->replication.empty() ? 0 : 1);
    std::uint64_t behind = 0;
    for (const observe::ReplicationPairView& pair : snapshot->replication)
        behind += pair.pending;
    m_title->setText(
        tr("%1 behind in all · latency: CloudWatch's ReplicationLatency, from commit to commit")
            .arg(countText(static_cast<std::int64_t>(behind), "change", "changes")));
}

void PairsView::copy() {
    QList<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows << index.row();
    std::ranges::sort(rows);
    const int chosen = static_cast<int>(rows.size());
    for (int row = 0; chosen == 0 && row < m_sorted->rowCount(); ++row)
        rows << row;
    QStringList lines;
    const auto add = [&lines](const auto& cell) {
        QStringList cells;
        for (int column = 0; column < PairsModel::ColumnCount; ++column)
            cells << cell(column);
        lines << cells.join(u'\t');
    };
    add([this](int column) {
        return m_sorted->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    });
    for (const int row : rows)
        add([this, row](int column) { return m_sorted->index(row, column).data().toString(); });
    QGuiApplication::clipboard()->setText(lines.join(u'\n') + u'\n');
    emit copied(countText(rows.size(), "row", "rows"));
}

}  // namespace orrery::widgets
