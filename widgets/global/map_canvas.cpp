#include "widgets/global/map_canvas.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/base/format.h"
#include "widgets/base/theme.h"
#include "widgets/global/land_outline.h"

namespace orrery::widgets {
namespace {

constexpr int kFrameMs = 33;
constexpr qint64 kLightMs = 800;
constexpr qint64 kLightsApartMs = 130;
constexpr std::size_t kLabelsMax = 28;  // Of eight Regions.
constexpr double kDot = 3.5;

std::optional<QPointF> placeOnMap(const observe::RegionView& region) {
    if (region.place == nullptr) return std::nullopt;
    return QPointF(region.place->onMap[0] / 1000.0, region.place->onMap[1] / 1000.0);
}

QPainterPath pathOf(const MapArc& arc) {
    QPainterPath path(arc.from);
    path.quadTo(arc.bend, arc.to);
    return path;
}

bool isSame(const MapRequest& a, const MapRequest& b) {
    return a.canvas == b.canvas &&
           std::ranges::equal(a.regions, b.regions,
                              [](const auto& x, const auto& y) {
                                  return x.place == y.place && x.size == y.size;
                              }) &&
           std::ranges::equal(a.links, b.links, [](const auto& x, const auto& y) {
               return x.a == y.a && x.b == y.b && x.size == y.size;
           });
}

/// The arrow that points from one place on the screen to another.
QChar arrow(const QPointF& from, const QPointF& to) {
    const QPointF way = to - from;
    if (std::abs(way.x()) >= std::abs(way.y())) return way.x() >= 0 ? u'→' : u'←';
    return way.y() >= 0 ? u'↓' : u'↑';
}

QColor colorOf(const LinkDirection& direction) {
    const Colors& c = colors();
    QColor color = direction.isCut         ? c.bad
                   : direction.isPaused()  ? c.warn
                   : direction.pending > 0 ? c.accent
                                           : c.muted;
    if (direction.isSlow() && !direction.isCut) color.setAlphaF(0.45F);
    return color;
}

}  // namespace

double widthFor(std::uint64_t pending) {
    constexpr double kWidest = 9;
    return std::min(kWidest, 1.6 + 1.9 * std::log10(1.0 + static_cast<double>(pending)));
}

MapCanvas::MapCanvas(QWidget* parent) : QWidget(parent) {
    m_clock.start();
    m_frames.setInterval(kFrameMs);
    connect(&m_frames, &QTimer::timeout, this, &MapCanvas::moveLights);
}

void MapCanvas::makeMarks(std::size_t regions, std::size_t links) {
    const auto drop = [](auto& marks, std::size_t count) {
        while (marks.size() > count) {
            // Its menu may be open, below an event of its own.
            marks.back()->hide();
            marks.back()->deleteLater();
            marks.pop_back();
        }
    };
    if (regions == m_regions.size() && links == m_links.size()) return;
    drop(m_regions, regions);
    drop(m_links, links);
    while (m_regions.size() < regions) {
        auto* mark = new RegionMark(this);
        connect(mark, &RegionMark::clicked, this, [this, mark] { emit regionPressed(mark); });
        m_regions.push_back(mark);
        mark->show();
    }
    while (m_links.size() < links) {
        auto* mark = new LinkMark(this);
        connect(mark, &LinkMark::clicked, this, [this, mark] { emit linkPressed(mark); });
        m_links.push_back(mark);
        mark->show();
    }
    orderMarks();
}

void MapCanvas::orderMarks() {
    // Qt puts a new widget behind all others of the window.
    std::vector<QWidget*> marks(m_regions.begin(), m_regions.end());
    marks.insert(marks.end(), m_links.begin(), m_links.end());
    for (std::size_t i = 1; i < marks.size(); ++i)
        setTabOrder(marks[i - 1], marks[i]);
}

void MapCanvas::setWorld(const observe::Snapshot& snapshot) {
    std::vector<WorldLink> links = worldLinks(snapshot);
    makeMarks(snapshot.regions.size(), links.size());
    for (std::size_t i = 0; i < m_regions.size(); ++i)
        m_regions[i]->setRegion(snapshot.regions[i],
                                regionFaults(snapshot, snapshot.regions[i]->name));
    setLinks(std::move(links));
    m_hasSnapshot = true;
    arrange();
    update();
}

void MapCanvas::setLinks(std::vector<WorldLink> links) {
    // The arrows follow from where the Regions are.
    const MapPlan places = planMap(requestForRegions(size()));
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        const WorldLink& link = links[i];
        light(i, 0, link.forth);
        light(i, 1, link.back);
        const QPointF& a = places.anchors[link.a];
        const QPointF& b = places.anchors[link.b];
        m_links[i]->setLink(link, arrow(a, b), arrow(b, a));
    }
}

