#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::cluster {

/// Replication between two Regions that a fault has paused, by names; an empty name stands for all.
struct ReplicationPause {
    std::string from;
    std::string to;
    std::string table;
    bool operator==(const ReplicationPause&) const = default;
};

/// All that is paused. Only faults/ changes it.
class ReplicationPauses {
public:
    void set(std::vector<ReplicationPause> pauses) { m_pauses = std::move(pauses); }
    /// Whether changes of this table wait in the Region `from` instead of leaving for `to`.
    bool has(std::string_view from, std::string_view to, std::string_view table) const {
        const auto isOne = [](const std::string& pattern, std::string_view name) {
            return pattern.empty() || pattern == name;
        };
        return std::ranges::any_of(m_pauses, [&](const ReplicationPause& pause) {
            return isOne(pause.from, from) && isOne(pause.to, to) && isOne(pause.table, table);
        });
    }

private:
    std::vector<ReplicationPause> m_pauses;
};

}  // namespace orrery::cluster
