#include "widgets/global/map_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace orrery::widgets {
namespace {

constexpr double kEdge = 6;        // Between a mark and the edge of the canvas.
constexpr double kGap = 5;         // Between two marks.
constexpr double kAnchorRoom = 7;  // Around the dot of a Region.
constexpr double kArcsApart = 9;   // Between the two directions of a link, in its middle.

/// What is taken already, and whether a rectangle has room beside it.
class Room {
public:
    explicit Room(const QRectF& canvas) : m_inside(canvas.adjusted(kEdge, kEdge, -kEdge, -kEdge)) {}

    void take(const QRectF& rect) { m_taken.push_back(rect); }
    bool hasRoomFor(const QRectF& rect) const {
        const QRectF wide = rect.adjusted(-kGap, -kGap, kGap, kGap);
        return m_inside.contains(rect) && std::ranges::none_of(m_taken, [&wide](const QRectF& t) {
                   return t.intersects(wide);
               });
    }

private:
    QRectF m_inside;
    std::vector<QRectF> m_taken;
};

QRectF around(const QPointF& centre, const QSizeF& size) {
    return {centre.x() - size.width() / 2, centre.y() - size.height() / 2, size.width(),
            size.height()};
}

QRectF aroundAnchor(const QPointF& anchor) {
    return around(anchor, {2 * kAnchorRoom, 2 * kAnchorRoom});
}

/// Places of Regions with some ground around them.
QRectF groundOf(const MapRequest& request) {
    constexpr double kAcross = 0.08;
    constexpr double kUpright = 0.1;
    constexpr double kAcrossMin = 0.28;
    QRectF ground;
    for (const MapRequest::Region& region : request.regions)
        if (region.place)
            ground = ground.united(QRectF(region.place->x() - kAcross, region.place->y() - kUpright,
                                          2 * kAcross, 2 * kUpright));
    if (ground.isEmpty()) return {0, 0.1, 1, 0.7};
    const double missing = std::max(0.0, kAcrossMin - ground.width());
    return ground.adjusted(-missing / 2, 0, missing / 2, 0);
}

/// The rectangle of the whole Earth, so that `ground` fills `area` as far as a map may be
/// stretched.
QRectF earthFor(const QRectF& ground, const QRectF& area) {
    // A map with equal degrees is twice as wide as it is high. Others, with another standard
    // parallel, are as true.
    constexpr double kWidest = 2 * 1.35;
    constexpr double kNarrowest = 2 * 0.75;
    double width = area.width() / ground.width();
    double height = area.height() / ground.height();
    if (width > kWidest * height) width = kWidest * height;
    if (width < kNarrowest * height) height = width / kNarrowest;
    return {area.center().x() - ground.center().x() * width,
            area.center().y() - ground.center().y() * height, width, height};
}

/// Puts the Regions without a place in rows at the lower edge, and returns the height of the rows.
double placeUnknown(const MapRequest& request, MapPlan& plan, Room& room) {
    double left = kEdge;
    double lower = request.canvas.height() - kEdge;
    double height = 0;
    for (std::size_t i = 0; i < request.regions.size(); ++i) {
        if (request.regions[i].place) continue;
        const QSizeF size = request.regions[i].size;
        if (left > kEdge && left + size.width() > request.canvas.width() - kEdge) {
            left = kEdge;
            lower -= size.height() + kGap;
        }
        plan.regions[i] = QRectF(left, lower - size.height(), size.width(), size.height());
        plan.anchors[i] = QPointF(plan.regions[i].center().x(), plan.regions[i].top());
        plan.fits = plan.fits && room.hasRoomFor(plan.regions[i]);
        room.take(plan.regions[i]);
        left += size.width() + 2 * kGap;
        height = request.canvas.height() - plan.regions[i].top() + kGap;
    }
    return height;
}

/// Below its place if there is room, otherwise as near to it as possible.
std::optional<QRectF> besideAnchor(const QPointF& anchor, const QSizeF& size, const Room& room) {
    constexpr double kDistances[] = {8, 18, 30, 46, 66, 90, 120, 160, 210};
    constexpr std::array<int, 2> kSides[] = {{0, 1},  {1, 1},  {-1, 1},  {1, 0},
                                             {-1, 0}, {1, -1}, {-1, -1}, {0, -1}};
    for (const double distance : kDistances)
        for (const auto& [right, down] : kSides) {
            const QRectF rect = around(anchor + QPointF(right * (size.width() / 2 + distance),
                                                        down * (size.height() / 2 + distance)),
                                       size);
            if (room.hasRoomFor(rect)) return rect;
        }
    return std::nullopt;
}

void placeKnown(const MapRequest& request, MapPlan& plan, Room& room) {
    for (std::size_t i = 0; i < request.regions.size(); ++i) {
        if (!request.regions[i].place) continue;
        const auto beside = besideAnchor(plan.anchors[i], request.regions[i].size, room);
        plan.fits = plan.fits && beside.has_value();
        plan.regions[i] = beside.value_or(around(plan.anchors[i], request.regions[i].size));
        room.take(plan.regions[i]);
    }
}

/// `apart` moves the middle of the curve away from that of a straight line.
MapArc arcBetween(const QPointF& from, const QPointF& to, double apart) {
    const QPointF way = to - from;
    const double length = std::max(1.0, std::hypot(way.x(), way.y()));
    QPointF aside(way.y() / length, -way.x() / length);
    // Links bend upwards, whatever their direction.
    if (aside.y() > 0 || (aside.y() == 0 && aside.x() < 0)) aside = -aside;
    return {from, (from + to) / 2 + aside * 2 * apart, to};
}

std::array<MapArc, 2> arcsOf(const QPointF& a, const QPointF& b, double height) {
    return {arcBetween(a, b, height + kArcsApart / 2), arcBetween(b, a, height - kArcsApart / 2)};
}

double distance(const QPointF& a, const QPointF& b) {
    return std::hypot((b - a).x(), (b - a).y());
}

double distance(const QPointF& point, const QRectF& rect) {
    return distance(point, {std::clamp(point.x(), rect.left(), rect.right()),
                            std::clamp(point.y(), rect.top(), rect.bottom())});
}

/// How far a link stays from Regions that are not its ends, from other links and from the edge.
double clearance(const MapArc& arc, const MapRequest::Link& link, const MapPlan& plan,
                 const QSizeF& canvas) {
    constexpr int kSteps = 12;
    double result = canvas.width();
    for (int step = 1; step < kSteps; ++step) {
        const QPointF point = arc.at(static_cast<double>(step) / kSteps);
        for (std::size_t i = 0; i < plan.anchors.size(); ++i) {
            if (i == link.a || i == link.b) continue;
            result = std::min(result, distance(point, plan.anchors[i]));
            result = std::min(result, distance(point, plan.regions[i]));
        }
        result = std::min({result, point.x(), point.y(), canvas.width() - point.x(),
                           canvas.height() - point.y()});
    }
    for (const std::array<MapArc, 2>& other : plan.arcs)
        result = std::min(result, distance(arc.at(0.5), (other[0].at(0.5) + other[1].at(0.5)) / 2));
    return result;
}

/// The flattest curve that is clear of others; the clearest one if none is.
std::array<MapArc, 2> clearArcs(const MapRequest::Link& link, const MapPlan& plan,
                                const QSizeF& canvas) {
    constexpr double kClear = 26;
    constexpr double kBends[] = {0.09, -0.09, 0.18, -0.18, 0.03, 0.27, -0.27};
    const QPointF& a = plan.anchors[link.a];
    const QPointF& b = plan.anchors[link.b];
    double most = -std::numeric_limits<double>::max();
    double chosen = 0;
    for (const double bend : kBends) {
        const double height = bend * distance(a, b) + (bend > 0 ? 10 : -10);
        const double clear = clearance(arcBetween(a, b, height), link, plan, canvas);
        if (clear > most) {
            most = clear;
            chosen = height;
        }
        if (clear >= kClear) break;
    }
    return arcsOf(a, b, chosen);
}

/// On the link if there is room, in its middle if possible.
std::optional<QRectF> onLink(const std::array<MapArc, 2>& arcs, const QSizeF& size, int asides,
                             const Room& room) {
    constexpr double kParts[] = {0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8};
    constexpr double kAside = 0.45;
    for (int i = 0; i <= 2 * asides; ++i)
        for (const double part : kParts) {
            // On the line, above it, below it, farther above it, …
            const double aside = (i % 2 == 0 ? i / 2 : -(i + 1) / 2) * kAside;
            const QPointF middle = (arcs[0].at(part) + arcs[1].at(1 - part)) / 2;
            const QRectF rect = around(middle + QPointF(0, aside * size.height()), size);
            if (room.hasRoomFor(rect)) return rect;
        }
    return std::nullopt;
}

void placeLabels(const MapRequest& request, MapPlan& plan, Room& room) {
    constexpr int kSmallAsides = 8;
    for (std::size_t i = 0; i < request.links.size(); ++i) {
        const std::array<MapArc, 2>& arcs = plan.arcs[i];
        auto label = onLink(arcs, request.links[i].size, 1, room);
        if (!label) label = onLink(arcs, MapPlan::kSmallLabel, kSmallAsides, room);
        plan.fits = plan.fits && label.has_value();
        const QPointF middle = (arcs[0].at(0.5) + arcs[1].at(0.5)) / 2;
        plan.links.push_back(label.value_or(around(middle, MapPlan::kSmallLabel)));
        room.take(plan.links.back());
    }
}

}  // namespace

