#pragma once

// What nearly every source of the rooms above the kernel includes: precompiled once for them.

#include "core/base/precompiled.h"
#include "core/cluster/kernel/events.h"
#include "core/cluster/kernel/world_state.h"
