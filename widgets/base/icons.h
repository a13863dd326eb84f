#pragma once

#include <QIcon>

namespace orrery::widgets {

/// Line icons, painted in the colours of the current theme, so they are sharp at any scale.
enum class Symbol {
    Region,
    Table,
    Index,
    Run,
    Pause,
    Step,
    Heal,
    Fail,
    Link,
    Cut,
    Add,
    Remove,
    Edit,
    Refresh,
    Copy,
    Connect,
    Clock,
    Warning,
};

QIcon icon(Symbol symbol);

}  // namespace orrery::widgets
