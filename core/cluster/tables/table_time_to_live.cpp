#include <algorithm>

#include "core/cluster/tables/table_admin.h"

// UpdateTimeToLive. The API has checked that the request changes the setting.

namespace orrery::cluster {

ApiResult<Reply> TableAdmin::updateTimeToLive(const UpdateTimeToLive& update) {
    // Not recorded.
    if (m_world.catalog.globals().strong(update.table->space) != nullptr)
        return std::unexpected(ApiError::validation(
            "Time to live is not supported for global tables with MultiRegionConsistency set to "
            "STRONG."));
    const CalendarTime now = m_world.calendar();
    const auto& changedAt = update.table->timeToLive.changedAt;
    // The calendar may be behind the last change, after a kill.
    const Duration age =
        changedAt ? std::max(Duration(), now.sinceEpoch() - changedAt->sinceEpoch()) : Duration();
    if (changedAt && age < m_world.profile.timeToLiveInterval) {
        return std::unexpected(ApiError::validation(
            "Time to live has been modified multiple times within a fixed interval"));
    }
    for (const TablePtr& table : m_replicas.sharingSettings(update.table))
        setTimeToLive(*table, update);
    return describe(m_world.catalog.find(update.table->space));
}

void TableAdmin::setTimeToLive(TableDescription table, const UpdateTimeToLive& update) {
    table.timeToLive.attribute = update.isEnabled ? update.attribute : std::string();
    table.timeToLive.changedAt = m_world.calendar();
    table.timeToLive.isChanging = update.isEnabled;
    m_tables.put(std::make_shared<const TableDescription>(table));
    if (update.isEnabled) {
        m_expiries.begin(table);
        m_expiryFiller.begin(table);
    } else {
        m_expiries.end(table);
        m_expiryFiller.forget(table.space);
    }
}

void TableAdmin::expiryFilled(KeySpaceId table) {
    const TablePtr found = m_world.catalog.find(table);
    if (found == nullptr || !found->timeToLive.isChanging) return;
    TableDescription changed = *found;
    changed.timeToLive.isChanging = false;
    m_tables.put(std::make_shared<const TableDescription>(std::move(changed)));
}

}  // namespace orrery::cluster
