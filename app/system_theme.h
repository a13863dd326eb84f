#pragma once

namespace orrery::app {

/// True if the desktop prefers dark colours, according to the settings portal
/// (org.freedesktop.appearance color-scheme) or, without a portal, to the platform's palette. Waits
/// up to 200 ms. Call it before the application sets its own palette.
bool systemIsDark();

}  // namespace orrery::app
