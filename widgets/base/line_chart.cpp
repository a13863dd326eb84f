#include "widgets/base/line_chart.h"

#include <QEvent>
#include <QGraphicsLayout>
#include <QPainter>
#include <QVBoxLayout>
#include <QtCharts/QChart>
#include <QtCharts/QChartView>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/base/theme.h"

namespace orrery::widgets {

class LineChart::Impl {
public:
    QChart* chart = new QChart;
    QChartView* view = nullptr;
    QValueAxis* time = new QValueAxis;
    QValueAxis* value = new QValueAxis;
    std::vector<QLineSeries*> series;
    QString timeTitle;  // Empty if the values are no times.
};

AxisEnd axisEnd(double most) {
    // Four steps or so of 1, 2 or 5 times a power of ten; records are whole.
    const double wanted = std::max(most / 4, 1.0);
    const double power = std::pow(10, std::floor(std::log10(wanted)));
    double step = 10 * power;
    for (const double part : {5.0, 2.0, 1.0})
        if (wanted <= part * power * (1 + 1e-12)) step = part * power;
    const int steps = std::max(step > 1 ? 1 : 4, static_cast<int>(std::ceil(most / step - 1e-9)));
    return {step * steps, steps + 1};
}

LineMark::LineMark(std::function<QColor()> color, Qt::PenStyle style, QWidget* parent)
    : QWidget(parent), m_color(std::move(color)), m_style(style) {
    setFixedSize(24, 14);
}

void LineMark::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_color(), 2.4, m_style));
    painter.drawLine(QPointF(0, 7), QPointF(width(), 7));
}

LineChart::LineChart(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>()) {
    Impl& d = *m_impl;
    d.chart->legend()->hide();
    d.chart->setMargins(QMargins(0, 0, 6, 0));
    d.chart->setBackgroundRoundness(0);
    d.chart->setAnimationOptions(QChart::NoAnimation);
    d.chart->layout()->setContentsMargins(0, 0, 0, 0);
    d.time->setLabelFormat(QStringLiteral("%g s"));
    d.time->setTickCount(7);
    d.value->setLabelFormat(QStringLiteral("%.0f"));
    d.value->setTickCount(5);
    d.value->setRange(0, 1);
    d.chart->addAxis(d.time, Qt::AlignBottom);
    d.chart->addAxis(d.value, Qt::AlignLeft);
    // The view owns the chart, and the chart its axes and lines.
    d.view = new QChartView(d.chart, this);
    d.view->setRenderHint(QPainter::Antialiasing);
    d.view->setFrameShape(QFrame::NoFrame);
    d.view->setFocusPolicy(Qt::NoFocus);
    d.view->viewport()->setFocusPolicy(Qt::NoFocus);
    d.view->setMinimumSize(120, 90);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(d.view);
    applyColors();
    setSpan(60);
}

LineChart::~LineChart() = default;

void LineChart::setLines(const std::vector<Line>& lines) {
    Impl& d = *m_impl;
    while (d.series.size() < lines.size()) {
        auto* series = new QLineSeries;
        d.chart->addSeries(series);
        series->attachAxis(d.time);
        series->attachAxis(d.value);
        d.series.push_back(series);
    }
    double most = 0;
    for (const Line& line : lines)
        for (const QPointF& point : line.points)
            most = std::max(most, point.y());
    constexpr double kSecondsFrom = 5'000;
    const double scale = !d.timeTitle.isEmpty() && most > kSecondsFrom ? 1e-3 : 1;
    if (!d.timeTitle.isEmpty()) setUnit(d.timeTitle.arg(scale < 1 ? tr("s") : tr("ms")));
    for (std::size_t i = 0; i < d.series.size(); ++i) {
        if (i >= lines.size()) {
            d.series[i]->clear();
            continue;
        }
        d.series[i]->setName(lines[i].name);
        const QPen pen(lines[i].color, 1.8, lines[i].style);
        if (d.series[i]->pen() != pen) d.series[i]->setPen(pen);
        QVector<QPointF> points = lines[i].points;
        for (QPointF& point : points)
            point.ry() *= scale;
        d.series[i]->replace(points);
    }
    const AxisEnd end = axisEnd(most * scale);
    if (d.value->max() == end.top) return;
    d.value->setRange(0, end.top);
    d.value->setTickCount(end.ticks);
}

void LineChart::setSpan(double seconds) {
    m_impl->time->setRange(-seconds, 0);
}

void LineChart::setUnit(const QString& title) {
    if (title != unit()) m_impl->value->setTitleText(title);
}

void LineChart::setTimeUnit(const QString& title) {
    m_impl->timeTitle = title;
    setUnit(title.arg(tr("ms")));
}

QString LineChart::unit() const {
    return m_impl->value->titleText();
}

double LineChart::top() const {
    return m_impl->value->max();
}

void LineChart::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) applyColors();
}

void LineChart::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    // Narrow labels would be cut to dots. Both numbers divide the spans into whole seconds.
    constexpr int kWide = 420;
    const int ticks = width() < kWide ? 4 : 7;
    if (m_impl->time->tickCount() != ticks) m_impl->time->setTickCount(ticks);
}

void LineChart::applyColors() {
    Impl& d = *m_impl;
    const Colors& c = colors();
    d.chart->setBackgroundBrush(c.surface);
    d.view->setBackgroundBrush(c.surface);
    QFont small = font();
    if (small.pointSizeF() > 0) small.setPointSizeF(small.pointSizeF() * 0.9);
    for (QValueAxis* axis : {d.time, d.value}) {
        axis->setLabelsColor(c.muted);
        axis->setTitleBrush(c.muted);
        axis->setLabelsFont(small);
        axis->setTitleFont(small);
        axis->setLinePenColor(c.line);
        axis->setGridLineColor(c.line);
    }
}

}  // namespace orrery::widgets
