#include <QPainter>
#include <QPainterPath>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"
#include "widgets/base/zone_badge.h"
#include "widgets/zones/zone_map.h"

namespace orrery::widgets {

namespace {

/// In words, what clients in a zone with power can do.
QString abilityText(const observe::ZoneView& zone) {
    if (zone.why.empty()) return zone.cutOff ? ZoneTile::tr("Link cut") : ZoneTile::tr("Up");
    if (zone.readable == 0) return ZoneTile::tr("Serves nothing");
    if (zone.writable == 0 && zone.stronglyReadable == 0)
        return ZoneTile::tr("Eventual reads only");
    if (zone.writable == 0) return ZoneTile::tr("Reads only");
    return ZoneTile::tr("Writes %1 of %2").arg(zone.writable).arg(zone.replicas);
}

QString leadershipText(const observe::ZoneView& zone, Instant now) {
    if (zone.why.empty() || !zone.up)
        return ZoneTile::tr("leads %1 of %2")
            .arg(zone.leaders)
            .arg(countText(zone.replicas, "replica", "replicas"));
    const QString since = durationText(std::chrono::floor<std::chrono::seconds>(now - zone.since));
    return zone.cutOff ? ZoneTile::tr("no link for %1").arg(since)
                       : ZoneTile::tr("no leader for %1").arg(since);
}

QString servesText(const observe::ZoneView& zone) {
    return ZoneTile::tr("Of %1, its clients can write %2, read strongly %3, read eventually %4")
        .arg(countText(zone.replicas, "partition", "partitions"))
        .arg(zone.writable)
        .arg(zone.stronglyReadable)
        .arg(zone.readable);
}

}  // namespace

ZoneTile::ZoneTile(int zone, QWidget* parent) : QAbstractButton(parent), m_index(zone) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    m_glow.setStartValue(1.0);
    m_glow.setEndValue(0.0);
    m_glow.setDuration(600);
    connect(&m_glow, &QVariantAnimation::valueChanged, this, [this] { update(); });
}

void ZoneTile::setZone(const observe::ZoneView& zone, const observe::FaultView* fault,
                       Instant now) {
    QString state = zone.up ? abilityText(zone) : tr("Failed");
    if (!zone.up && fault != nullptr && fault->until != Instant::never())
        state += tr(", %1 left")
                     .arg(durationText(std::chrono::ceil<std::chrono::seconds>(
                         std::max(Duration::zero(), fault->until - now))));
    const QString lag =
        zone.lagRecords == 0
            ? tr("no lag")
            : tr("lag %1, %2")
                  .arg(countText(static_cast<std::int64_t>(zone.lagRecords), "record", "records"),
                       durationText(zone.lag));
    const QString leads = leadershipText(zone, now);
    if (zone == m_zone && state == m_state && leads == m_leads && lag == m_lag) return;
    if (zone.leaders != m_zone.leaders && !m_zone.name.empty()) m_glow.start();
    m_zone = zone;
    m_state = state;
    m_leads = leads;
    m_lag = lag;
    setAccessibleName(toQString(zone.name));
    QString description =
        tr("%1: %2. %3, %4, %5. Press to fail or heal it.")
            .arg(toQString(zone.name), state, countText(zone.leaders, "leader", "leaders"),
                 countText(zone.replicas, "replica", "replicas"), lag);
    if (!zone.why.empty())
        description += tr("\n%1: %2, since %3.")
                           .arg(servesText(zone), toQString(zone.why), instantText(zone.since));
    setAccessibleDescription(description);
    setToolTip(description);
    update();
}

QSize ZoneTile::sizeHint() const {
    return {146, 4 * fontMetrics().height() + 26};
}

void ZoneTile::paintEvent(QPaintEvent*) {
    const Colors& c = colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(2, 2, -2, -2);
    QPainterPath path;
    path.addRoundedRect(frame, 7, 7);
    painter.fillPath(path, m_zone.up ? c.raised : c.badSurface);
    if (!m_zone.up) {
        QColor hatch = c.bad;
        hatch.setAlphaF(0.22F);
        painter.fillPath(path, QBrush(hatch, Qt::BDiagPattern));
    }
    const QColor zone = c.zone[static_cast<std::size_t>(m_index)];
    const double glow =
        m_glow.state() == QVariantAnimation::Running ? m_glow.currentValue().toDouble() : 0;
    QColor border = m_zone.up ? c.line : c.bad;
    if (underMouse()) border = c.muted;
    if (hasFocus()) border = c.accent;
    painter.setPen(QPen(border, hasFocus() ? 2 : 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (glow > 0) {
        QColor ring = zone;
        ring.setAlphaF(static_cast<float>(glow));
        painter.setPen(QPen(ring, 1 + 3 * glow));
        painter.drawPath(path);
    }
    paintZoneBadge(painter, QRectF(10, 9, 19, 19), m_index, m_zone.up);
    painter.setPen(c.text);
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    const int line = fontMetrics().height() + 1;
    const double width = frame.width() - 16;
    const auto text = [&](double left, double top, double space, const QString& words) {
        painter.drawText(
            QRectF(left, top, space, line), Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(words, Qt::ElideRight, static_cast<int>(space)));
    };
    text(36, 10, frame.right() - 40, toQString(m_zone.name));
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    painter.setFont(small);
    const bool isLimited = m_zone.up && !m_zone.why.empty();
    painter.setPen(!m_zone.up || isLimited ? c.bad : m_zone.cutOff ? c.warn : c.good);
    text(10, 13 + line, width, m_state);
    painter.setPen(isLimited ? c.bad : c.muted);
    text(10, 13 + 2 * line, width, m_leads);
    painter.setPen(m_zone.lagRecords > 0 ? c.warn : c.muted);
    text(10, 13 + 3 * line, width, m_lag);
}

LinkButton::LinkButton(QWidget* parent) : QAbstractButton(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void LinkButton::setLink(const QString& zoneA, const QString& zoneB,
                         const observe::FaultView* fault) {
    m_zoneA = zoneA;
    m_zoneB = zoneB;
    const bool cut = fault != nullptr;
    const QString name = tr("Link between %1 and %2").arg(zoneA, zoneB);
    setAccessibleName(name);
    setToolTip(tr("%1: %2. Press to cut or heal it.").arg(name, cut ? tr("cut") : tr("up")));
    setAccessibleDescription(toolTip());
    if (cut == m_cut) return;
    m_cut = cut;
    update();
}

void LinkButton::paintEvent(QPaintEvent*) {
    const Colors& c = colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor border = hasFocus() ? c.accent : m_cut ? c.bad : underMouse() ? c.muted : c.line;
    painter.setPen(QPen(border, hasFocus() ? 2 : 1.2));
    painter.setBrush(m_cut ? c.badSurface : c.surface);
    painter.drawEllipse(QRectF(rect()).adjusted(2, 2, -2, -2));
    widgets::icon(m_cut ? Symbol::Cut : Symbol::Link)
        .paint(&painter, rect().adjusted(6, 6, -6, -6));
}

}  // namespace orrery::widgets
