#include "widgets/lag_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "widgets/format.h"
#include "widgets/line_chart.h"
#include "widgets/theme.h"
#include "widgets/zone_badge.h"

namespace orrery::widgets {
namespace {

constexpr Qt::PenStyle kStyles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine};

}  // namespace

LagView::LagView(QWidget* parent) : QWidget(parent), m_chart(new LineChart(this)) {
    setAccessibleName(tr("Replication lag"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeControls());
    layout->addWidget(m_chart, 1);
    m_chart->setUnit(tr("records behind"));
    // A space of its own for each place would be tempting; one chart with a switch is calmer.
    connect(m_inRecords, &QToolButton::toggled, this, [this](bool records) {
        m_chart->setUnit(records ? tr("records behind") : tr("milliseconds behind"));
        draw();
    });
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
    m_inRecords = new QToolButton(controls);
    m_inRecords->setText(tr("Records"));
    m_inMilliseconds = new QToolButton(controls);
    m_inMilliseconds->setText(tr("Milliseconds"));
    for (QToolButton* button : {m_inRecords, m_inMilliseconds}) {
        button->setCheckable(true);
        button->setAutoExclusive(true);
        button->setFocusPolicy(Qt::StrongFocus);
    }
    m_inRecords->setChecked(true);
    m_span = new QComboBox(controls);
    m_span->setAccessibleName(tr("Span of time"));
    for (const int minutes : {1, 5, 15})
        m_span->addItem(tr("Last %1 min").arg(minutes), minutes);
    for (QWidget* part : {static_cast<QWidget*>(m_scope), static_cast<QWidget*>(m_inRecords),
                          static_cast<QWidget*>(m_inMilliseconds), static_cast<QWidget*>(m_span)})
        layout->addWidget(part);
    layout->addStretch(1);
    for (int i = 0; i < kZonesPerRegion; ++i) {
        auto* dot = new QLabel(controls);
        dot->setPixmap(zoneDot(i).pixmap(14, 14));
        dot->setProperty("zone", i);
        auto* value = new QLabel(controls);
        value->setAccessibleName(tr("Lag of zone %1").arg(QChar(u'a' + i)));
        // So wide that the row does not move while the numbers change.
        value->setMinimumWidth(
            fontMetrics().horizontalAdvance(QStringLiteral("a  999 records, 99.9 ms")));
        m_values[static_cast<std::size_t>(i)] = value;
        layout->addSpacing(8);
        layout->addWidget(dot);
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
    // What was in front is kept, so that coming back to a table shows its last minutes.
    if (m_ofTables.size() >= kTablesMax) m_ofTables.erase(m_ofTables.begin());
    m_ofTables[table];
}

void LagView::setSnapshot(const observe::SnapshotPtr& snapshot) {
    for (const observe::RegionViewPtr& region : snapshot->regions) {
        if (toQString(region->name) != m_region && !m_region.isEmpty()) continue;
        m_ofRegion.add(LagHistory::ofRegion(*region, snapshot->at));
        for (const observe::TableViewPtr& table : region->tables)
            if (const auto it = m_ofTables.find(toQString(table->name)); it != m_ofTables.end())
                it->second.add(LagHistory::ofTable(*table, snapshot->at));
        break;
    }
    if (isVisible()) draw();
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
    for (QLabel* label : findChildren<QLabel*>())
        if (label->property("zone").isValid())
            label->setPixmap(zoneDot(label->property("zone").toInt()).pixmap(14, 14));
    draw();
}

void LagView::draw() {
    const bool records = m_inRecords->isChecked();
    const auto unit = records ? LagHistory::Unit::Records : LagHistory::Unit::Milliseconds;
    const std::chrono::minutes span(m_span->currentData().toInt());
    const int columns = std::clamp(m_chart->width() / 2, 50, 480);
    const LagHistory& history = this->history();
    std::vector<LineChart::Line> lines;
    for (int i = 0; i < kZonesPerRegion; ++i) {
        const auto index = static_cast<std::size_t>(i);
        lines.push_back({QString(QChar(u'a' + i)), colors().zone[index], kStyles[i],
                         history.line(i, unit, span, columns)});
        const LagHistory::ZoneLag now =
            history.empty() ? LagHistory::ZoneLag() : history.last().zones[index];
        m_values[index]->setText(
            tr("%1  %2, %3")
                .arg(QChar(u'a' + i))
                .arg(countText(static_cast<std::int64_t>(now.records), "record", "records"),
                     durationText(now.lag)));
    }
    m_chart->setSpan(std::chrono::duration<double>(span).count());
    m_chart->setLines(lines);
}

}  // namespace orrery::widgets
