#include "core/cluster/inspect/snapshot_builder.h"

#include <algorithm>
#include <utility>

#include "core/base/bytes.h"
#include "core/cluster/inspect/serving.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kWholeSpace = std::uint64_t{1} << 32;

std::string keysText(const types::KeySchema& keys) {
    const auto one = [](const types::KeyAttribute& key) {
        return key.name + " (" + std::string(types::wireName(key.type)) + ")";
    };
    std::string text;
    for (const types::KeyAttribute& key : keys.attributes()) {
        if (!text.empty()) text += ", ";
        text += one(key);
    }
    return text;
}

std::string billingText(const TableDescription& table) {
    if (table.billing == BillingMode::PayPerRequest) return "on-demand";
    return std::to_string(table.throughput.readUnits) + " RCU, " +
           std::to_string(table.throughput.writeUnits) + " WCU";
}

std::uint64_t fraction(KeySpaceId space, const std::string& suffix) {
    std::string key;
    ByteWriter(key).u32(space.value());
    return types::hashPosition(key + suffix);
}

template <typename Visit>
void forEachPartition(const observe::TableView& view, Visit visit) {
    for (const observe::PartitionView& partition : view.partitions)
        visit(partition);
    for (const observe::IndexView& index : view.indexes) {
        for (const observe::PartitionView& partition : index.partitions)
            visit(partition);
    }
}

std::shared_ptr<observe::TableView> describe(const TableDescription& table) {
    auto view = std::make_shared<observe::TableView>();
    view->space = table.space;
    view->name = table.name;
    view->accountId = table.accountId;
    view->status = statusText(table.status);
    view->keys = keysText(table.keys);
    view->partitionKeyName = table.keys.partition.name;
    if (table.keys.sort) view->sortKeyName = table.keys.sort->name;
    view->billing = billingText(table);
    for (const SecondaryIndex& index : table.indexes) {
        observe::IndexView& shown = view->indexes.emplace_back();
        shown.name = index.name;
        shown.global = index.isGlobal();
        shown.keys = keysText(index.keys);
    }
    return view;
}

}  // namespace

observe::ReplicaView SnapshotBuilder::replica(const Group& group, ZoneIndex zone) const {
    const Member& member = group.member(zone);
    observe::ReplicaView view;
    view.zone = zone;
    view.applied = member.mark.applied;
    view.itemCount = member.mark.itemCount;
    view.itemBytes = member.mark.itemBytes;
    view.checksum = member.mark.checksum;
    view.lagRecords = group.committed.value() - member.mark.applied.value();
    view.lag = group.lagOf(member, m_world.now);
    if (!m_world.isUp(group, zone)) {
        view.role = observe::Role::Down;
        view.term = member.durable.term.value();
        view.persisted = member.durableLast;
        view.committed = member.durable.commit;
        return view;
    }
    view.term = member.replica->term().value();
    view.persisted = member.replica->persistedLsn();
    view.committed = member.replica->commitLsn();
    switch (member.replica->role()) {
        case replication::Role::Leader:
            view.role = observe::Role::Leader;
            break;
        case replication::Role::Candidate:
            view.role = observe::Role::Candidate;
            break;
        case replication::Role::Follower:
            view.role =
                member.replica->isCaughtUp() ? observe::Role::Follower : observe::Role::CatchingUp;
            break;
    }
    return view;
}

observe::PartitionView SnapshotBuilder::partition(const Group& group) const {
    observe::PartitionView view;
    view.group = group.id;
    for (const ZoneIndex zone : kZones)
        view.replicas[zone.value()] = replica(group, zone);
    view.serving = servingOf(m_world, group);
    if (!view.serving.whole.isWhole()) view.serving.since = m_world.now;
    const storage::TreeMark& mark = group.mostApplied().mark;
    view.itemCount = mark.itemCount;
    view.itemBytes = mark.itemBytes;
    if (const GroupLoad* load = m_server.load(group.id)) {
        const GroupLoad::Rates rates = load->ratesAt(m_world.now);
        view.readsPerSecond = rates.readsPerSecond;
        view.writesPerSecond = rates.writesPerSecond;
    }
    return view;
}

