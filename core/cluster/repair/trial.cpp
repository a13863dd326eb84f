#include "core/cluster/repair/trial.h"

#include "core/base/result.h"
#include "core/cluster/world/world.h"
#include "core/storage/stores.h"

namespace orrery::cluster {

// What the wall clock shows decides nothing about what can be opened.
storage::StorageResult<void> tryOpening(storage::Store& store) {
    TRY_ASSIGN(const auto world, World::open(store, {}, CalendarTime()));
    if (world->damage()) return std::unexpected(*world->damage());
    return {};
}

storage::StorageResult<void> tryAlone(const NamedValue& value,
                                      const std::optional<NamedValue>& regions) {
    const auto store = storage::MemoryStore::create();
    storage::Turn turn;
    if (regions) turn.putValue(regions->first, regions->second);
    turn.putValue(value.first, value.second);
    store->commit(std::move(turn));
    return tryOpening(*store);
}

}  // namespace orrery::cluster
