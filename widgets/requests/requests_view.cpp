#include "widgets/requests/requests_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QShortcut>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <utility>

#include "widgets/base/colour_delegate.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/requests/request_columns.h"
#include "widgets/requests/request_details.h"
#include "widgets/requests/requests_model.h"

namespace orrery::widgets {

RequestsView::RequestsView(QWidget* parent)
    : QWidget(parent),
      m_model(new RequestsModel(this)),
      m_table(new QTableView(this)),
      m_nothing(new QLabel(this)),
      m_stack(new QStackedWidget(this)),
      m_details(new RequestDetails(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeControls());
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setProperty("muted", true);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(m_table);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_details);
    m_details->hide();
    setEndpoint({});
    m_table->setAccessibleName(tr("Requests"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new ColourDelegate(m_table));
    m_table->setSelectionBehavior(QTableView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setVerticalScrollMode(QTableView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 6);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_columns = new RequestColumns(m_table);
    followNewest();
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, &RequestsView::showMenu);
    auto* copy = new QShortcut(QKeySequence::Copy, m_table, nullptr, nullptr, Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this, &RequestsView::copyRows);
    auto* escape =
        new QShortcut(Qt::Key_Escape, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, m_table, &QTableView::clearSelection);
    connect(m_details, &RequestDetails::closed, m_table, &QTableView::clearSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RequestsView::showDetails);
    connect(m_model, &QAbstractItemModel::modelReset, this, &RequestsView::showDetails);
    setFocusProxy(m_table);
    updateCount();
}

void RequestsView::setRegions(const observe::Snapshot& snapshot) {
    std::map<RegionId, QString> names;
    if (snapshot.regions.size() > 1)
        for (const observe::RegionViewPtr& region : snapshot.regions)
            names[region->id] = toQString(region->name);
    if (!m_model->setRegionNames(names)) return;
    m_columns->forget();
    m_columns->fit();
}

void RequestsView::followNewest() {
    // A view that gets smaller, or rows that come, move the end away; a person who scrolls leaves
    // it.
    const QScrollBar* bar = m_table->verticalScrollBar();
    connect(bar, &QScrollBar::valueChanged, this, [this] { m_following = atBottom(); });
    connect(bar, &QScrollBar::rangeChanged, this, [this] {
        if (m_following)
            m_table->verticalScrollBar()->setValue(m_table->verticalScrollBar()->maximum());
    });
}

void RequestsView::showMenu(const QPoint& at) {
    const QModelIndex index = m_table->indexAt(at);
    if (!index.isValid()) return;
    const observe::RequestServed& request = m_model->request(index.row());
    QMenu menu(this);
    const auto filterBy = [this, &menu](const QString& text, const QString& word,
                                        const QString& value) {
        // A word of the filter holds no space.
        menu.addAction(text, this, [this, word, value] { m_filter->setText(word + value); })
            ->setEnabled(!value.isEmpty() && !value.contains(u' '));
    };
    filterBy(tr("Only this operation"), QStringLiteral("op:"), toQString(request.operation));
    filterBy(tr("Only this table"), QStringLiteral("table:"), toQString(request.table));
    filterBy(tr("Only this key"), QStringLiteral("key:"), toQString(request.key));
    menu.addSeparator();
    menu.addAction(icon(Symbol::Copy), tr("Copy"), this, &RequestsView::copyRows);
    menu.exec(m_table->viewport()->mapToGlobal(at));
}

void RequestsView::showDetails() {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (!rows.isEmpty()) {
        const observe::RequestServed& chosen = m_model->request(rows.constLast().row());
        m_details->setRequest(chosen, m_model->servedBy(chosen));
    }
    m_details->setVisible(!rows.isEmpty());
}

void RequestsView::copyRows() {
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QString text;
    for (const QModelIndex& row : rows) {
        QStringList fields;
        for (int column = 0; column < RequestsModel::ColumnCount; ++column)
            fields << row.siblingAtColumn(column).data().toString();
        text += fields.join(u'\t') + u'\n';
    }
    if (!text.isEmpty()) QApplication::clipboard()->setText(text);
}

QWidget* RequestsView::makeControls() {
    auto* controls = new QWidget(this);
    auto* layout = new QHBoxLayout(controls);
    layout->setContentsMargins(12, 6, 12, 6);
    m_filter = new QLineEdit(controls);
    m_filter->setClearButtonEnabled(true);
    m_filter->setPlaceholderText(
        tr("Filter: stale  lagging  failed  strong  zone:b  op:put  table:…"));
    m_filter->setAccessibleName(tr("Filter of requests"));
    connect(m_filter, &QLineEdit::textChanged, this, &RequestsView::applyFilter);
    m_hold = new QToolButton(controls);
    m_hold->setCheckable(true);
    m_hold->setFocusPolicy(Qt::StrongFocus);
    m_hold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_hold->setIcon(icon(Symbol::Pause));
    m_hold->setText(tr("Hold the list"));
    m_hold->setToolTip(tr("Add no rows until the list goes on; requests are served as before"));
    connect(m_hold, &QToolButton::toggled, this, &RequestsView::takeHeldBack);
    auto* clear = new QToolButton(controls);
    clear->setFocusPolicy(Qt::StrongFocus);
    clear->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    clear->setIcon(icon(Symbol::Remove));
    clear->setText(tr("Clear"));
    connect(clear, &QToolButton::clicked, this, [this] {
        m_heldBack.clear();
        m_model->clear();
        m_columns->forget();
        m_columns->fit();
        updateCount();
    });
    m_count = new QLabel(controls);
    m_count->setProperty("muted", true);
    layout->addWidget(m_filter, 1);
    layout->addWidget(m_hold);
    layout->addWidget(clear);
    layout->addWidget(m_count);
    return controls;
}

bool RequestsView::atBottom() const {
    const QScrollBar* bar = m_table->verticalScrollBar();
    return bar->value() >= bar->maximum() - m_table->verticalHeader()->defaultSectionSize();
}

void RequestsView::append(std::span<const observe::Event> events) {
    if (m_hold->isChecked()) {
        std::ranges::copy_if(events, std::back_inserter(m_heldBack), [](const auto& event) {
            return std::holds_alternative<observe::RequestServed>(event.body);
        });
        if (m_heldBack.size() > 2 * RequestsModel::kCapacity)
            m_heldBack.erase(m_heldBack.begin(),
                             m_heldBack.end() - std::ptrdiff_t{RequestsModel::kCapacity});
        return updateCount();
    }
    const std::size_t before = m_model->total();
    m_model->append(events);
    if (m_model->total() == before) return;
    m_columns->fit();
    updateCount();
}

void RequestsView::takeHeldBack() {
    if (m_hold->isChecked()) return;
    const std::vector<observe::Event> events = std::exchange(m_heldBack, {});
    append(events);
    updateCount();
}

void RequestsView::applyFilter() {
    const RequestFilter filter = RequestFilter::parse(m_filter->text());
    m_filterProblem = filter.problem();
    m_filter->setProperty("valid", filter.problem().isEmpty());
    m_filter->setToolTip(filter.problem());
    m_filter->style()->polish(m_filter);
    if (!m_filterProblem.isEmpty()) return updateCount();
    m_model->setFilter(filter);
    m_columns->forget();
    m_columns->fit();
    m_table->scrollToBottom();
    updateCount();
}

void RequestsView::setEndpoint(const QString& endpoint) {
    m_endpoint = endpoint;
    updateCount();
}

void RequestsView::updateCount() {
    m_stack->setCurrentIndex(m_model->rowCount() == 0 ? 0 : 1);
    m_nothing->setText(m_model->total() > 0 ? tr("No request matches the filter.")
                       : m_endpoint.isEmpty()
                           ? tr("No requests yet.")
                           : tr("No requests yet. Point an application at %1.").arg(m_endpoint));
    m_count->setProperty("bad", !m_filterProblem.isEmpty());
    m_count->style()->polish(m_count);
    if (!m_filterProblem.isEmpty()) return m_count->setText(m_filterProblem);
    const auto total = static_cast<std::int64_t>(m_model->total());
    const std::int64_t shown = m_model->rowCount();
    m_count->setText(
        shown == total
            ? countText(total, "request", "requests")
            : tr("%1 of %2").arg(countText(shown), countText(total, "request", "requests")));
    if (!m_heldBack.empty())
        m_count->setText(
            tr("%1, %2 on hold")
                .arg(m_count->text(), countText(static_cast<std::int64_t>(m_heldBack.size()))));
}

}  // namespace orrery::widgets
