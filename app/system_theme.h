#pragma once

namespace orrery::app {

/// True if the desktop asks for dark colours: org.freedesktop.appearance color-scheme of the
/// settings portal, or, where there is none, a dark palette of the platform. Asks once, at most 200
/// ms; call it before a palette of ours is set.
bool systemIsDark();

}  // namespace orrery::app
