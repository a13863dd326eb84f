#include "widgets/base/line_chart.h"

#include <QEvent>
#include <QGraphicsLayout>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>
#include <QtCharts/QChart>
#include <QtCharts/QChartView>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/theme.h"

namespace orrery::widgets {

namespace {

/// A view of a chart that paints bands and marks over it, and tells values where the pointer is.
class MarkedView : public QChartView {
public:
    MarkedView(QChart* chart, LineChart* parent) : QChartView(chart, parent), m_owner(parent) {}

protected:
    void drawForeground(QPainter* painter, const QRectF& /*rect*/) override {
        const QRectF plot = chart()->plotArea();
        if (chart()->series().isEmpty()) return;
        painter->save();
        painter->setClipRect(plot);
        const auto xOf = [this](double seconds) {
            return chart()->mapToPosition({seconds, 0}, chart()->series().constFirst()).x();
        };
        for (const LineChart::Band& band : m_owner->bands()) {
            // A short one is still seen.
            const double left = xOf(band.begin);
            const QRectF area(left, plot.top(), std::max(xOf(band.end) - left, 2.0), plot.height());
            paintBand(*painter, area, band.text);
        }
        painter->setPen(QPen(colors().muted, 1, Qt::DashDotLine));
        for (const LineChart::Mark& mark : m_owner->marks()) {
            const double x = xOf(mark.at);
            painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        }
        painter->restore();
    }

    bool viewportEvent(QEvent* event) override {
        if (event->type() != QEvent::ToolTip) return QChartView::viewportEvent(event);
        const auto* help = static_cast<QHelpEvent*>(event);
        if (chart()->series().isEmpty() || !chart()->plotArea().contains(help->pos())) return false;
        const double seconds = chart()->mapToValue(help->pos(), chart()->series().constFirst()).x();
        QToolTip::showText(help->globalPos(), plainToolTip(m_owner->textAt(seconds)), this);
        return true;
    }

private:
    static void paintBand(QPainter& painter, const QRectF& area, const QString& text) {
        QColor tint = colors().bad;
        tint.setAlphaF(0.16F);
        painter.fillRect(area, tint);
        tint.setAlphaF(0.3F);
        painter.fillRect(area, QBrush(tint, Qt::BDiagPattern));
        // Beside a band that is too narrow for it.
        painter.setPen(colors().bad);
        const int width = painter.fontMetrics().horizontalAdvance(text);
        const QRectF clip = painter.clipBoundingRect();
        const double left = std::clamp(area.left() + 4, clip.left() + 2,
                                       std::max(clip.right() - width - 4, clip.left() + 2));
        painter.drawText(QRectF(left, area.top() + 2, width + 4, painter.fontMetrics().height()),
                         Qt::AlignLeft, text);
    }

    LineChart* m_owner;
};

}  // namespace

class LineChart::Impl {
public:
    QChart* chart = new QChart;
    QChartView* view = nullptr;
    std::vector<Line> lines;
    std::vector<Band> bands;
    std::vector<Mark> marks;
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
    d.view = new MarkedView(d.chart, this);
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
    d.lines = lines;
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
    d.view->viewport()->update();
    const AxisEnd end = axisEnd(most * scale);
    if (d.value->max() == end.top) return;
    d.value->setRange(0, end.top);
    d.value->setTickCount(end.ticks);
}

void LineChart::setBands(std::vector<Band> bands) {
    m_impl->bands = std::move(bands);
}

void LineChart::setMarks(std::vector<Mark> marks) {
    m_impl->marks = std::move(marks);
}

const std::vector<LineChart::Band>& LineChart::bands() const {
    return m_impl->bands;
}

const std::vector<LineChart::Mark>& LineChart::marks() const {
    return m_impl->marks;
}

QString LineChart::textAt(double seconds) const {
    const Impl& d = *m_impl;
    const auto ago = [](double value) {
        return durationText(std::chrono::duration_cast<Duration>(
            std::chrono::duration<double>(std::max(-value, 0.0))));
    };
    QStringList text{tr("%1 ago").arg(ago(seconds))};
    for (const Line& line : d.lines) {
        // The last point before, since a value holds until the next one.
        const auto after = std::ranges::upper_bound(line.points, seconds, {}, &QPointF::x);
        if (after == line.points.begin()) continue;
        const double value = std::prev(after)->y();
        text << tr("%1: %2").arg(
            line.name, d.timeTitle.isEmpty() ? tr("%1 %2").arg(countText(qRound64(value)), unit())
                                             : d.timeTitle.arg(ago(-value / 1000)));
    }
    for (const Band& band : d.bands)
        if (band.begin <= seconds && seconds <= band.end) text << band.text;
    const double near = (d.time->max() - d.time->min()) / 100;
    for (const Mark& mark : d.marks)
        if (std::abs(mark.at - seconds) <= near)
            text << tr("%1 (%2 ago)").arg(mark.text, ago(mark.at));
    return text.join(u'\n');
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
