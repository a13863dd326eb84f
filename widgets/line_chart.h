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

/// The next of 1, 2, 5, 10, 20, 50 … that is not below `value`; at least 1.
double niceCeiling(double value);

}  // namespace orrery::widgets
