#include "widgets/lag/lag_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "core/observe/fault_spec.h"
#include "widgets/base/format.h"
#include "widgets/base/line_chart.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {
namespace {

constexpr Qt::PenStyle kStyles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine};

/// A label of constant width, so that the row does not move while the numbers change.
class SteadyLabel final : public QLabel {
public:
    using QLabel::QLabel;
    QSize sizeHint() const override {
        return {fontMetrics().horizontalAdvance(QStringLiteral("a  9,999 records, 99.9 ms")),
                QLabel::sizeHint().height()};
    }
    QSize minimumSizeHint() const override { return {40, QLabel::sizeHint().height()}; }
};

}  // namespace

LagView::LagView(QWidget* parent)
    : QWidget(parent), m_records(new LineChart(this)), m_milliseconds(new LineChart(this)) {
    setAccessibleName(tr("Replication lag"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeControls());
    auto* charts = new QHBoxLayout;
    charts->setSpacing(1);
    m_records->setUnit(tr("records behind"));
    m_milliseconds->setTimeUnit(tr("%1 behind"));
    charts->addWidget(m_records, 1);
    charts->addWidget(m_milliseconds, 1);
    layout->addLayout(charts, 1);
    connect(m_span, &QComboBox::activated, this, &LagView::draw);
    connect(m_scope, &QComboBox::activated, this, &LagView::draw);
}

QWidget* LagView::makeControls() {
    auto* controls = new QWidget(this);
    auto* layout = new QHBoxLayout(controls);
    layout->setContentsMargins(12, 6, 12, 2);
    layout->setSpacing(6);
    m_scope = new QComboBox(controls);
    m_scope->setAccessibleName(tr("Tables"));
    m_scope->addItem(tr("All tables"));
    m_scope->addItem(tr("Table in front"));
    m_scope->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_scope->setMinimumContentsLength(14);
    m_span = new QComboBox(controls);
    m_span->setAccessibleName(tr("Span of time"));
    for (const int minutes : {1, 5, 15})
        m_span->addItem(tr("Last %1 min").arg(minutes), minutes);
    layout->addWidget(m_scope);
    layout->addWidget(m_span);
    layout->addStretch(1);
    for (int i = 0; i < kZonesPerRegion; ++i) {
        auto* value = new SteadyLabel(controls);
        value->setAccessibleName(tr("Lag of zone %1").arg(QChar(u'a' + i)));
        m_values[static_cast<std::size_t>(i)] = value;
        layout->addSpacing(6);
        const auto zone = static_cast<std::size_t>(i);
        layout->addWidget(
            new LineMark([zone] { return colors().zone[zone]; }, kStyles[zone], controls));
        layout->addWidget(value);
    }
    return controls;
}

void LagView::setScope(const QString& region, const QString& table) {
    if (region == m_region && table == m_table) return;
    if (region != m_region) {
        m_ofRegion.clear();
        m_ofTables.clear();
    }
    m_region = region;
    m_table = table;
    m_scope->setItemText(1, table.isEmpty() ? tr("Table in front") : tr("Table %1").arg(table));
    if (table.isEmpty() || m_ofTables.contains(table)) return;
    // The histories of tables opened earlier are kept for when the person returns to them.
    if (m_ofTables.size() >= kTablesMax) m_ofTables.erase(m_ofTables.begin());
    m_ofTables[table];
}

void LagView::takeFaults(const observe::Snapshot& snapshot) {
    m_faults.clear();
    for (const observe::FaultView& fault : snapshot.faults) {
        const observe::FaultSpec* spec = observe::findFaultSpec(fault.kind);
        const std::string shown(spec != nullptr ? spec->shown : "%1");
        m_faults.push_back(
            {fault.id, fault.since, QString::fromStdString(shown).arg(toQString(fault.target))});
    }
}

void LagView::setSnapshot(const observe::SnapshotPtr& snapshot) {
    takeFaults(*snapshot);
    for (const observe::RegionViewPtr& region : snapshot->regions) {
        if (toQString(region->name) != m_region && !m_region.isEmpty()) continue;
        m_ofRegion.add(LagHistory::ofRegion(*region, snapshot->at));
        for (const observe::TableViewPtr& table : region->tables)
            if (const auto it =
                    m_ofTables.find(tableText(toQString(table->name), accountOf(*table)));
                it != m_ofTables.end())
                it->second.add(LagHistory::ofTable(*table, snapshot->at));
        break;
    }
    if (!isVisible()) return;
    // The charts take turns: a line with many peaks costs Qt Charts milliseconds.
    showValues();
    m_recordsNext ? drawRecords() : drawMilliseconds();
    m_recordsNext = !m_recordsNext;
}

const LagHistory& LagView::history() const {
    const auto it = m_ofTables.find(m_table);
    return m_scope->currentIndex() == 0 || it == m_ofTables.end() ? m_ofRegion : it->second;
}

void LagView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    draw();
}

void LagView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    draw();
}

void LagView::draw() {
    showValues();
    drawRecords();
    drawMilliseconds();
}

void LagView::showValues() {
    const LagHistory& history = this->history();
    for (int i = 0; i < kZonesPerRegion; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const LagHistory::ZoneLag now =
            history.empty() ? LagHistory::ZoneLag() : history.last().zones[index];
        const QString text =
            tr("%1  %2, %3")
                .arg(QChar(u'a' + i))
                .arg(countText(static_cast<std::int64_t>(now.records), "record", "records"),
                     durationText(now.lag));
        m_values[index]->setText(text);
        m_values[index]->setToolTip(text);
    }
}

void LagView::drawRecords() {
    drawChart(*m_records, LagHistory::Unit::Records);
}

void LagView::drawMilliseconds() {
    drawChart(*m_milliseconds, LagHistory::Unit::Milliseconds);
}

void LagView::drawChart(LineChart& chart, LagHistory::Unit unit) {
    const std::chrono::minutes span(m_span->currentData().toInt());
    const int columns = std::clamp(chart.width() / 3, 50, 320);
    std::vector<LineChart::Line> lines;
    for (int i = 0; i < kZonesPerRegion; ++i)
        lines.push_back({QString(QChar(u'a' + i)), colors().zone[static_cast<std::size_t>(i)],
                         kStyles[i], history().line(i, unit, span, columns)});
    chart.setSpan(std::chrono::duration<double>(span).count());
    chart.setBands(bands(span));
    chart.setMarks(marks(span));
    chart.setLines(lines);
}

std::vector<LineChart::Band> LagView::bands(Duration span) const {
    std::vector<LineChart::Band> bands;
    for (const LagHistory::Gap& gap : history().gaps(span))
        bands.push_back({gap.begin, gap.end, tr("no leader for %1").arg(durationText(gap.length))});
    return bands;
}

std::vector<LineChart::Mark> LagView::marks(Duration span) const {
    std::vector<LineChart::Mark> marks;
    if (history().empty()) return marks;
    const Instant end = history().last().at;
    for (const FaultMark& fault : m_faults)
        if (end - fault.since < span)
            marks.push_back(
                {-std::chrono::duration<double>(end - fault.since).count(), fault.text});
    return marks;
}

}  // namespace orrery::widgets