void MapCanvas::light(std::size_t link, std::size_t way, const LinkDirection& direction) {
    std::uint64_t& seen = m_changes[{direction.from, direction.to}];
    const std::uint64_t before = std::exchange(seen, direction.changes);
    if (direction.changes <= before || !m_hasSnapshot || !isSeen()) return;
    const auto count = std::min<std::uint64_t>(direction.changes - before, kLightsMax);
    for (std::uint64_t i = 0; i < count; ++i)
        m_lights.push_back(
            {link, way, m_clock.elapsed() + static_cast<qint64>(i) * kLightsApartMs});
    if (!m_frames.isActive()) m_frames.start();
}

void MapCanvas::moveLights() {
    const qint64 now = m_clock.elapsed();
    std::erase_if(m_lights, [this, now](const Light& light) {
        return now - light.beginMs > kLightMs || light.link >= m_links.size() || !isSeen();
    });
    if (m_lights.empty()) m_frames.stop();
    update();
}

bool MapCanvas::isSeen() const {
    // A dock behind another tab is visible for Qt.
    return isVisible() && !visibleRegion().isEmpty();
}

int MapCanvas::lightsBetween(const QString& from, const QString& to) const {
    return static_cast<int>(std::ranges::count_if(m_lights, [&](const Light& light) {
        if (light.link >= m_links.size()) return false;
        const WorldLink& link = m_links[light.link]->link();
        const LinkDirection& direction = light.way == 0 ? link.forth : link.back;
        return direction.from == from && direction.to == to;
    }));
}

MapRequest MapCanvas::requestForRegions(const QSizeF& size) const {
    MapRequest request;
    request.canvas = size;
    for (const RegionMark* mark : m_regions)
        request.regions.push_back({placeOnMap(mark->region()), mark->sizeHint()});
    return request;
}

MapRequest MapCanvas::requestFor(const QSizeF& size) const {
    MapRequest request = requestForRegions(size);
    const bool hasLabels = m_links.size() <= kLabelsMax;
    for (const LinkMark* mark : m_links)
        request.links.push_back({mark->link().a, mark->link().b,
                                 hasLabels ? QSizeF(mark->sizeHint()) : MapPlan::kSmallLabel});
    return request;
}

QSize MapCanvas::sizeFor(const QSize& viewport) {
    constexpr std::pair<double, double> kGrowth[] = {{1, 1}, {1, 1.25}, {1.2, 1.5}, {1.4, 2}};
    MapRequest request = requestFor(viewport);
    if (isSame(request, m_sized)) return m_needed;
    m_sized = request;
    for (const auto& [wider, higher] : kGrowth) {
        request.canvas = QSizeF(viewport.width() * wider, viewport.height() * higher);
        m_needed = request.canvas.toSize();
        if (planMap(request).fits) break;
    }
    return m_needed;
}

void MapCanvas::arrange() {
    const MapRequest request = requestFor(size());
    if (isSame(request, m_planned)) return;
    m_planned = request;
    m_plan = planMap(request);
    for (std::size_t i = 0; i < m_regions.size(); ++i)
        m_regions[i]->setGeometry(m_plan.regions[i].toRect());
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        m_links[i]->setGeometry(m_plan.links[i].toRect());
        m_links[i]->setSmall(m_plan.links[i].size() == MapPlan::kSmallLabel);
    }
}

void MapCanvas::resizeEvent(QResizeEvent*) {
    arrange();
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event) {
    constexpr double kReach = 12;
    for (std::size_t i = 0; i < m_plan.arcs.size(); ++i)
        for (const MapArc& arc : m_plan.arcs[i]) {
            QPainterPathStroker around;
            around.setWidth(kReach);
            if (around.createStroke(pathOf(arc)).contains(event->position()))
                return m_links[i]->click();
        }
    QWidget::mouseReleaseEvent(event);
}

