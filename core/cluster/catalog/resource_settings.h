#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time.h"

namespace orrery::cluster {

// What is attached to a table as well as to a stream.

struct Tag {
    std::string key;
    std::string value;
    bool operator==(const Tag&) const = default;
};

/// A policy that PutResourcePolicy attached. It is kept and shown; nothing is refused because of
/// it.
struct ResourcePolicy {
    std::string text;
    /// Milliseconds since the epoch, and greater than that of the resource's last policy.
    std::int64_t revision = 0;
    bool operator==(const ResourcePolicy&) const = default;
};

/// What replaces `policy` when this text is put at `now`. An empty text removes the policy.
std::optional<ResourcePolicy> nextPolicy(const std::optional<ResourcePolicy>& policy,
                                         const std::string& text, CalendarTime now);

}  // namespace orrery::cluster
