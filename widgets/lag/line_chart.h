#pragma once

#include <QColor>
#include <QPointF>
#include <QVector>
#include <QWidget>
#include <memory>
#include <vector>

namespace orrery::widgets {

/// A chart of some lines over time. All that the window knows of a charting library: newer Qt
/// replaces Qt Charts, and then this file's .cpp changes and nothing else.
class LineChart : public QWidget {
    Q_OBJECT
public:
    struct Line {
        QString name;
        QColor color;
        Qt::PenStyle style = Qt::SolidLine;
        QVector<QPointF> points;
    };

    explicit LineChart(QWidget* parent = nullptr);
    ~LineChart() override;

    /// The lines, in one go; call it once a tick. Lines are told apart by colour and by style.
    void setLines(const std::vector<Line>& lines);
    /// The horizontal axis ends now and begins `seconds` before.
    void setSpan(double seconds);
    /// The title of the vertical axis, with its unit.
    void setUnit(const QString& title);
    /// The upper end of the vertical axis, chosen by itself from what is shown.
    double top() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColors();

    class Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Where an axis from 0 ends, and how many labels it has, so that they are round, whole numbers and
/// `most` fits.
struct AxisEnd {
    double top = 4;
    int ticks = 5;

    bool operator==(const AxisEnd&) const = default;
};
AxisEnd axisEnd(double most);

}  // namespace orrery::widgets
