#pragma once

#include "core/base/ids.h"

namespace orrery {

/// The last letter of a zone's name: a, b or c.
constexpr char letterOf(ZoneIndex zone) {
    return static_cast<char>('a' + zone.value());
}

}  // namespace orrery
