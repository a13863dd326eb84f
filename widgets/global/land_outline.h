#pragma once

#include <QPolygonF>
#include <vector>

namespace orrery::widgets {

/// The land of the Earth, coarsely, on a map with equal degrees: each point in parts of its width
/// and height from the top left.
const std::vector<QPolygonF>& landOutline();

}  // namespace orrery::widgets
