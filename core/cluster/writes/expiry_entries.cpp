#include "core/cluster/writes/expiry_entries.h"

#include "core/table/expiry.h"

namespace orrery::cluster {
void noteExpiry(WorldState& world, const Group& group, ZoneIndex zone, table::LogRecord& record) {
    if (group.kind != GroupKind::Table || record.space != group.space ||
        !table::changesItem(record))
        return;
    const TablePtr table = world.catalog.find(group.table);
    if (table == nullptr || table->timeToLive.attribute.empty()) return;
    const std::string& attribute = table->timeToLive.attribute;
    if (record.oldImage) {
        const auto expiry = table::expiryOf(*record.oldImage, attribute);
        // An item that is older than the time to live may not be in the index yet.
        if (expiry && hasExpiryEntry(world, group, zone, *expiry, record.key))
            record.oldExpiry = expiry;
    }
    if (record.newImage) {
        const auto expiry = table::expiryOf(*record.newImage, attribute);
        if (expiry && !table::isIgnoredExpiry(*expiry, world.calendar())) record.newExpiry = expiry;
    }
    if (record.newExpiry == record.oldExpiry) {
        record.oldExpiry.reset();
        record.newExpiry.reset();
    }
    // It may have stayed from an earlier time to live.
    if (record.newExpiry && hasExpiryEntry(world, group, zone, *record.newExpiry, record.key))
        record.newExpiry.reset();
}

bool hasExpiryEntry(WorldState& world, const Group& group, ZoneIndex zone, std::int64_t expiry,
                    std::string_view storageKey) {
    const std::string key = table::expiryKey(group.id, expiry, storageKey);
    const auto inTail = group.tail.find(key);
    if (inTail != group.tail.end()) return inTail->second.stored != nullptr;
    auto stored = world.store.get(volumeOf(group.region, zone), key);
    if (stored) return *stored != nullptr;
    world.reportDamage(std::move(stored).error());
    return false;
}

}  // namespace orrery::cluster
