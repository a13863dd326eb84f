#include "widgets/global/map_marks.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/base/theme.h"
#include "widgets/base/zone_badge.h"

namespace orrery::widgets {
namespace {

constexpr int kPadding = 6;
constexpr int kBadge = 15;
constexpr int kBadgeGap = 3;
constexpr int kBadges = kZonesPerRegion * (kBadge + kBadgeGap) - kBadgeGap;
constexpr int kSymbol = 14;

QString offsetText(Duration offset) {
    const QString sign = offset < Duration::zero() ? QStringLiteral("−") : QStringLiteral("+");
    return sign + durationText(offset < Duration::zero() ? -offset : offset);
}

bool has(const std::vector<HealableFault>& faults, observe::FaultKind kind) {
    return std::ranges::find(faults, kind, &HealableFault::kind) != faults.end();
}

std::optional<Symbol> symbolOf(const LinkDirection& direction) {
    if (direction.isCut) return Symbol::Cut;
    if (direction.isPaused()) return Symbol::Pause;
    if (direction.isSlow()) return Symbol::Clock;
    return std::nullopt;
}

QString directionText(const LinkDirection& direction) {
    return QStringLiteral("%1 to %2: %3, one way takes %4, %5 replicated, %6 of them lost")
        .arg(direction.from, direction.to, direction.text(), durationText(direction.delay),
             countText(static_cast<std::int64_t>(direction.changes), "change", "changes"),
             countText(static_cast<std::int64_t>(direction.lost)));
}

}  // namespace

MapMark::MapMark(QWidget* parent) : QAbstractButton(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void MapMark::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter)
        return QAbstractButton::keyPressEvent(event);
    click();
}