std::vector<observe::PartitionView> SnapshotBuilder::partitions(
    KeySpaceId space, const std::vector<observe::PartitionView>& before) const {
    std::vector<observe::PartitionView> views;
    for (const GroupId id : m_world.partitions.ofSpace(space)) {
        const Group& group = *m_world.findGroup(id);
        const std::size_t place = views.size();
        observe::PartitionView& view = views.emplace_back(partition(group));
        if (place < before.size() && before[place].group == id) {
            view.begin = before[place].begin;
            view.end = before[place].end;
            if (!view.serving.whole.isWhole() && !before[place].serving.whole.isWhole())
                view.serving.since = before[place].serving.since;
        } else {
            view.begin = group.begin.empty() ? 0 : fraction(group.space, group.begin);
            view.end = group.end.empty() ? kWholeSpace : fraction(group.space, group.end);
        }
    }
    return views;
}

void SnapshotBuilder::countLocalIndex(const TableDescription& table, std::size_t place,
                                      observe::IndexView& view) const {
    for (const GroupId id : m_world.partitions.ofSpace(table.space)) {
        const storage::EntryCounts counts = m_world.findGroup(id)->localIndexCounts(place);
        view.itemCount += counts.count;
        view.itemBytes += counts.bytes;
    }
}

std::shared_ptr<observe::TableView> SnapshotBuilder::viewOf(const Table& known) const {
    const TableDescription& table = *known.table;
    auto view =
        known.isDescribed ? std::make_shared<observe::TableView>(*known.view) : describe(table);
    view->itemCount = 0;
    view->itemBytes = 0;
    view->partitions = partitions(table.space, view->partitions);
    std::uint64_t behind = 0;
    for (const observe::PartitionView& one : view->partitions) {
        view->itemCount += one.itemCount;
        view->itemBytes += one.itemBytes;
        behind += LogReader::unread(*m_world.findGroup(one.group), kIndexReader);
    }
    std::size_t locals = 0;
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
        observe::IndexView& shown = view->indexes[i];
        shown.itemCount = 0;
        shown.itemBytes = 0;
        if (!table.indexes[i].isGlobal()) {
            countLocalIndex(table, locals++, shown);
            continue;
        }
        shown.partitions = partitions(table.indexes[i].space, shown.partitions);
        shown.lagRecords = behind;
        for (const observe::PartitionView& one : shown.partitions) {
            shown.itemCount += one.itemCount;
            shown.itemBytes += one.itemBytes;
        }
    }
    return view;
}

bool SnapshotBuilder::moves(const observe::PartitionView& partition) const {
    const auto lags = [](const observe::ReplicaView& one) { return one.lagRecords > 0; };
    const GroupLoad* load = m_server.load(partition.group);
    // The lease of a leader without a majority ends without an event.
    const observe::Ability& can = partition.serving.whole;
    if (can.strongReads && !can.writes) return true;
    return (load != nullptr && !load->isIdleAt(m_world.now)) ||
           std::ranges::any_of(partition.replicas, lags);
}

// --- which tables to view

void SnapshotBuilder::wait(Table& table) {
    if (!std::exchange(table.waits, true)) m_waiting.push_back(table.table->space);
}

std::size_t SnapshotBuilder::collectTables(std::size_t countMax) {
    const auto changed = m_world.catalog.takeChanges(countMax);
    if (changed) {
        for (const KeySpaceId space : *changed)
            tableChanged(space);
        return changed->size();
    }
    while (!m_tables.empty())
        forget(*m_tables.begin()->second);
    m_globals.forgetAll();
    m_world.catalog.forEach([&](const TablePtr& table) { tableChanged(table->space); });
    return m_tables.size();
}

std::size_t SnapshotBuilder::collectGroups(std::size_t countMax) {
    GroupQueue& groups = m_world.changedGroups;
    std::size_t count = 0;
    for (; count < countMax && !groups.isEmpty(); ++count) {
        const Group* group = m_world.findGroup(groups.take());
        if (group == nullptr) continue;
        const auto table = m_tables.find(group->table);
        if (table != m_tables.end()) wait(*table->second);
    }
    return count;
}

