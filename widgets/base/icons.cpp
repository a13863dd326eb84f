#include "widgets/base/icons.h"

#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

#include "widgets/base/theme.h"

namespace orrery::widgets {
namespace {

// All drawings live in a square of 16 by 16.

QPainterPath polygon(std::initializer_list<QPointF> points, bool closed) {
    QPainterPath path;
    for (auto it = points.begin(); it != points.end(); ++it)
        it == points.begin() ? path.moveTo(*it) : path.lineTo(*it);
    if (closed) path.closeSubpath();
    return path;
}

QPainterPath line(double x1, double y1, double x2, double y2) {
    return polygon({{x1, y1}, {x2, y2}}, false);
}

QPainterPath ellipse(double x, double y, double rx, double ry) {
    QPainterPath path;
    path.addEllipse(QPointF(x, y), rx, ry);
    return path;
}

QPainterPath rounded(double x, double y, double w, double h) {
    QPainterPath path;
    path.addRoundedRect(QRectF(x, y, w, h), 1.5, 1.5);
    return path;
}

QPainterPath refreshArrow() {
    QPainterPath path;
    path.arcMoveTo(QRectF(3, 3, 10, 10), 50);
    path.arcTo(QRectF(3, 3, 10, 10), 50, 290);
    path.addPath(polygon({{13.2, 8.2}, {12.9, 11.3}, {10, 10.2}}, false));
    return path;
}

QPainterPath linkPath(bool cut) {
    QPainterPath path = ellipse(3.8, 8, 2.3, 2.3);
    path.addPath(ellipse(12.2, 8, 2.3, 2.3));
    if (cut)
        path.addPath(line(6.6, 11.5, 9.4, 4.5));
    else
        path.addPath(line(6.2, 8, 9.8, 8));
    return path;
}

/// The symbols of what the world is made of and what is done to it; `filled` is set where the
/// inside is coloured as well.
QPainterPath worldPath(Symbol symbol, bool& filled) {
    QPainterPath path;
    switch (symbol) {
        case Symbol::Region:
            path = ellipse(8, 8, 5.5, 5.5);
            path.addPath(ellipse(8, 8, 2.4, 5.5));
            path.addPath(line(2.5, 8, 13.5, 8));
            return path;
        case Symbol::Table:
            path = rounded(2.5, 3.5, 11, 9);
            path.addPath(line(2.5, 6.6, 13.5, 6.6));
            path.addPath(line(6.2, 6.6, 6.2, 12.5));
            return path;
        case Symbol::Index:
            path = line(3, 4.5, 10.5, 4.5);
            path.addPath(line(3, 8, 8, 8));
            path.addPath(line(3, 11.5, 6, 11.5));
            path.addPath(polygon({{9.6, 9.6}, {11.8, 12}, {14, 9.6}}, false));
            path.addPath(line(11.8, 6.5, 11.8, 12));
            return path;
        case Symbol::Run:
            filled = true;
            return polygon({{5, 3.5}, {12.5, 8}, {5, 12.5}}, true);
        case Symbol::Pause:
            path = line(5.5, 4, 5.5, 12);
            path.addPath(line(10.5, 4, 10.5, 12));
            return path;
        case Symbol::Step:
            path = polygon({{3.5, 4}, {9.5, 8}, {3.5, 12}}, true);
            path.addPath(line(12, 4, 12, 12));
            return path;
        case Symbol::Heal:
            path = ellipse(8, 8, 5.5, 5.5);
            path.addPath(polygon({{5.3, 8.2}, {7.3, 10.2}, {10.8, 6.2}}, false));
            return path;
        case Symbol::Fail:
            return polygon({{9, 2.5}, {4, 9}, {7.6, 9}, {6.8, 13.5}, {12, 7}, {8.4, 7}}, true);
        case Symbol::Link:
            return linkPath(false);
        case Symbol::Cut:
            return linkPath(true);
        case Symbol::Add:
        case Symbol::Remove:
        case Symbol::Edit:
        case Symbol::Refresh:
        case Symbol::Copy:
        case Symbol::Connect:
        case Symbol::Clock:
        case Symbol::Warning:
            break;
    }
    return path;
}

/// The symbols of what is done to data and of the window.
QPainterPath actionPath(Symbol symbol) {
    QPainterPath path;
    switch (symbol) {
        case Symbol::Add:
            path = line(8, 3.5, 8, 12.5);
            path.addPath(line(3.5, 8, 12.5, 8));
            return path;
        case Symbol::Remove:
            path = polygon({{4.2, 5}, {5, 13}, {11, 13}, {11.8, 5}}, false);
            path.addPath(line(3, 5, 13, 5));
            path.addPath(line(6.5, 3, 9.5, 3));
            return path;
        case Symbol::Edit:
            path = polygon({{3.5, 12.5}, {4, 9.8}, {10.6, 3.2}, {12.8, 5.4}, {6.2, 12}}, true);
            return path;
        case Symbol::Refresh:
            return refreshArrow();
        case Symbol::Copy:
            path = rounded(5.5, 5.5, 8, 8);
            path.addPath(polygon({{3, 10.5}, {3, 3}, {10.5, 3}}, false));
            return path;
        case Symbol::Connect:
            path = line(2, 8, 5, 8);
            path.addPath(rounded(5, 4.5, 4.5, 7));
            path.addPath(line(9.5, 6.3, 13, 6.3));
            path.addPath(line(9.5, 9.7, 13, 9.7));
            return path;
        case Symbol::Clock:
            path = ellipse(8, 8, 5.5, 5.5);
            path.addPath(polygon({{8, 4.8}, {8, 8}, {10.4, 9.6}}, false));
            return path;
        case Symbol::Warning:
            path = polygon({{8, 2.8}, {14, 13}, {2, 13}}, true);
            path.addPath(line(8, 6.5, 8, 9.6));
            path.addPath(line(8, 11.2, 8, 11.3));
            return path;
        case Symbol::Region:
        case Symbol::Table:
        case Symbol::Index:
        case Symbol::Run:
        case Symbol::Pause:
        case Symbol::Step:
        case Symbol::Heal:
        case Symbol::Fail:
        case Symbol::Link:
        case Symbol::Cut:
            break;
    }
    return path;
}

/// Lines of a symbol, wherever it is drawn.
QPainterPath pathOf(Symbol symbol, bool& filled) {
    filled = false;
    const QPainterPath path = worldPath(symbol, filled);
    return path.isEmpty() ? actionPath(symbol) : path;
}

class SymbolEngine final : public QIconEngine {
public:
    explicit SymbolEngine(Symbol symbol) : m_symbol(symbol) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        bool filled = false;
        const QPainterPath path = pathOf(m_symbol, filled);
        QColor color = colors().text;
        if (mode == QIcon::Disabled) color.setAlphaF(0.35F);
        const double side = std::min(rect.width(), rect.height());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(QRectF(rect).center() - QPointF(side / 2, side / 2));
        painter->scale(side / 16, side / 16);
        painter->setPen(QPen(color, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->setBrush(filled ? QBrush(color) : QBrush(Qt::NoBrush));
        painter->drawPath(path);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new SymbolEngine(m_symbol); }

private:
    Symbol m_symbol;
};

}  // namespace

QIcon icon(Symbol symbol) {
    return QIcon(new SymbolEngine(symbol));
}

}  // namespace orrery::widgets
