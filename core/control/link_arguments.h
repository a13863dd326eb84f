#pragma once

#include "core/cluster/catalog/region_settings.h"
#include "core/control/arguments.h"
#include "core/control/verbs.h"

namespace orrery::control {

/// "delay", "jitter" and "loss" of a body; what is absent is zero. A loss is a number from 0 to 1
/// or a fraction such as "1/100".
Parsed<cluster::RegionLink> linkIn(const Body& body);

/// "regions" of a body: two Regions.
Parsed<std::vector<std::string>> regionPairIn(const Body& body);

/// "region" of a body.
Parsed<std::string> regionIn(const Body& body);

}  // namespace orrery::control
