#include <algorithm>

#include "core/cluster/tables/table_admin.h"

// UpdateTimeToLive. The API has checked that the request changes the setting.

namespace orrery::cluster {

ApiResult<Reply> TableAdmin::updateTimeToLive(const UpdateTimeToLive& update) {
    TableDescription table = *update.table;
    const CalendarTime now = m_world.calendar();
    const auto& changedAt = table.timeToLive.changedAt;
    // The calendar may be behind the last change, after a kill.
    const Duration age =
        changedAt ? std::max(Duration(), now.sinceEpoch() - changedAt->sinceEpoch()) : Duration();
    if (changedAt && age < m_world.profile.timeToLiveInterval) {
        return std::unexpected(ApiError::validation(
            "Time to live has been modified multiple times within a fixed interval"));
    }
    table.timeToLive.attribute = update.isEnabled ? update.attribute : std::string();
    table.timeToLive.changedAt = now;
    table.timeToLive.isChanging = update.isEnabled;
    const auto changed = std::make_shared<const TableDescription>(table);
    m_tables.put(changed);
    if (update.isEnabled) {
        m_expiries.begin(table);
        m_expiryFiller.begin(table);
    } else {
        m_expiries.end(table);
        m_expiryFiller.forget(table.space);
    }
    return describe(changed);
}

void TableAdmin::expiryFilled(KeySpaceId table) {
    const TablePtr found = m_world.catalog.find(table);
    if (found == nullptr || !found->timeToLive.isChanging) return;
    TableDescription changed = *found;
    changed.timeToLive.isChanging = false;
    m_tables.put(std::make_shared<const TableDescription>(std::move(changed)));
}

}  // namespace orrery::cluster
