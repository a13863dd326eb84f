#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <array>
#include <optional>
#include <vector>

namespace orrery::widgets {

// Where everything on the map of the world stands. A function of sizes and places only, so tests
// need no window.

/// A curve from one Region to another.
struct MapArc {
    QPointF from;
    QPointF bend;
    QPointF to;

    /// The point at this part of the way, from 0 to 1.
    QPointF at(double part) const;
    /// This part of the curve, from its beginning.
    MapArc until(double part) const;
};

struct MapRequest {
    struct Region {
        /// In parts of the map's width and height; nothing if nobody knows where the Region is.
        std::optional<QPointF> place;
        QSizeF size;  ///< Of its mark.
    };
    struct Link {
        std::size_t a = 0;  ///< Positions in `regions`.
        std::size_t b = 0;
        QSizeF size;  ///< Of its label.
    };

    QSizeF canvas;
    std::vector<Region> regions;
    std::vector<Link> links;
};

struct MapPlan {
    /// Of a label that has no room for its text.
    static constexpr QSizeF kSmallLabel{22, 22};

    QRectF earth;  ///< The whole Earth; it may be larger than the canvas.
    std::vector<QPointF> anchors;
    std::vector<QRectF> regions;
    /// From `a` to `b`, and from `b` to `a`.
    std::vector<std::array<MapArc, 2>> arcs;
    std::vector<QRectF> links;
    bool fits = true;  ///< False if marks overlap or stand over the edge.
};

/// The part of the Earth with all places is as large as it can be. Marks stand at their places, or
/// beside them where another mark is in the way. Regions without a place stand in rows at the lower
/// edge. A label without room is as small as kSmallLabel.
MapPlan planMap(const MapRequest& request);

}  // namespace orrery::widgets
