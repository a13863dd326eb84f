#pragma once

#include <QStringList>

#include "core/observe/fault_spec.h"

namespace orrery::widgets {

/// A fault of Regions that a person asks for.
struct RegionFault {
    observe::FaultKind kind{};
    QStringList regions;  ///< As many as the fault names; from the first to the second if `oneWay`.
    bool oneWay = false;
    int delayMs = 0;  ///< What a slow link has in addition.
    int seconds = 0;  ///< 0: until healed.
    bool operator==(const RegionFault&) const = default;
};

}  // namespace orrery::widgets