void MapMark::paintFrame(QPainter& painter, bool isBad) {
    const Colors& c = colors();
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath path;
    path.addRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    painter.fillPath(path, isBad ? c.badSurface : c.raised);
    QColor border = isBad ? c.bad : c.line;
    if (underMouse()) border = c.muted;
    if (hasFocus()) border = c.accent;
    painter.setPen(QPen(border, hasFocus() ? 2 : 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

QFont MapMark::smallFont() const {
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    return small;
}

RegionMark::RegionMark(QWidget* parent)
    : MapMark(parent), m_region(std::make_shared<observe::RegionView>()) {}

void RegionMark::setRegion(const observe::RegionViewPtr& view,
                           const std::vector<HealableFault>& faults) {
    const observe::RegionView& region = *view;
    const bool isIsolated = has(faults, observe::FaultKind::RegionIsolation);
    const bool allDown =
        std::ranges::none_of(region.zones, [](const observe::ZoneView& zone) { return zone.up; });
    QStringList states;
    if (allDown) states << tr("lost");
    if (isIsolated) states << tr("isolated");
    if (has(faults, observe::FaultKind::ReplicationPause)) states << tr("paused");
    if (region.clockOffset != Duration::zero())
        states << tr("clock %1").arg(offsetText(region.clockOffset));
    m_region = view;
    m_faults = faults;
    m_state = states.join(QStringLiteral(", "));
    m_isBad = allDown || isIsolated;
    setAccessibleName(toQString(region.name));
    QStringList zones;
    for (const observe::ZoneView& zone : region.zones)
        zones << tr("zone %1 %2")
                     .arg(zoneLetter(toQString(zone.name)),
                          zone.up ? (zone.cutOff ? tr("up, link cut") : tr("up")) : tr("failed"));
    const QString where =
        region.place == nullptr
            ? tr("a Region whose place is not known")
            : QString::fromUtf8(region.place->city.data(), qsizetype(region.place->city.size()));
    QStringList lines{tr("%1, %2: %3; its clock is %4.")
                          .arg(toQString(region.name), where, zones.join(QStringLiteral(", ")),
                               clockText(region.clockOffset))};
    for (const HealableFault& fault : faults)
        lines << fault.text + u'.';
    lines << tr("Press to isolate, lose or heal it, or to set its clock.");
    setToolTip(lines.join(u'\n'));
    setAccessibleDescription(lines.join(u' '));
    update();
}

QSize RegionMark::sizeHint() const {
    QFont bold = font();
    bold.setBold(true);
    const int name = QFontMetrics(bold).horizontalAdvance(toQString(m_region->name));
    const int state =
        m_state.isEmpty() ? 0 : QFontMetrics(smallFont()).horizontalAdvance(m_state) + kPadding;
    return {std::max(name, kBadges + state) + 2 * kPadding + 2,
            QFontMetrics(bold).height() + kBadge + 2 * kPadding + 1};
}

void RegionMark::paintEvent(QPaintEvent*) {
    const Colors& c = colors();
    QPainter painter(this);
    paintFrame(painter, m_isBad);
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(c.text);
    const int line = QFontMetrics(bold).height();
    painter.drawText(QRectF(kPadding + 1, kPadding - 2, width() - 2 * kPadding, line),
                     Qt::AlignLeft | Qt::AlignVCenter, toQString(m_region->name));
    const double top = kPadding + line;
    double left = kPadding + 1;
    for (int i = 0; i < kZonesPerRegion; ++i) {
        const QRectF badge(left, top, kBadge, kBadge);
        const bool up = m_region->zones[static_cast<std::size_t>(i)].up;
        if (!up) {
            QColor hatch = c.bad;
            hatch.setAlphaF(0.45F);
            painter.fillRect(badge.adjusted(1, 1, -1, -1), QBrush(hatch, Qt::BDiagPattern));
        }
        paintZoneBadge(painter, badge, i, up);
        left += kBadge + kBadgeGap;
    }
    painter.setFont(smallFont());
    painter.setPen(m_isBad ? c.bad : c.warn);
    painter.drawText(QRectF(left - kBadgeGap + kPadding, top, width() - left, kBadge),
                     Qt::AlignLeft | Qt::AlignVCenter, m_state);
}

LinkMark::LinkMark(QWidget* parent) : MapMark(parent) {}

void LinkMark::setLink(const WorldLink& link, QChar forth, QChar back) {
    m_forth = forth;
    m_back = back;
    m_link = link;
    setAccessibleName(tr("Link between %1 and %2").arg(link.forth.from, link.forth.to));
    const QStringList lines{directionText(link.forth) + u'.', directionText(link.back) + u'.',
                            tr("Press to cut, slow, pause or heal it.")};
    setToolTip(lines.join(u'\n'));
    setAccessibleDescription(lines.join(u' '));
    update();
}

QStringList LinkMark::lines() const {
    if (m_link.forth.text() == m_link.back.text())
        return {QChar(u'↔') + QStringLiteral(" ") + m_link.forth.text()};
    return {m_forth + QStringLiteral(" ") + m_link.forth.text(),
            m_back + QStringLiteral(" ") + m_link.back.text()};
}

QSize LinkMark::sizeHint() const {
    // In steps, so that labels do not move with each number.
    constexpr int kStep = 16;
    const QFontMetrics metrics(smallFont());
    int widest = 0;
    for (const QString& line : lines())
        widest = std::max(widest, metrics.horizontalAdvance(line));
    if (symbolOf(m_link.forth) || symbolOf(m_link.back)) widest += kSymbol + 3;
    const int width = widest + 2 * kPadding + 2;
    return {(width + kStep - 1) / kStep * kStep,
            static_cast<int>(lines().size()) * metrics.height() + kPadding + 2};
}

void LinkMark::paintLine(QPainter& painter, const QRectF& rect, const LinkDirection& direction,
                         QChar arrow) const {
    const Colors& c = colors();
    const std::optional<Symbol> symbol = symbolOf(direction);
    painter.setPen(direction.isCut         ? c.bad
                   : symbol                ? c.warn
                   : direction.pending > 0 ? c.text
                                           : c.muted);
    double left = rect.left();
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, arrow);
    left += painter.fontMetrics().horizontalAdvance(arrow + QStringLiteral(" "));
    if (symbol) {
        widgets::icon(*symbol).paint(
            &painter, QRectF(left, rect.center().y() - kSymbol / 2.0, kSymbol, kSymbol).toRect());
        left += kSymbol + 3;
    }
    painter.drawText(QRectF(left, rect.top(), rect.right() - left, rect.height()),
                     Qt::AlignLeft | Qt::AlignVCenter, direction.text());
}

void LinkMark::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintFrame(painter, m_link.forth.isCut || m_link.back.isCut);
    painter.setFont(smallFont());
    if (m_isSmall) {
        const auto symbol =
            symbolOf(m_link.forth).value_or(symbolOf(m_link.back).value_or(Symbol::Link));
        return widgets::icon(symbol).paint(&painter, rect().adjusted(4, 4, -4, -4));
    }
    const bool isOne = lines().size() == 1;
    const double line = painter.fontMetrics().height();
    const QRectF first(kPadding + 1, kPadding / 2 + 1, width() - 2 * kPadding, line);
    paintLine(painter, first, m_link.forth, isOne ? QChar(u'↔') : m_forth);
    if (!isOne) paintLine(painter, first.translated(0, line), m_link.back, m_back);
}

}  // namespace orrery::widgets
