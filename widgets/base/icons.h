#pragma once

#include <QIcon>

namespace orrery::widgets {

/// Icons drawn with lines in the colours of the theme in use when they are painted, so they are
/// sharp at any scale and follow the theme.
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
