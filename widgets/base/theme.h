#pragma once

#include <QColor>
#include <QPalette>
#include <QString>
#include <array>

#include "core/base/ids.h"

namespace orrery::widgets {

/// What the user chose under View > Theme.
enum class Theme { System, Light, Dark };

/// The colours of a theme, named by their use. No meaning is carried by colour alone: a zone also
/// has a letter, a failure also has a word.
struct Colors {
    bool dark = false;
    QColor window, surface, raised, sunken;
    QColor text, muted, line;
    QColor accent, accentText, selection;
    std::array<QColor, kZonesPerRegion> zone;
    QColor good, warn, warnSurface, bad, badSurface;
    QColor changed;            ///< The background of values that differ.
    QColor heatLow, heatHigh;  ///< Ends of the scale of load.

    /// From heatLow to heatHigh; `part` is cut to [0, 1].
    QColor heat(double part) const;
};

/// The colours of the theme in use. Call it when painting; do not keep them.
const Colors& colors();

/// Half of each.
QColor mixed(const QColor& one, const QColor& other);

/// Uses Fusion with our palette and style sheet for the whole application. `systemIsDark` decides
/// for Theme::System.
void applyTheme(Theme theme, bool systemIsDark);

/// The letter of a zone: "a", "b", "c".
QString zoneLetter(ZoneIndex zone);
/// The letter at the end of a zone's name; the whole name if it has none.
QString zoneLetter(const QString& zoneName);

}  // namespace orrery::widgets