void SnapshotBuilder::tableChanged(KeySpaceId space) {
    m_globals.tableChanged(space);
    const auto known = m_tables.find(space);
    const TablePtr table = m_world.catalog.find(space);
    if (table == nullptr) {
        if (known != m_tables.end()) forget(*known->second);
        return;
    }
    if (known == m_tables.end()) {
        Region& region = m_regions[table->region.value()];
        // The view of a deleted table with the same name may still exist.
        const auto [at, isNew] = region.tables.try_emplace({table->accountId, table->name});
        if (!isNew) {
            forget(at->second);
            return tableChanged(space);
        }
        m_tables[space] = &at->second;
    }
    Table& kept = *m_tables[space];
    kept.table = table;
    kept.isDescribed = false;
    wait(kept);
}

void SnapshotBuilder::forget(Table& table) {
    Region& region = regionOf(table);
    setSums(table, {});
    if (table.view) region.list.erase(table.table->accountId, table.table->name);
    region.listHasChanged = true;
    m_tables.erase(table.table->space);
    region.tables.erase({table.table->accountId, table.table->name});
}

bool SnapshotBuilder::refreshSome(std::size_t partitionsMax) {
    while (m_regions.size() < m_world.regions.size())
        m_regions.emplace_back();
    if (!m_round) m_round = Round{m_world.changedGroups.size(), 0, false};
    Round& round = *m_round;
    std::size_t seen = collectTables(partitionsMax);
    if (seen >= partitionsMax) return true;
    const std::size_t groups = collectGroups(std::min(round.groups, partitionsMax - seen));
    // Those that are gone may have been forgotten meanwhile.
    round.groups = std::min(round.groups - groups, m_world.changedGroups.size());
    seen += groups;
    if (round.groups > 0) return true;
    // While a round looks at tables, new ones queue behind them.
    if (!std::exchange(round.tablesAreCounted, true)) round.tables = m_waiting.size();
    for (; round.tables > 0 && seen < partitionsMax; --round.tables) {
        const auto found = m_tables.find(m_waiting.front());
        m_waiting.pop_front();
        if (found == m_tables.end()) continue;
        found->second->waits = false;
        seen += lookAt(*found->second);
    }
    if (round.tables > 0) return true;
    m_round.reset();
    return false;
}

std::size_t SnapshotBuilder::lookAt(Table& table) {
    Region& region = regionOf(table);
    observe::TableViewPtr view = viewOf(table);
    table.isDescribed = true;
    ZoneSums sums;
    std::size_t count = 0;
    bool moving = false;
    forEachPartition(*view, [&](const observe::PartitionView& partition) {
        ++count;
        moving = moving || moves(partition);
        for (const observe::ReplicaView& replica : partition.replicas) {
            Sums& zone = sums[replica.zone.value()];
            ++zone.replicas;
            if (replica.role == observe::Role::Leader) ++zone.leaders;
            zone.lagRecords += replica.lagRecords;
            zone.lag = std::max(zone.lag, replica.lag);
            const observe::Ability& can = partition.serving.zones[replica.zone.value()];
            zone.writable += can.writes;
            zone.stronglyReadable += can.strongReads;
            zone.readable += can.eventualReads;
        }
    });
    setSums(table, sums);
    if (moving) wait(table);
    if (table.view && *table.view == *view) return count;
    table.view = std::move(view);
    region.list.set(table.view);
    region.listHasChanged = true;
    return count;
}

void SnapshotBuilder::setSums(Table& table, const ZoneSums& sums) {
    Region& region = regionOf(table);
    for (std::size_t zone = 0; zone < kZonesPerRegion; ++zone) {
        const Sums& before = table.sums[zone];
        Sums& all = region.sums[zone];
        all.leaders += sums[zone].leaders - before.leaders;
        all.replicas += sums[zone].replicas - before.replicas;
        all.lagRecords += sums[zone].lagRecords - before.lagRecords;
        all.writable += sums[zone].writable - before.writable;
        all.stronglyReadable += sums[zone].stronglyReadable - before.stronglyReadable;
        all.readable += sums[zone].readable - before.readable;
        auto& lags = region.lags[zone];
        if (before.lag == sums[zone].lag) continue;
        if (before.lag > Duration::zero()) lags.erase(lags.find(before.lag));
        if (sums[zone].lag > Duration::zero()) lags.insert(sums[zone].lag);
    }
    table.sums = sums;
}

}  // namespace orrery::cluster
