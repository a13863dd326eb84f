#pragma once

#include <QIcon>
#include <QPainter>
#include <QRectF>

namespace orrery::widgets {

/// Draws a zone's letter on its colour; hollow if `filled` is false. Letter and colour always go
/// together.
void paintZoneBadge(QPainter& painter, const QRectF& rect, int zone, bool filled = true);

/// A dot in the zone's colour, to stand beside the zone's letter.
QIcon zoneDot(int zone);

}  // namespace orrery::widgets
