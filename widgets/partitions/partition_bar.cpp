#include "widgets/partitions/partition_bar.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <algorithm>

#include "widgets/base/format.h"
#include "widgets/base/theme.h"
#include "widgets/base/zone_badge.h"
#include "widgets/partitions/partition_table_model.h"

namespace orrery::widgets {

PartitionBar::PartitionBar(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Partitions of the key space"));
    setAccessibleDescription(tr("The table beside it says the same in words."));
}

void PartitionBar::setPartitions(const std::vector<observe::PartitionView>& partitions) {
    if (partitions == m_partitions) return;
    m_partitions = partitions;
    if (m_current >= static_cast<int>(m_partitions.size())) setCurrent(-1);
    update();
}

void PartitionBar::setMark(std::optional<double> part) {
    if (part == m_mark) return;
    m_mark = part;
    update();
}

void PartitionBar::setCurrent(int partition) {
    if (partition == m_current) return;
    m_current = partition;
    update();
    emit currentChanged(partition);
}

QSize PartitionBar::sizeHint() const {
    return {640, 102};
}

QSize PartitionBar::minimumSizeHint() const {
    return {220, 94};
}

QRectF PartitionBar::barRect() const {
    return QRectF(rect()).adjusted(12, 14, -12, -20);
}

QRectF PartitionBar::cellRect(int partition) const {
    const auto& p = m_partitions[static_cast<std::size_t>(partition)];
    const QRectF bar = barRect();
    const double left = bar.left() + bar.width() * beginPart(p);
    const double right = bar.left() + bar.width() * endPart(p);
    return {left, bar.top(), right - left, bar.height()};
}

int PartitionBar::partitionAt(const QPoint& place) const {
    for (int i = 0; i < static_cast<int>(m_partitions.size()); ++i)
        if (cellRect(i).contains(place)) return i;
    return -1;
}

bool PartitionBar::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int partition = partitionAt(help->pos());
        if (partition >= 0)
            QToolTip::showText(
                help->globalPos(),
                partitionText(m_partitions[static_cast<std::size_t>(partition)], partition + 1),
                this, cellRect(partition).toRect());
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void PartitionBar::mousePressEvent(QMouseEvent* event) {
    setCurrent(partitionAt(event->pos()));
}

void PartitionBar::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(m_partitions.size()) - 1;
    switch (event->key()) {
        case Qt::Key_Left:
            return setCurrent(std::clamp(m_current - 1, 0, std::max(0, last)));
        case Qt::Key_Right:
            return setCurrent(std::min(m_current + 1, last));
        case Qt::Key_Home:
            return setCurrent(std::min(0, last));
        case Qt::Key_End:
            return setCurrent(last);
        default:
            QWidget::keyPressEvent(event);
    }
}

void PartitionBar::paintMeter(QPainter& painter, const QRectF& rect, double part,
                              const QString& label) const {
    const Colors& c = colors();
    painter.setPen(Qt::NoPen);
    painter.setBrush(c.sunken);
    painter.drawRoundedRect(rect, 2, 2);
    if (part > 0) {
        QRectF full = rect;
        full.setWidth(std::max(2.0, rect.width() * std::min(part, 1.0)));
        painter.setBrush(c.heat(0.25 + part * 0.75));
        painter.drawRoundedRect(full, 2, 2);
    }
    painter.setPen(c.muted);
    const QRectF text(rect.left(), rect.top() - painter.fontMetrics().height() - 1, rect.width(),
                      painter.fontMetrics().height());
    painter.drawText(
        text, Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(label, Qt::ElideRight, static_cast<int>(text.width())));
}

void PartitionBar::paintCell(QPainter& painter, int partition) const {
    const Colors& c = colors();
    const auto& p = m_partitions[static_cast<std::size_t>(partition)];
    const QRectF cell = cellRect(partition).adjusted(1, 0, -1, 0);
    const int leader = leaderZone(p);
    painter.setPen(
        QPen(partition == m_current ? c.accent : c.line, partition == m_current ? 2 : 1));
    painter.setBrush(c.raised);
    painter.drawRoundedRect(cell, 4, 4);
    const QColor zone = leader < 0 ? c.bad : c.zone[static_cast<std::size_t>(leader)];
    painter.fillRect(QRectF(cell.left() + 4, cell.top() + 1, std::max(1.0, cell.width() - 8), 3),
                     zone);
    if (cell.width() < 26) return;
    const QRectF badge(cell.left() + 7, cell.top() + 7, 18, 18);
    if (leader >= 0) {
        paintZoneBadge(painter, badge, leader);
    } else {
        painter.setPen(c.bad);
        painter.drawText(badge, Qt::AlignCenter, QStringLiteral("!"));
    }
    if (cell.width() < 70) return;
    painter.setPen(c.text);
    const QRectF head(badge.right() + 7, badge.top(), cell.right() - badge.right() - 12, 18);
    const QString items = countText(p.itemCount, "item", "items");
    const QString full = items + QStringLiteral(" · ") + bytesText(p.itemBytes);
    const QFontMetrics metrics = painter.fontMetrics();
    painter.drawText(
        head, Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(metrics.horizontalAdvance(full) > head.width() ? items : full,
                           Qt::ElideRight, static_cast<int>(head.width())));
    const double bottom = cell.bottom() - 10;
    const double half = (cell.width() - 22) / 2;
    const bool words = half > 90;
    paintMeter(painter, QRectF(cell.left() + 8, bottom, half, 4),
               static_cast<double>(p.readsPerSecond) / kPartitionReadsMax,
               (words ? tr("%1 reads/s") : tr("r %1/s")).arg(rateText(p.readsPerSecond)));
    paintMeter(painter, QRectF(cell.left() + 14 + half, bottom, half, 4),
               static_cast<double>(p.writesPerSecond) / kPartitionWritesMax,
               (words ? tr("%1 writes/s") : tr("w %1/s")).arg(rateText(p.writesPerSecond)));
}

void PartitionBar::paintAxis(QPainter& painter) const {
    const QRectF bar = barRect();
    painter.setPen(colors().muted);
    const QRectF axis(bar.left(), bar.bottom() + 2, bar.width(), 16);
    painter.drawText(axis, Qt::AlignLeft | Qt::AlignVCenter, tr("key space 0 %"));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("100 %"));
    if (!m_mark) return;
    const double x = bar.left() + bar.width() * *m_mark;
    painter.setPen(QPen(colors().accent, 1.5));
    painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 3));
    QPainterPath arrow;
    arrow.moveTo(x, bar.top() - 2);
    arrow.lineTo(x - 5, bar.top() - 11);
    arrow.lineTo(x + 5, bar.top() - 11);
    arrow.closeSubpath();
    painter.fillPath(arrow, colors().accent);
    const QString text = tr("selected item, %1").arg(percentText(*m_mark));
    const double width = painter.fontMetrics().horizontalAdvance(text);
    const double left = std::clamp(x - width / 2, bar.left() + 110,
                                   std::max(bar.left() + 110, bar.right() - width - 60));
    painter.setPen(colors().accent);
    painter.drawText(QRectF(left, axis.top(), width + 4, axis.height()), Qt::AlignVCenter, text);
}

void PartitionBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), colors().surface);
    for (int i = 0; i < static_cast<int>(m_partitions.size()); ++i)
        paintCell(painter, i);
    paintAxis(painter);
    if (hasFocus() && m_current < 0) {
        painter.setPen(QPen(colors().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(barRect().adjusted(-3, -3, 3, 3), 5, 5);
    }
}

}  // namespace orrery::widgets
