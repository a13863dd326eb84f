#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// The key space of a table as a bar: a cell per partition with its leader's zone, its size, and
/// its reads and writes against the limits. A mark shows where the selected item lies.
class PartitionBar : public QWidget {
    Q_OBJECT
public:
    explicit PartitionBar(QWidget* parent = nullptr);

    void setPartitions(const std::vector<observe::PartitionView>& partitions);
    /// Where the selected item lies in the key space, 0 to 1.
    void setMark(std::optional<double> part);

    /// The partition chosen with mouse or keys; -1 if there is none.
    int current() const { return m_current; }
    void setCurrent(int partition);
    /// The partition under a place of this widget; -1 if there is none.
    int partitionAt(const QPoint& place) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void currentChanged(int partition);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF barRect() const;
    QRectF cellRect(int partition) const;
    void paintCell(QPainter& painter, int partition) const;
    void paintMeter(QPainter& painter, const QRectF& rect, double part, const QString& label) const;
    void paintAxis(QPainter& painter) const;

    std::vector<observe::PartitionView> m_partitions;
    std::optional<double> m_mark;
    int m_current = -1;
};

}  // namespace orrery::widgets
