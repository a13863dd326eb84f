#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/time.h"

namespace orrery::cluster {

/// How long a client token is remembered after its transaction has finished.
inline constexpr Duration kTokenLife = std::chrono::minutes(10);

/// When the tables of each account were last dropped by a reset. A client token that is older must
/// not be remembered, since what its transaction wrote is gone. The account with an empty id stands
/// for all.
class Resets {
public:
    void note(std::string_view accountId, CalendarTime at) {
        const auto [entry, isNew] = m_byAccount.try_emplace(std::string(accountId), at);
        if (!isNew) m_byTime.erase({entry->second, entry->first});
        entry->second = at;
        m_byTime.emplace(at, entry->first);
    }

    /// The last reset of the account or of all; nothing if there was none.
    std::optional<CalendarTime> of(std::string_view accountId) const {
        std::optional<CalendarTime> last;
        for (const std::string_view id : {std::string_view(), accountId}) {
            const auto found = m_byAccount.find(id);
            if (found != m_byAccount.end() && (!last || *last < found->second))
                last = found->second;
        }
        return last;
    }

    /// Forgets a reset of before `time` and returns its account; nothing if there is none.
    std::optional<std::string> takeBefore(CalendarTime time) {
        if (m_byTime.empty() || m_byTime.begin()->first >= time) return std::nullopt;
        std::string accountId = m_byTime.extract(m_byTime.begin()).value().second;
        m_byAccount.erase(accountId);
        return accountId;
    }

private:
    std::map<std::string, CalendarTime, std::less<>> m_byAccount;
    std::set<std::pair<CalendarTime, std::string>> m_byTime;
};

}  // namespace orrery::cluster