void MapCanvas::paintLand(QPainter& painter) {
    const Colors& c = colors();
    const double scale = devicePixelRatioF();
    const QSize pixels = (QSizeF(size()) * scale).toSize();
    if (m_land.size() != pixels || m_landEarth != m_plan.earth || m_landIsDark != c.dark) {
        m_land = QPixmap(pixels);
        m_land.setDevicePixelRatio(scale);
        m_land.fill(c.surface);
        m_landEarth = m_plan.earth;
        m_landIsDark = c.dark;
        QPainter land(&m_land);
        land.setRenderHint(QPainter::Antialiasing);
        land.translate(m_landEarth.topLeft());
        land.scale(m_landEarth.width(), m_landEarth.height());
        QPen coast(c.line, 1);
        coast.setCosmetic(true);
        coast.setJoinStyle(Qt::RoundJoin);
        land.setPen(coast);
        land.setBrush(c.sunken);
        for (const QPolygonF& polygon : landOutline())
            land.drawPolygon(polygon);
    }
    painter.drawPixmap(0, 0, m_land);
}

void MapCanvas::paintArc(QPainter& painter, const MapArc& arc,
                         const LinkDirection& direction) const {
    const QColor color = colorOf(direction);
    QPen pen(color, widthFor(direction.pending), Qt::SolidLine, Qt::FlatCap);
    if (direction.isCut) pen.setDashPattern({6 / pen.widthF() + 1, 4 / pen.widthF() + 1});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(pathOf(arc));
    // The head of the arrow stands a little before the Region.
    const double length = std::hypot((arc.to - arc.from).x(), (arc.to - arc.from).y());
    const double part = 1 - std::min(0.2, 9 / std::max(1.0, length));
    const QPointF tip = arc.at(part);
    const QPointF back = arc.at(part - 0.01);
    const double angle = std::atan2((tip - back).y(), (tip - back).x());
    const double size = 4 + pen.widthF();
    QPolygonF head;
    head << tip;
    for (const double side : {-0.5, 0.5})
        head << tip - QPointF(std::cos(angle + side), std::sin(angle + side)) * size;
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(head);
}

void MapCanvas::paintLights(QPainter& painter) const {
    const Colors& c = colors();
    const qint64 now = m_clock.elapsed();
    for (const Light& light : m_lights) {
        if (light.link >= m_plan.arcs.size() || now < light.beginMs) continue;
        const double part =
            std::min(1.0, static_cast<double>(now - light.beginMs) / double(kLightMs));
        const QPointF at = m_plan.arcs[light.link][light.way].at(part);
        QColor halo = c.accent;
        halo.setAlphaF(0.3F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(halo);
        painter.drawEllipse(at, 8, 8);
        painter.setPen(QPen(c.accent, 1.5));
        painter.setBrush(c.dark ? c.text : c.surface);
        painter.drawEllipse(at, 4, 4);
    }
}

void MapCanvas::paintEvent(QPaintEvent*) {
    const Colors& c = colors();
    QPainter painter(this);
    paintLand(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < m_plan.arcs.size(); ++i) {
        const WorldLink& link = m_links[i]->link();
        paintArc(painter, m_plan.arcs[i][0], link.forth);
        paintArc(painter, m_plan.arcs[i][1], link.back);
        // To a label that stands beside its link.
        const QPointF middle = (m_plan.arcs[i][0].at(0.5) + m_plan.arcs[i][1].at(0.5)) / 2;
        if (m_links[i]->isSmall()) {
            painter.setPen(QPen(colorOf(link.forth), 1));
            painter.drawLine(middle, m_plan.links[i].center());
        }
    }
    for (std::size_t i = 0; i < m_plan.anchors.size(); ++i) {
        const QPointF& anchor = m_plan.anchors[i];
        const QRectF& mark = m_plan.regions[i];
        const QPointF nearest(std::clamp(anchor.x(), mark.left(), mark.right()),
                              std::clamp(anchor.y(), mark.top(), mark.bottom()));
        painter.setPen(QPen(c.muted, 1));
        painter.drawLine(anchor, nearest);
        painter.setPen(QPen(c.surface, 1.5));
        painter.setBrush(c.text);
        painter.drawEllipse(anchor, kDot, kDot);
    }
    paintLights(painter);
}

}  // namespace orrery::widgets