QPointF MapArc::at(double part) const {
    const double rest = 1 - part;
    return from * (rest * rest) + bend * (2 * rest * part) + to * (part * part);
}

MapArc MapArc::until(double part) const {
    return {from, from + (bend - from) * part, at(part)};
}

MapPlan planMap(const MapRequest& request) {
    MapPlan plan;
    plan.anchors.resize(request.regions.size());
    plan.regions.resize(request.regions.size());
    Room room(QRectF(QPointF(0, 0), request.canvas));
    const double rows = placeUnknown(request, plan, room);
    const QRectF area(0, 0, request.canvas.width(), std::max(1.0, request.canvas.height() - rows));
    plan.earth = earthFor(groundOf(request), area);
    for (std::size_t i = 0; i < request.regions.size(); ++i) {
        const std::optional<QPointF>& place = request.regions[i].place;
        if (!place) continue;
        plan.anchors[i] = plan.earth.topLeft() + QPointF(place->x() * plan.earth.width(),
                                                         place->y() * plan.earth.height());
        room.take(aroundAnchor(plan.anchors[i]));
    }
    placeKnown(request, plan, room);
    for (const MapRequest::Link& link : request.links)
        plan.arcs.push_back(clearArcs(link, plan, area.size()));
    placeLabels(request, plan, room);
    return plan;
}

}  // namespace orrery::widgets
