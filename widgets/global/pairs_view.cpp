#include "widgets/global/pairs_view.h"

#include <QAction>
#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/base/changes_behind.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/line_chart.h"
#include "widgets/base/theme.h"
#include "widgets/global/pairs_model.h"

namespace orrery::widgets {
namespace {

// There and back.
constexpr std::array<QColor (*)(), 2> kLineColors{+[] { return colors().accent; },
                                                  +[] { return colors().warn; }};
constexpr std::array<Qt::PenStyle, 2> kLineStyles{Qt::SolidLine, Qt::DashLine};

}  // namespace

PairsView::PairsView(QWidget* parent)
    : QWidget(parent),
      m_model(new PairsModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView(this)),
      m_title(new ElidedLabel(this)),
      m_stack(new QStackedWidget(this)),
      m_chart(new LineChart(this)) {
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
    makeTable();
    auto* rows = new QWidget(m_stack);
    auto* layout = new QVBoxLayout(rows);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_title->setContentsMargins(12, 4, 12, 4);
    m_title->setProperty("muted", true);
    layout->addWidget(m_title);
    layout->addWidget(m_table, 1);
    auto* body = new QSplitter(Qt::Horizontal, m_stack);
    body->addWidget(rows);
    body->addWidget(makeChart());
    body->setStretchFactor(0, 3);
    body->setStretchFactor(1, 2);
    body->setSizes({660, 230});
    body->setCollapsible(0, false);
    return body;
}

QWidget* PairsView::makeChart() {
    auto* side = new QWidget(m_stack);
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* names = new QGridLayout;
    names->setContentsMargins(12, 4, 12, 0);
    names->setHorizontalSpacing(6);
    names->setVerticalSpacing(0);
    names->setColumnStretch(1, 1);
    for (std::size_t i = 0; i < m_lineNames.size(); ++i) {
        m_lineNames[i] = new ElidedLabel(side);
        m_lineNames[i]->setProperty("muted", true);
        const int row = static_cast<int>(i);
        names->addWidget(new LineMark(kLineColors[i], kLineStyles[i], side), row, 0);
        names->addWidget(m_lineNames[i], row, 1);
    }
    layout->addLayout(names);
    m_chart->setAccessibleName(tr("ReplicationLatency over the last minutes"));
    m_chart->setTimeUnit(tr("ReplicationLatency, %1"));
    m_chart->setSpan(std::chrono::duration<double>(PairHistory::kSpan).count());
    layout->addWidget(m_chart, 1);
    side->setMinimumWidth(
        fontMetrics().horizontalAdvance(QStringLiteral("ap-northeast-1 → ap-southeast-2 ...")));
    return side;
}

void PairsView::makeTable() {
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
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &PairsView::drawChart);
    connect(m_sorted, &QAbstractItemModel::layoutChanged, this, &PairsView::drawChart);
}

void PairsView::fitColumns() {
    // As wide as what usually stands in them; the state has what is left.
    const char* const usual[] = {"ap-northeast-1", "ap-northeast-1", "Table name", "999,999",
                                 "999 ms",         "999 ms",         "9,999",      ""};
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
        int width = fontMetrics().horizontalAdvance(QString::fromUtf8(usual[column]));
        for (const QString& line : title.split(u'\n'))
            width = std::max(width, fontMetrics().horizontalAdvance(line) + kSortMark);
        m_table->setColumnWidth(column, width + 16);
    }
}

void PairsView::setSnapshot(const observe::SnapshotPtr& snapshot) {
    m_model->setSnapshot(*snapshot);
    m_stack->setCurrentIndex(snapshot->replication.empty() ? 0 : 1);
    m_title->setText(
        tr("%1 in all · latency: CloudWatch's ReplicationLatency, from commit to commit")
            .arg(changesBehindText(changesBehind(*snapshot))));
    m_history.add(*snapshot);
    if (isVisible()) drawChart();
}

void PairsView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    drawChart();
}

void PairsView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) drawChart();
}

std::optional<PairHistory::Pair> PairsView::chosenPair() const {
    if (m_sorted->rowCount() == 0) return std::nullopt;
    QModelIndex row = m_sorted->index(0, 0);
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    const QModelIndex current = m_table->currentIndex();
    if (selected.contains(current.siblingAtColumn(0)))
        row = current;
    else if (!selected.isEmpty())
        row = selected.front();
    return m_model->pair(m_sorted->mapToSource(row).row());
}

void PairsView::drawChart() {
    const std::optional<PairHistory::Pair> chosen = chosenPair();
    if (!chosen) return m_chart->setLines({});
    const std::array<PairHistory::Pair, 2> shown{*chosen, chosen->reversed()};
    std::vector<LineChart::Line> lines;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const QString name = tr("%1 → %2").arg(toQString(shown[i].from), toQString(shown[i].to));
        m_lineNames[i]->setText(name);
        lines.push_back({name, kLineColors[i](), kLineStyles[i], m_history.latency(shown[i])});
    }
    m_chart->setLines(lines);
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
        const QVariant title = m_sorted->headerData(column, Qt::Horizontal, Qt::DisplayRole);
        return title.toString().replace(u'\n', u' ');
    });
    for (const int row : rows)
        add([this, row](int column) { return m_sorted->index(row, column).data().toString(); });
    QGuiApplication::clipboard()->setText(lines.join(u'\n') + u'\n');
    emit copied(countText(rows.size(), "row", "rows"));
}

}  // namespace orrery::widgets
