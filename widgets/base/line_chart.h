#pragma once

#include <QColor>
#include <QPointF>
#include <QVector>
#include <QWidget>
#include <functional>
#include <memory>
#include <vector>

namespace orrery::widgets {

/// A chart of lines over time. Only its .cpp file uses Qt Charts, because newer Qt versions replace
/// that library.
class LineChart : public QWidget {
    Q_OBJECT
public:
    struct Line {
        QString name;
        QColor color;
        Qt::PenStyle style = Qt::SolidLine;
        QVector<QPointF> points;
    };

    /// A stretch of time with a name, behind the lines; seconds before now (negative).
    struct Band {
        double begin = 0;
        double end = 0;
        QString text;
    };
    /// An instant with a name.
    struct Mark {
        double at = 0;
        QString text;
    };

    explicit LineChart(QWidget* parent = nullptr);
    ~LineChart() override;

    /// Replaces all lines; call it once per tick. Lines differ in colour and in style.
    void setLines(const std::vector<Line>& lines);
    /// They appear with the next `setLines`.
    void setBands(std::vector<Band> bands);
    void setMarks(std::vector<Mark> marks);
    const std::vector<Band>& bands() const;
    const std::vector<Mark>& marks() const;
    /// What the chart shows at this instant, in seconds before now: for a tool tip.
    QString textAt(double seconds) const;
    /// Sets the range of the horizontal axis: from `seconds` ago until now.
    void setSpan(double seconds);
    /// The title of the vertical axis, with its unit.
    void setUnit(const QString& title);
    /// The values are milliseconds, and the axis shows seconds once there are many. "%1" in `title`
    /// stands for the unit.
    void setTimeUnit(const QString& title);
    QString unit() const;
    /// The upper end of the vertical axis, computed from the points.
    double top() const;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyColors();

    class Impl;
    std::unique_ptr<Impl> m_impl;
};

/// A short piece of a line as a chart draws it, to stand beside its name.
class LineMark final : public QWidget {
public:
    /// `color` is asked at each painting, since the theme may change.
    LineMark(std::function<QColor()> color, Qt::PenStyle style, QWidget* parent);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const std::function<QColor()> m_color;
    const Qt::PenStyle m_style;
};

/// The upper end of an axis that starts at 0, and its number of labels. The labels are round whole
/// numbers, and the axis includes `most`.
struct AxisEnd {
    double top = 4;
    int ticks = 5;

    bool operator==(const AxisEnd&) const = default;
};
AxisEnd axisEnd(double most);

}  // namespace orrery::widgets
