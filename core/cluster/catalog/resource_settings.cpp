#include "core/cluster/catalog/resource_settings.h"

#include <algorithm>
#include <chrono>

namespace orrery::cluster {

std::optional<ResourcePolicy> nextPolicy(const std::optional<ResourcePolicy>& policy,
                                         const std::string& text, CalendarTime now) {
    if (text.empty()) return std::nullopt;
    const std::int64_t last = policy ? policy->revision : 0;
    const std::int64_t milliseconds =
        std::chrono::floor<std::chrono::milliseconds>(now.sinceEpoch()).count();
    return ResourcePolicy{text, std::max(milliseconds, last + 1)};
}

}  // namespace orrery::cluster
