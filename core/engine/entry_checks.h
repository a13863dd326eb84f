#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"

namespace orrery::engine {

/// What is wrong with the entries of the two files of a folder, which it is given in order.
class EntryChecks {
public:
    /// What is wrong with an entry, or nothing. Seals have been checked and removed.
    std::optional<std::string> check(std::string_view tree, std::string_view key,
                                     std::string_view value);

    /// After the last entry: logs that lack their beginning, one sentence each.
    std::vector<std::string> lostBeginnings() const;

private:
    using Log = std::pair<GroupId, VolumeId>;

    std::optional<std::string> checkRecord(std::string_view key, std::string_view value);
    std::optional<std::string> checkTrimMark(std::string_view key, std::string_view value);

    std::optional<Log> m_log;  ///< Of the record before.
    Lsn m_last{};              ///< The same.
    std::map<Log, Lsn> m_firsts;
    std::map<Log, Lsn> m_trimMarks;
    std::set<GroupId> m_dropped;
};

}  // namespace orrery::engine
