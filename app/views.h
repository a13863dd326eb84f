#pragma once

#include <QKeySequence>
#include <Qt>
#include <string_view>

namespace orrery::app {

/// A row of views.def.
struct ViewRow {
    const char* name;
    const char* title;
    Qt::DockWidgetArea area;
    const char* behind;  ///< Empty for a dock with a place of its own.
    int width;           ///< 0 if another dock decides.
    int height;
    int key;

    QKeySequence shortcut() const {
        return QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_0 + key));
    }
};

inline constexpr ViewRow kViews[] = {
#define VIEW(name, title, Widget, area, behind, width, height, key) \
    {#name, title, Qt::area##DockWidgetArea, behind, width, height, key},
#include "app/views.def"
#undef VIEW
};

/// A hash of names and places. It changes when a saved layout no longer fits the docks. Raise
/// `toolBars` by hand when the tool bars change.
constexpr int layoutVersion(unsigned toolBars) {
    unsigned hash = 2166136261U ^ toolBars;  // FNV-1a.
    const auto add = [&hash](unsigned value) { hash = (hash ^ value) * 16777619U; };
    for (const ViewRow& view : kViews) {
        for (const std::string_view text : {view.name, view.behind})
            for (const char c : text)
                add(static_cast<unsigned char>(c));
        add(static_cast<unsigned>(view.area));
    }
    return static_cast<int>(hash & 0x7fffffffU);
}

}  // namespace orrery::app
