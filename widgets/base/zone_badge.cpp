#include "widgets/base/zone_badge.h"

#include <QIconEngine>

#include "widgets/base/theme.h"

namespace orrery::widgets {
namespace {

class DotEngine final : public QIconEngine {
public:
    explicit DotEngine(int zone) : m_zone(zone) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode, QIcon::State) override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors().zone[static_cast<std::size_t>(m_zone)]);
        const double radius = std::min(rect.width(), rect.height()) * 0.3;
        painter->drawEllipse(QRectF(rect).center(), radius, radius);
        painter->restore();
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }
    QIconEngine* clone() const override { return new DotEngine(m_zone); }

private:
    int m_zone;
};

}  // namespace

void paintZoneBadge(QPainter& painter, const QRectF& rect, int zone, bool filled) {
    const QColor color = colors().zone[static_cast<std::size_t>(zone)];
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.4));
    painter.setBrush(filled ? QBrush(color) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(rect.adjusted(0.7, 0.7, -0.7, -0.7), 4, 4);
    QFont font = painter.font();
    font.setBold(true);
    font.setPixelSize(static_cast<int>(rect.height() * 0.68));
    painter.setFont(font);
    const QColor onColor = colors().dark ? colors().sunken : QColor(Qt::white);
    painter.setPen(filled ? onColor : color);
    painter.drawText(rect, Qt::AlignCenter, QString(QChar(u'a' + zone)));
    painter.restore();
}

QIcon zoneDot(int zone) {
    return QIcon(new DotEngine(zone));
}

}  // namespace orrery::widgets
